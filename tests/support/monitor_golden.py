"""The golden cases of Model Monitor's verdicts: its two files, rows of text, and the entries that it writes."""

from __future__ import annotations

import json
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from driftline.baseline import Baseline, load
from support.monitor_files import written

FOLDER = Path(__file__).parents[1] / "golden" / "monitor"
CASES = sorted(path.stem for path in FOLDER.glob("*.json"))


@lru_cache
def case_of(name: str) -> dict[str, Any]:
    held: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    held["rows"] = [cells for times, cells in held["rows"] for _ in range(times)]
    return held


@lru_cache
def baseline_of(name: str) -> Baseline:
    case = case_of(name)
    with tempfile.TemporaryDirectory() as folder:
        return load(written(Path(folder), case["statistics"], case["constraints"]))
