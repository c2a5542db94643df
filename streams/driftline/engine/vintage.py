"""Which baseline reads a record: the one in force when its event happened, not the newest that somebody has heard of.

Columns by position, and columns that stand for the time, follow the baseline. While several are in use, records are read under
the newest first; rows that turn out to be older, or cannot be read so, are read once more under the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from driftline.contracts.blocks import concat, take
from driftline.contracts.capture import Decoded, OpenRows, RawBatch, Reject, RowBlock
from driftline.contracts.reasons import Reason
from driftline.engine.baselines import Decoding
from driftline.engine.profiles import AnyProfile, AnyRows
from driftline.engine.standing import LineOf
from driftline.stats.columns import Columns
from driftline.stats.profile import Profile

PaneOf = Callable[[str, str], int]
"""Length of a model's panes, ms."""

Place = tuple[int, int]
"""Offset and row."""

DEPENDENT = frozenset(
    {Reason.COLUMN_COUNT, Reason.NO_TIME, Reason.TIME, Reason.TIME_ZONE, Reason.TIME_RANGE, Reason.TIME_SECONDS}
)
"""Reasons for which a row is refused under one baseline, and perhaps not under another."""


class Vintage:
    """Reads the batches of one topic. Costs nothing more where only the newest baseline is in use."""

    def __init__(self, decoding: Decoding, line_of: LineOf, pane_of: PaneOf) -> None:
        """``line_of`` tells the baselines of a model as the log has them at the time of asking."""
        self._decoding = decoding
        self._line_of = line_of
        self._pane_of = pane_of

    def decode(self, batch: RawBatch, age: int = 0) -> Decoded:
        """Every record as the baseline in force at its pane reads it; ``age`` counts back from the newest."""
        found = self._decoding.decode(batch, age)
        if not self._decoding.has_older:
            return found
        early = [self._early(block, age) for block in found.blocks]
        pairs = zip(found.blocks, early, strict=True)
        offsets = {offset for block, rows in pairs for offset in block.offset[rows].tolist()}
        offsets |= {reject.offset for reject in found.rejects if reject.reason in DEPENDENT}
        if not offsets:
            return found
        older = self.decode(_part(batch, offsets), age + 1)
        return self._together(found, early, older, age)

    def _early(self, block: RowBlock, age: int) -> NDArray[np.bool_]:
        """Which rows lie before the baseline of this age came into force, and are another's to read."""
        held = self._line_of(block.model, block.version).held
        if len(held) <= age + 1:
            return np.zeros(len(block), dtype=np.bool_)
        pane_ms = self._pane_of(block.model, block.version)
        return block.time_ms - block.time_ms % pane_ms < held[-1 - age].effective

    def _together(self, found: Decoded, early: list[NDArray[np.bool_]], older: Decoded, age: int) -> Decoded:
        """Early rows as the older baselines read them, the others as they were found."""
        pairs = list(zip(found.blocks, early, strict=True))
        given_up = {place for block, rows in pairs for place in _places(take(block, np.flatnonzero(rows)))}
        kept = [take(block, np.flatnonzero(~rows)) for block, rows in pairs]
        taken = [take(block, np.flatnonzero(self._early(block, age))) for block in older.blocks]
        read = {place for block in taken for place in _places(block)}
        rejects = [reject for reject in found.rejects if _place(reject) not in read]
        rejects += [reject for reject in older.rejects if _place(reject) in given_up]
        rejects.sort(key=_place)
        blocks = [block for block in (*kept, *taken) if len(block)]
        return Decoded(blocks, rejects, found.ignored, found.nonstandard, found.counted)


def aligned(block: RowBlock, others: Sequence[RowBlock], baseline: str, empty: AnyProfile) -> AnyRows:
    """The rows of ``block`` as another baseline reads them; ``others`` are the blocks that it made of the same records.

    A row that it cannot read is one without values: it was accepted, and every window that holds it counts it.
    """
    wanted = {place: row for row, place in enumerate(_places(block))}
    parts: list[AnyRows] = []
    order: list[int] = []
    for other in others:
        if (other.model, other.version, other.baseline) == (block.model, block.version, baseline):
            found = [(wanted[place], row) for row, place in enumerate(_places(other)) if place in wanted]
            parts.append(other.columns.take(np.array([row for _, row in found], dtype=np.int64)))
            order += [at for at, _ in found]
    unread = np.array(sorted(set(range(len(block))) - set(order)), dtype=np.int64)
    if len(unread):
        parts.append(_without_values(block.columns.take(unread), empty))
        order += unread.tolist()
    return concat(parts).take(np.argsort(order))


def _without_values(rows: AnyRows, empty: AnyProfile) -> AnyRows:
    """Rows of which only the calls are known."""
    calls = (rows.latency, rows.error, rows.status, rows.entity, rows.first)
    if not isinstance(empty, Profile):
        return OpenRows([{} for _ in range(len(rows))], *calls)
    blank = Columns.blank(empty.layout, len(rows))
    blank.latency, blank.error, blank.status, blank.entity, blank.first = calls
    return blank


def _place(reject: Reject) -> Place:
    return reject.offset, reject.index or 0


def _places(block: RowBlock) -> list[Place]:
    return list(zip(block.offset.tolist(), block.index.tolist(), strict=True))


def _part(batch: RawBatch, offsets: set[int]) -> RawBatch:
    """The records of a batch that have these offsets."""
    rows = [row for row, offset in enumerate(batch.offsets) if offset in offsets]
    return RawBatch(
        batch.topic,
        batch.partition,
        [batch.offsets[row] for row in rows],
        [batch.values[row] for row in rows],
        [batch.keys[row] for row in rows],
        [batch.append_times[row] for row in rows],
        [batch.timestamps[row] for row in rows],
        None if batch.headers is None else [batch.headers[row] for row in rows],
        batch.refused,
    )
