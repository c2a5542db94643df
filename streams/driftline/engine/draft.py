"""What a source has contributed since its last flush, pane by pane, and the draft that the flush makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from driftline.contracts.blocks import concat
from driftline.contracts.log import Counts, KnownBaselines, PaneDelta
from driftline.engine.profiles import AnyProfile, AnyRows, fold_rows
from driftline.stats.columns import Columns

FOLDED_ROWS = 256
"""Rows of a pane that are worth folding. Chosen: folding costs about 150 us, and then 0.2 us a row of 25 columns."""


@dataclass
class PaneFold:
    """One pane of one model under one baseline, since the last flush: what is folded, and rows that wait for more.

    There is no profile as long as all rows wait: a few of them take less room than its counts do.
    """

    empty: Callable[[], AnyProfile]
    pane_ms: int
    first: int
    last: int
    records: int = 0
    rows: int = 0
    profile: AnyProfile | None = None
    waiting: list[AnyRows] = field(default_factory=list)
    waiting_rows: int = 0
    waiting_values: int = 0

    def add(self, columns: AnyRows, first: int, last: int, records: int) -> int:
        """Take in rows of so many records, the first and the last at these offsets; by how many more values wait now."""
        before = self.waiting_values
        self.first, self.last = min(self.first, first), max(self.last, last)
        self.records += records
        self.rows += len(columns)
        self.waiting.append(columns)
        self.waiting_rows += len(columns)
        self.waiting_values += width(columns) * len(columns)
        if self.waiting_rows >= FOLDED_ROWS:
            self.settle()
        return self.waiting_values - before

    def settle(self) -> AnyProfile:
        """Fold what waits. It makes no difference to the profile when that is done, or in how many goes."""
        if self.profile is None:
            self.profile = self.empty()
        if self.waiting:
            fold_rows(self.profile, concat(self.waiting))
            self.waiting, self.waiting_rows, self.waiting_values = [], 0, 0
        return self.profile

    def delta(self, model: str, version: str, pane: int, baseline: str) -> PaneDelta:
        """The pane as it goes into the log."""
        held = (self.first, self.last, self.records, self.rows)
        return PaneDelta(model, version, pane, self.pane_ms, baseline, *held, self.settle().to_state())


def width(rows: AnyRows) -> int:
    """Columns of some rows; those of the first row where there is no baseline."""
    return len(rows.numeric) + len(rows.codes) if isinstance(rows, Columns) else len(rows.rows[0]) if len(rows) else 0


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
