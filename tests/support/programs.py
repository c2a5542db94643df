"""Programs of the stack that this machine may have: Prometheus, Alertmanager and their tools, Docker Compose."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

DEBIAN = {
    "promtool": "prometheus",
    "prometheus": "prometheus",
    "amtool": "prometheus-alertmanager",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "prometheus-node-exporter": "prometheus-node-exporter",
}
"""Program and the Debian package that has it."""


def program(name: str) -> str:
    """Where the program is. The test is skipped where it is not, and fails with DRIFTLINE_REQUIRE_STACK=1.

    DRIFTLINE_STACK_BIN is looked into first: other releases of the programs than those installed.
    """
    path = shutil.which(name, path=os.pathsep.join([os.environ.get("DRIFTLINE_STACK_BIN", ""), os.environ["PATH"]]))
    if path is not None:
        return path
    words = f"no {name} here: apt-get install {DEBIAN.get(name, name)}"
    if os.environ.get("DRIFTLINE_REQUIRE_STACK"):
        pytest.fail(words)
    pytest.skip(words)


def run(*command: str | Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run it to its end; what it says is in the failure."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=100, check=False, env={**os.environ, **environ}
    )
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"
    return done
