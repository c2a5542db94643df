"""Cases of event time that a person can check by hand: tests/windows/golden/*.json, told in README.md beside them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from driftline.baseline.constraints import Constraints, Defaults
from driftline.baseline.model import Baseline
from driftline.contracts.statistics import WindowStatistics
from driftline.engine.settings import ModelSettings, SourceSettings
from driftline.windows.panes import PaneSpec
from driftline.windows.spec import WindowSpec, parse_duration
from support.in_memory import Job
from support.judged import numeric

CASES = sorted((Path(__file__).parent / "golden").glob("*.json"))
MODEL = "m"


class Case:
    """One file; times are written as "12:00:05.250" of its day, or as a whole RFC 3339 time."""

    def __init__(self, path: Path) -> None:
        self.table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        settings = self.table["settings"]
        self.day: str = self.table.get("day", "")
        zone = settings.get("timezone", "UTC")
        windows = tuple(WindowSpec.parse(label, zone) for label in settings["windows"])
        pane_ms = parse_duration(settings["pane"])
        PaneSpec(pane_ms).check_tiles(windows)
        lateness, future = parse_duration(settings["lateness"]), parse_duration(settings.get("future_limit", "1h"))
        now = self.time(settings.get("now", "2100-01-01T00:00:00Z"))
        model = ModelSettings(pane_ms, windows, zone)
        self.job = Job(settings.get("partitions", 1), SourceSettings(lateness, future), model, now)

    def time(self, text: str) -> int:
        whole = text if "T" in text else f"{self.day}T{text}Z"
        return round(datetime.fromisoformat(whole).timestamp() * 1000)

    def show(self, ms: int) -> str:
        whole = datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        whole = whole.replace(".000Z", "Z")
        return (
            whole.removeprefix(f"{self.day}T").removesuffix("Z") if self.day and whole.startswith(self.day) else whole
        )

    def play(self) -> None:
        for step in self.table["steps"]:
            if "baseline" in step:
                self.job.announce(self._baseline(step))
            elif "idle" in step:
                self.job.idle(step["idle"], self.time(step["to"]))
            elif "flush" in step:
                self.job.flush(step["flush"])
            else:
                place = step.get("partition", 0)
                self.job.produce(place, [capture for event in step["events"] for capture in self._captures(event)])
                self.job.read(place)
                if step.get("flushed", True):
                    self.job.flush(place)

    def _captures(self, event: str | dict[str, Any]) -> list[dict[str, Any]]:
        table: dict[str, Any] = {"at": event} if isinstance(event, str) else event
        time = datetime.fromtimestamp(self.time(table["at"]) / 1000, UTC).isoformat()
        values = [table["x"]] if "x" in table else range(10)
        rows = [{"x": values[place % len(values)]} for place in range(table.get("count", 1))]
        return [{"time": time, "model": MODEL, "version": "1", "features": row} for row in rows]

    def _baseline(self, step: dict[str, Any]) -> Baseline:
        low, high = step["x"]
        columns = (numeric("x", [float(low + place % (high - low + 1)) for place in range(1000)]),)
        effective = self.time(step["from"]) if "from" in step else None
        constraints = Constraints(defaults=Defaults(off=("volume_check",)))  # its history is another story
        built = Baseline.build(
            model=MODEL, version="1", rows=1000, columns=columns, constraints=constraints, effective_from=effective
        )
        self.names = {**getattr(self, "names", {}), built.id: step["baseline"]}
        return built

    def outcome(self) -> dict[str, Any]:
        """What came of it, in the words of the file."""
        letters = sorted(self.job.letters.items())
        found: dict[str, Any] = {
            "closed": self.show(self.job.log.closed) if self.job.log.closed > 0 else None,
            "windows": [self._window(window) for window in self.job.windows],
            "late": [f"{place}@{offset}" for (place, offset, _), reject in letters if reject.reason == "late"],
        }
        others = [
            f"{place}@{offset} {reject.reason}" for (place, offset, _), reject in letters if reject.reason != "late"
        ]
        return found | ({"rejected": others} if others else {})

    def _window(self, window: WindowStatistics) -> dict[str, Any]:
        sources = {share.range.partition: share for share in window.ledger.sources}
        shown: dict[str, Any] = {
            "window": f"{window.window.label} {self.show(window.window.start)} – {self.show(window.window.end)}",
            "rows": window.rows,
            "state": window.state,
        }
        offsets = {
            str(place): f"{s.range.start} … {s.range.end - 1}" for place, s in sources.items() if s.rows.accepted
        }
        idle = [place for place, share in sources.items() if share.idle]
        if offsets:
            shown["offsets"] = offsets
        if idle:
            shown["idle"] = idle
        if window.baseline_id is not None:
            shown["baseline"] = self.names[window.baseline_id]
        readings = [reading for feature in window.features for reading in feature.readings] + list(window.readings)
        told = {(r.check if r.state == "VIOLATED" else r.reason) for r in readings if r.state == window.state}
        return shown | ({"because": ", ".join(sorted(told))} if window.state != "OK" else {})


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_golden(path: Path) -> None:
    case = Case(path)
    case.play()
    assert case.outcome() == case.table["then"]


def test_there_are_cases() -> None:
    assert len(CASES) >= 12
