"""A whole demo in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Finished:
    """One demo from its start to its end: what it printed, and the folder with its files."""

    summary: dict[str, Any]
    folder: Path

    def lines(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / name).read_text().splitlines()]


def run_demo(folder: Path) -> Finished:
    """As fast as it goes."""
    command = [sys.executable, "-m", "driftline", "demo", "--seconds", "0", "--json", "-o", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return Finished(json.loads(done.stdout), folder)
