"""Incidents as a list of breaches and quiet windows per check, and the ids that everybody can compute."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from oracle.judge import Reading, severity
from oracle.setup import Baseline, Model


@dataclass
class Incident:
    """One check of one column in windows of one length, since its last breach."""

    recent: list[bool] = field(default_factory=list)
    id: str = ""
    opened: tuple[int, int] = (0, 0)
    breaches: int = 0
    peak: float | None = None
    severity: str = ""


@dataclass
class Incidents:
    """All of one model and version; windows come in the order of their ends."""

    model: str
    version: str
    policy: Model
    open: dict[tuple[str, str, str], Incident] = field(default_factory=dict)

    def observe(
        self, label: str, window: tuple[int, int], baseline: Baseline, readings: Sequence[Reading]
    ) -> list[dict[str, Any]]:
        """The events of a closed window."""
        told = [*readings, *self._gone(label, readings)]
        events = [self._turn(label, window, baseline, reading, readings) for reading in told]
        return [event for event in events if event is not None]

    def _gone(self, label: str, readings: Sequence[Reading]) -> list[Reading]:
        """What was told of before and is not spoken of now is quiet, unless nobody could have looked for it."""
        if not any(reading.state in {"OK", "VIOLATED"} for reading in readings):
            return []
        told = {(reading.feature, reading.check) for reading in readings}
        missing = {r.feature for r in readings if r.check == "missing_column_check" and r.state == "VIOLATED"}
        blind = {r.check for r in readings if r.check == "extra_column_check" and r.state == "UNKNOWN"}
        return [
            Reading(feature, check, "OK")
            for feature, check, window in sorted(self.open)
            if window == label and (feature, check) not in told and feature not in missing and check not in blind
        ]

    def _turn(
        self, label: str, window: tuple[int, int], baseline: Baseline, reading: Reading, readings: Sequence[Reading]
    ) -> dict[str, Any] | None:
        key = (reading.feature, reading.check, label)
        breach = reading.state == "VIOLATED"
        if not breach and (reading.state != "OK" or key not in self.open):
            return None
        held = self.open.setdefault(key, Incident())
        need, out_of = self.policy.open_after
        held.recent = [*held.recent, breach][-max(out_of, self.policy.resolve_after) :]
        held.breaches += breach
        if breach:
            held.severity = severity(reading, readings, baseline)
            known = [value for value in (held.peak, reading.observed) if value is not None]
            held.peak = max(known, key=abs, default=None)
        kind = ""
        if held.id:
            quiet = held.recent[-self.policy.resolve_after :]
            if breach:
                kind = "updated"
            elif len(quiet) == self.policy.resolve_after and not any(quiet):
                kind = "resolved"
        elif breach and sum(held.recent[-out_of:]) >= need:
            kind, held.opened = "opened", window
            held.id = digest(self.model, self.version, "", *key[:2], baseline.id, label, window[0])
        if kind == "resolved" or not (held.id or any(held.recent[-out_of:])):
            del self.open[key]
        return self._event(kind, held, label, window, baseline, reading) if kind else None

    def _event(
        self, kind: str, held: Incident, label: str, window: tuple[int, int], baseline: Baseline, reading: Reading
    ) -> dict[str, Any]:
        return {
            "model": self.model,
            "version": self.version,
            "slice": "",
            **reading.wire,
            "kind": kind,
            "severity": held.severity,
            "incident_id": held.id,
            "event_id": digest(held.id, kind, window[1]),
            "baseline_id": baseline.id,
            "window": {"label": label, "start": window[0], "end": window[1], "timezone": self.policy.timezone},
            "opened": {
                "label": label,
                "start": held.opened[0],
                "end": held.opened[1],
                "timezone": self.policy.timezone,
            },
            "windows": held.breaches,
            "peak": held.peak,
        }


def digest(*parts: str | int) -> str:
    """The first 32 hex digits of sha256 over the JSON of the parts, put together by "|"."""
    text = "|".join(json.dumps(part, ensure_ascii=False) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
