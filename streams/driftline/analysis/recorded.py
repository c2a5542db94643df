"""Decoding for a replay: rows that the workers refused by their clocks are left out; other models only move time on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from collections.abc import Set as AbstractSet

import numpy as np
from numpy.typing import NDArray

from driftline.analysis.told import Range
from driftline.contracts.blocks import take
from driftline.contracts.capture import CaptureTopic, Decoded, OpenRows, RawBatch, RowBlock
from driftline.contracts.log import Source
from driftline.engine.baselines import BaselineShelf, Decoding
from driftline.engine.dedupe import EventKey, RecentIds
from driftline.engine.settings import SettingsOf
from driftline.engine.standing import LineOf

Letter = tuple[str, int, int, int]
"""A row that a worker refused because of time: topic, partition, offset, and its place in the record."""


class RecordedIds(RecentIds):
    """Event ids that are still seen in rows which are left out, as the worker has seen them."""

    def __init__(self, bound: int) -> None:
        """As of `RecentIds`."""
        super().__init__(bound)
        self._left_out: deque[tuple[int, EventKey]] = deque()

    def leave_out(self, rows: list[tuple[int, EventKey]]) -> None:
        """Note ids by offset, in order; each is seen when its turn comes."""
        self._left_out.extend(rows)

    def seen(self, key: EventKey, offset: int, within: int) -> bool:
        """Whether the id stood in the offsets before, those of left-out rows included."""
        while self._left_out and self._left_out[0][0] < offset:
            before, other = self._left_out.popleft()
            super().seen(other, before, within)
        return super().seen(key, offset, within)


Allowed = Callable[[Source, int], Range | None]
"""Offsets of a source that may hold rows of a pane; None where nothing is known."""


class RecordedRows(Decoding):
    """See the module. ``letters`` are rows to leave out, ``allowed`` says which offsets a pane was made of."""

    def __init__(  # noqa: PLR0913 - what a replay needs, by name
        self,
        topic: CaptureTopic,
        shelf: BaselineShelf,
        line_of: LineOf,
        *,
        model: tuple[str, str],
        source_of: Callable[[int], Source],
        allowed: Allowed,
        letters: AbstractSet[Letter],
        settings_of: SettingsOf,
        since: int,
        recent: RecordedIds,
    ) -> None:
        """``source_of`` gives the source of a partition; panes that begin before ``since`` are left out.

        ``recent`` is told the ids of rows that are left out.
        """
        super().__init__(topic, shelf, line_of)
        self._model = model
        self._source_of = source_of
        self._allowed = allowed
        self._letters = letters
        self._settings_of = settings_of
        self._since = since
        self._recent = recent

    def decode(self, batch: RawBatch, age: int = 0) -> Decoded:
        """As always, but for the rows that are left out."""
        found = super().decode(batch, age)
        left_out: list[tuple[int, EventKey]] = []
        blocks = [self._kept(block, batch, left_out) for block in found.blocks]
        found.blocks = [block for block in blocks if len(block)]
        if age == 0:
            self._recent.leave_out(sorted(left_out))
        return found

    def _kept(self, block: RowBlock, batch: RawBatch, left_out: list[tuple[int, EventKey]]) -> RowBlock:
        is_ours = (block.model, block.version) == self._model
        keep = np.ones(len(block), dtype=np.bool_)
        if self._letters:
            keep &= self._unrefused(block, (batch.topic, batch.partition))
        if is_ours:
            keep &= self._in_ledger(block, self._source_of(batch.partition))
        if not keep.all():
            gone = [(int(block.offset[row]), block.ids[row]) for row in np.flatnonzero(~keep).tolist()]
            left_out += [(offset, (block.model, block.version, known)) for offset, known in gone if known is not None]
            block = take(block, np.flatnonzero(keep))
        return block if is_ours or not len(block) else bare(block)

    def _unrefused(self, block: RowBlock, place: tuple[str, int]) -> NDArray[np.bool_]:
        pairs = zip(block.offset.tolist(), block.index.tolist(), strict=True)
        return np.array([(*place, *pair) not in self._letters for pair in pairs], dtype=np.bool_)

    def _in_ledger(self, block: RowBlock, source: Source) -> NDArray[np.bool_]:
        pane_ms = self._settings_of(*self._model).pane_ms
        panes = block.time_ms - block.time_ms % pane_ms
        keep = panes >= self._since
        for pane in np.unique(panes).tolist():
            allowed = self._allowed(source, pane)
            if allowed is not None:
                keep &= (panes != pane) | ((block.offset >= allowed[0]) & (block.offset < allowed[1]))
        return keep


def bare(block: RowBlock) -> RowBlock:
    """The same rows without their values, of no baseline: for models that only have a part in time."""
    held = block.columns
    rows: list[dict[str, object]] = [{} for _ in range(len(block))]
    columns = OpenRows(rows, held.latency, held.error, held.status, held.entity, held.first)
    return RowBlock(
        block.model, block.version, "", block.offset, block.index, block.time_ms, columns, block.ids, block.segments
    )
