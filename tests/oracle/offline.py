"""The whole job once more, from the records and the baselines' files: every final window, every event, every dead letter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from oracle.capture import Record
from oracle.incidents import Incidents
from oracle.judge import History, Reading, judge, unknown, worst
from oracle.ledger import Kept, Ledger, Source, account
from oracle.measure import distances_of, extras_of, facts_of, open_features, operations_of
from oracle.setup import Model, Setup, Window
from oracle.times import window_after, windows_of
from oracle.told import Told

Key = tuple[str, str, str, int]
"""Model, version, window label and start: one final window."""


@dataclass
class Expected:
    """What has to be on the topics."""

    ledger: Ledger
    windows: dict[Key, dict[str, Any]] = field(default_factory=dict)
    events: dict[str, dict[str, Any]] = field(default_factory=dict)


def recompute(setup: Setup, sources: Mapping[Source, Iterable[Record]], told: Told | None = None) -> Expected:
    """Everything that follows from the records; sources have to be named even if they hold none."""
    told = told or Told()
    expected = Expected(account(setup, sources, told))
    for model, version in sorted(expected.ledger.panes):
        _Book(setup, expected, told, model, version).close()
    return expected


class _Book:
    """One model and version: its windows in the order of their ends."""

    def __init__(self, setup: Setup, expected: Expected, told: Told, model: str, version: str) -> None:
        self.setup, self.expected, self.told, self.named = setup, expected, told, (model, version)
        self.model: Model = setup.model(model, version)
        self.panes = expected.ledger.panes[model, version]
        self.history = History()
        self.incidents = Incidents(model, version, self.model)

    def close(self) -> None:
        found = [
            (end, spec.length_ms, spec.step_ms, start, spec)
            for spec in self.model.windows
            for start, end in self._windows(spec)
        ]
        for end, _, _, start, spec in sorted(found, key=lambda entry: entry[:4]):
            self._judge(spec, start, end)

    def _windows(self, spec: Window) -> list[tuple[int, int]]:
        """Closed windows with rows, and the first empty one after each stretch of them."""
        closed = self.expected.ledger.closed
        full = sorted(
            {window for pane in self.panes for window in windows_of(pane, spec, self.model)}, key=lambda w: w[1]
        )
        full = [window for window in full if window[1] <= closed]
        silent = [window_after(end, spec, self.model) for _, end in full]
        taken = {end for _, end in full}
        return full + [window for window in silent if window[1] not in taken and window[1] <= closed]

    def _judge(self, spec: Window, start: int, end: int) -> None:
        kept = sorted(
            (row for pane, rows in self.panes.items() if start <= pane < end for row in rows),
            key=lambda row: (row.source, row.offset, row.row.index),
        )
        rows, baseline = [each.row for each in kept], self.setup.baseline(*self.named, start)
        lost = self.told.reasons(start, end)
        timezone = self.model.timezone
        window = {"label": spec.label, "start": start, "end": end, "timezone": timezone}
        shared: dict[str, Any] = {
            "model": self.named[0],
            "version": self.named[1],
            "slice": "",
            "window": window,
            "rows": len(rows),
            "ledger": self._ledger(kept, lost),
            "operations": operations_of(rows) if rows else None,
        }
        key = (*self.named, spec.label, start)
        if baseline is None:
            reading = Reading("", "baseline", "UNKNOWN", n=len(rows))
            features = open_features(rows)
            told: dict[str, Any] = {
                "baseline_id": None,
                "state": "UNKNOWN",
                "features": features,
                "extras": {},
                "readings": [reading.wire],
            }
            self.expected.windows[key] = shared | told
            return
        facts, extras = facts_of(baseline, rows), extras_of(baseline, rows)
        reference = self.history.reference(spec.label, start, end, timezone, baseline.volume["min_history"])
        whole = judge(baseline, facts, extras, len(rows), reference)
        readings = unknown(baseline, facts, len(rows)) if lost else whole
        names = {one.column.name for one in facts}
        features = [
            one.wire
            | {"distances": distances_of(one), "sorted": sorted(one.values)}
            | {"readings": [reading.wire for reading in readings if reading.feature == one.column.name]}
            for one in facts
        ]
        self.expected.windows[key] = shared | {
            "baseline_id": baseline.id,
            "state": worst([one.state for one in readings if (one.check, one.state) != ("volume_check", "UNKNOWN")]),
            "features": features,
            "extras": extras,
            "readings": [reading.wire for reading in readings if reading.feature not in names],
        }
        shares = {one.column.name: one.present / one.rows if one.rows else None for one in facts}
        for event in self.incidents.observe(spec.label, (start, end), baseline, readings):
            event["completeness"] = shares.get(event["feature"])
            event["offsets"] = [share["range"] for share in shared["ledger"]["sources"]]
            self.expected.events[event["event_id"]] = event
        if not lost:
            self.history.observe(spec.label, start, end, timezone, len(rows))

    def _ledger(self, kept: list[Kept], lost: list[str]) -> dict[str, Any]:
        """What a window is made of, source by source."""
        sources = []
        for source in sorted({each.source for each in kept}):
            offsets = [each.offset for each in kept if each.source == source]
            topic = self.setup.topics[source[0]].name
            span = {"topic": topic, "partition": source[1], "start": min(offsets), "end": max(offsets) + 1}
            sources.append({"range": span, "records": len(set(offsets)), "rows": len(offsets), "idle": False})
        return {
            "complete": not lost,
            "reasons": lost,
            "records": sum(share["records"] for share in sources),
            "rows": len(kept),
            "sources": sources,
        }
