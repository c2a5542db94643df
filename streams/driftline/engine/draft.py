"""What a source has contributed since its last flush, pane by pane, and the draft that the flush makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from driftline.contracts.log import Counts, KnownBaselines, PaneDelta
from driftline.engine.profiles import AnyProfile


@dataclass
class PaneFold:
    """One pane of one model under one baseline, since the last flush."""

    profile: AnyProfile
    pane_ms: int
    first: int
    last: int
    records: int = 0
    rows: int = 0

    def delta(self, model: str, version: str, pane: int, baseline: str) -> PaneDelta:
        """The pane as it goes into the log."""
        held = (self.first, self.last, self.records, self.rows)
        return PaneDelta(model, version, pane, self.pane_ms, baseline, *held, self.profile.to_state())


@dataclass
class Draft:
    """What one flush will say: the source offsets [start, end) and everything that they contributed."""

    start: int
    end: int
    watermark: int
    records: Counts = field(default_factory=Counts)
    rows: Counts = field(default_factory=Counts)
    baselines: list[KnownBaselines] = field(default_factory=list)
    panes: list[PaneDelta] = field(default_factory=list)
