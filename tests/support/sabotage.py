"""Builds that are wrong on purpose: each is the real product with one rule broken, to see that the oracle finds it.

A sabotage is given something to set attributes with (``pytest.MonkeyPatch.setattr``, or the built-in ``setattr`` in a worker of
its own) and changes one method of one real class.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.contracts.capture import RawBatch
from driftline.contracts.log import BaselineInForce, LogRecord, TopicShape
from driftline.engine import placing
from driftline.engine.fold import SourceFold
from driftline.engine.ledger import LogState, Outcome
from driftline.engine.placing import ACCEPTED, LATE, Placing
from driftline.engine.source import Phase, SourceTask
from driftline.engine.standing import InForce

Set = Callable[[Any, str, Any], None]
Times = NDArray[np.int64]
VICTIM = 200
"""Which accepted row of a process is treated wrongly."""


class _Victim:
    """One accepted row: the same one again when it is folded once more after a refused flush."""

    def __init__(self) -> None:
        self.seen = 0
        self.place: tuple[str, int, int] | None = None

    def row(self, one: Placing, batch: RawBatch) -> int | None:
        """Its place among the rows of a batch, if it is there."""
        kept = np.flatnonzero(one.outcome == ACCEPTED)
        if self.place is None and self.seen < VICTIM <= self.seen + len(kept):
            row = kept[VICTIM - self.seen - 1]
            self.place = (batch.topic, batch.partition, int(one.offset[row]))
            print(f"sabotage: the victim is {self.place}", flush=True)
        self.seen += len(kept)
        if self.place is None or self.place[:2] != (batch.topic, batch.partition):
            return None
        found = [row for row in kept.tolist() if one.offset[row] == self.place[2]]
        return found[0] if found else None


def one_event_is_dropped(put: Set) -> None:
    """One accepted event is in the ledger, and in no pane."""
    real, victim = SourceFold._accept, _Victim()

    def accept(self: SourceFold, one: Placing, batch: RawBatch) -> None:
        row = victim.row(one, batch)
        if row is not None:
            one.outcome[row] = LATE
        real(self, one, batch)
        if row is not None:
            one.outcome[row] = ACCEPTED

    put(SourceFold, "_accept", accept)


def one_event_counts_twice(put: Set) -> None:
    """One accepted event is folded into its pane once more."""
    real, victim = SourceFold._accept, _Victim()

    def accept(self: SourceFold, one: Placing, batch: RawBatch) -> None:
        row = victim.row(one, batch)
        real(self, one, batch)
        if row is not None:
            all_of_them = one.outcome.copy()
            one.outcome[:] = LATE
            one.outcome[row] = ACCEPTED
            real(self, one, batch)
            one.outcome[:] = all_of_them

    put(SourceFold, "_accept", accept)


def windows_close_one_event_early(put: Set) -> None:
    """A pane is over with the event before the one that ends it: the last one that was in time is late."""
    real = placing.late_mask

    def late_mask(times: Times, ends: Times, watermark: int, lateness: int) -> tuple[NDArray[np.bool_], int]:
        _, reached = real(times, ends, watermark, lateness)
        highest = np.maximum.accumulate(np.append(times[1:], times[-1:])) - lateness
        return ends <= np.maximum(highest, watermark), reached

    put(placing, "late_mask", late_mask)


def claims_are_skipped(put: Set) -> None:
    """Whoever is given a source that has had an owner reads on under that owner's token."""
    real = SourceTask.next_record

    def next_record(
        self: SourceTask, log: LogState, shapes: Sequence[TopicShape], first_offset: int | None, horizon: int
    ) -> LogRecord | None:
        state = log.sources.get(self.source)
        if self.phase is Phase.NEW and state is not None and state.token >= 0:
            self.phase, self.token = Phase.PLACING, state.token
        return real(self, log, shapes, first_offset, horizon)

    put(SourceTask, "next_record", next_record)


def another_baseline_judges(put: Set) -> None:
    """A baseline that replaces another judges from two minutes later on than the log says: till then the old one does."""
    real = LogState._baseline

    def baseline(self: LogState, record: BaselineInForce) -> Outcome:
        outcome = real(self, record)
        line = self.line(record.model, record.version).baselines
        if outcome is Outcome.COUNTED and len(line) > 1:
            newest = line[-1]
            line[-1] = InForce(newest.effective + 120_000, newest.baseline, newest.content, newest.origin)
        return outcome

    put(LogState, "_baseline", baseline)


SABOTAGES = {
    one.__name__: one
    for one in (
        one_event_is_dropped,
        one_event_counts_twice,
        windows_close_one_event_early,
        claims_are_skipped,
        another_baseline_judges,
    )
}

CAUGHT_AS = {
    "one_event_is_dropped": "events lost",
    "one_event_counts_twice": "events doubled",
    "windows_close_one_event_early": "events lost",
    "claims_are_skipped": "window wrong",
    "another_baseline_judges": "window wrong",
}
"""What the oracle calls it."""
