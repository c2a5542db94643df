"""The capture side: thousands of events of one source become one small delta.

A :class:`SourceFold` is fed decoded batches in offset order and holds what has been folded since the last flush.
:meth:`SourceFold.take` hands that over as a :class:`Draft` and starts anew, so nothing here has to survive a crash.
What becomes of an event depends on its source alone (its own watermark, its own earlier ids), never on batches.
"""

from __future__ import annotations

import collections
from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from driftline.contracts.capture import RawBatch, Reject, RowBlock
from driftline.contracts.log import Counts, KnownBaselines, Source
from driftline.engine.baselines import Decoding
from driftline.engine.dedupe import RecentIds
from driftline.engine.draft import Draft, PaneFold, width
from driftline.engine.placing import ACCEPTED, Longs, Placing
from driftline.engine.profiles import AnyRows
from driftline.engine.settings import SettingsOf, SourceSettings
from driftline.engine.standing import LineOf, ModelLine
from driftline.engine.vintage import Vintage, aligned
from driftline.windows.watermark import NO_TIME

PaneKey = tuple[str, str, int, str]

GROUP_RECORDS = 1000
"""Records of one source that are worth decoding while there is more to fetch; of 100 each costs a sixth more."""

GROUP_OF_A_MODEL = 64
"""Records of a model that are worth decoding: its columns cost 50 us to make, and then 2 us a record."""

MOST_GROUP_RECORDS = 16_000
"""Records of one source that are gathered at most. Chosen: of a thousand models, folding them takes about 0.1 s."""

SETTLED_PANES = 100
"""Panes of which the waiting rows are folded in one go: some 20 ms."""

WAITING_VALUES = 2**19
"""Values that wait to be folded at most, of one source; then all are. Chosen: 4 MB, or 20,000 rows of 25 columns."""


class SourceFold:
    """Folds one source from ``position`` on; ``watermark`` is what the log says of it there."""

    def __init__(  # noqa: PLR0913 - what a source needs, by name
        self,
        source: Source,
        position: int,
        watermark: int,
        *,
        settings: SourceSettings,
        settings_of: SettingsOf,
        line_of: LineOf,
        decoding: Decoding,
        recent: RecentIds,
    ) -> None:
        """Start with nothing folded."""
        self.source = source
        self.position = position
        self.watermark = watermark
        self._settings = settings
        self._settings_of = settings_of
        self._line_of = line_of
        self._decoding = decoding
        self._vintage = Vintage(decoding, line_of, lambda model, version: settings_of(model, version).pane_ms)
        self._recent = recent
        self._models = 1
        self._begin()

    def _begin(self) -> None:
        self._start = self.position
        self._records = Counts()
        self._rows = Counts()
        self._panes: dict[PaneKey, PaneFold] = {}
        self._columns = 0
        self._waiting = 0
        self._judging: dict[tuple[str, str, int], tuple[int, list[str]]] = {}
        self._tops: dict[tuple[str, str], int] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been read since the last flush."""
        return self.position == self._start

    @property
    def group(self) -> int:
        """Records that are worth reading at once: a thousand of one model, and more where a batch held many."""
        return min(max(GROUP_RECORDS, GROUP_OF_A_MODEL * self._models), MOST_GROUP_RECORDS)

    @property
    def column_count(self) -> int:
        """Columns of all panes held since the last flush; each takes about 0.8 kB of memory."""
        return self._columns

    def top(self, model: str, version: str) -> int:
        """The latest pane end folded for a model since the last flush."""
        return self._tops.get((model, version), NO_TIME)

    def fold(self, batch: RawBatch, now_ms: int) -> list[Reject]:
        """Fold one batch of this source; the answer is what goes to the dead letters, in offset order.

        Offsets missing between the position and the batch (transaction markers, compaction) count as ignored.
        """
        decoded = self._vintage.decode(batch)
        rejects = list(decoded.rejects)
        end = batch.offsets[-1] + 1
        self._models = len(decoded.blocks)
        placing = Placing([block for block in decoded.blocks if len(block)], self._settings_of)
        rejects += placing.refuse_future(batch, now_ms, self._settings.future_ms)
        placing.drop_duplicates(self._recent)
        self.watermark, late = placing.decide_late(self.watermark, self._settings.lateness_ms)
        rejects += late
        self._accept(placing, batch)
        self._rows = self._rows.plus(placing.row_counts(sum(reject.rows for reject in decoded.rejects)))
        refused = [reject.offset for reject in decoded.rejects]
        self._records = self._records.plus(placing.record_counts(self.position, end, refused))
        self.position = end
        return sorted(rejects, key=lambda reject: (reject.offset, reject.index or 0))

    def remember(self, batch: RawBatch) -> None:
        """Note the event ids of records before the position, which an earlier owner has folded; they count for nothing else."""
        for block in self._vintage.decode(batch).blocks:
            settings = self._settings_of(block.model, block.version)
            for offset, event_id in zip(block.offset.tolist(), block.ids, strict=True):
                if settings.dedupe and event_id is not None:
                    self._recent.seen((block.model, block.version, event_id), offset, settings.dedupe)

    def settle(self) -> Iterator[None]:
        """Fold everything that waits, some panes at a time. A flush does that too; who does it before has less to wait for."""
        panes = self._panes
        for number, held in enumerate(list(panes.values()), 1):
            if panes is not self._panes:  # flushed in the meantime
                return
            self._waiting -= held.waiting_values
            held.settle()
            if number % SETTLED_PANES == 0:
                yield

    def take(self) -> Draft:
        """Everything since the last flush; the fold starts anew at the position."""
        tops = sorted(self._tops.items())
        draft = Draft(
            self._start,
            self.position,
            self.watermark,
            self._records,
            self._rows,
            [KnownBaselines(m, v, len(self._line_of(m, v).baselines), top) for (m, v), top in tops],
            [held.delta(*key) for key, held in sorted(self._panes.items(), key=lambda entry: entry[0])],
        )
        self._begin()
        return draft

    def _accept(self, placing: Placing, batch: RawBatch) -> None:
        """Add every block's accepted rows to their panes; a whole block of one pane goes as it is."""
        if not placing.blocks:
            return
        lows = np.minimum.reduceat(placing.pane, placing.starts).tolist()
        highs = np.maximum.reduceat(placing.pane, placing.starts).tolist()
        worst = np.maximum.reduceat(placing.outcome, placing.starts).tolist()
        records = placing.records()
        for number, block in enumerate(placing.blocks):
            pane_ms = placing.settings[number].pane_ms
            if worst[number] == ACCEPTED and lows[number] == highs[number]:
                held = (int(block.offset[0]), int(block.offset[-1]), records[number])
                self._add(block, lows[number], pane_ms, held, None, batch)
                continue
            rows = slice(placing.starts[number], placing.ends[number])
            self._add_parts(block, placing.pane[rows], placing.outcome[rows], pane_ms, batch)

    def _add_parts(
        self, block: RowBlock, panes: Longs, outcome: NDArray[np.int8], pane_ms: int, batch: RawBatch
    ) -> None:
        for pane in np.unique(panes[outcome == ACCEPTED]).tolist():
            rows = np.flatnonzero((panes == pane) & (outcome == ACCEPTED))
            offsets = block.offset[rows]
            held = (int(offsets[0]), int(offsets[-1]), 1 + int(np.count_nonzero(np.diff(offsets))))
            self._add(block, pane, pane_ms, held, rows, batch)

    def _add(
        self,
        block: RowBlock,
        pane: int,
        pane_ms: int,
        held: tuple[int, int, int],
        rows: NDArray[np.intp] | None,
        batch: RawBatch,
    ) -> None:
        """Add rows of a block (None: all) to a pane, under every baseline that judges it; ``held``: first, last, records."""
        model = (block.model, block.version)
        self._tops[model] = max(self._tops.get(model, NO_TIME), pane + pane_ms)
        for baseline in self.baselines_of(*model, pane):
            columns = block.columns if baseline == block.baseline else self._under(batch, block, baseline)
            columns = columns if rows is None else columns.take(rows)
            key = (*model, pane, baseline)
            onto = self._panes.get(key)
            if onto is None:
                empty = partial(self._decoding.empty, baseline)
                onto = self._panes[key] = PaneFold(empty, pane_ms, *held[:2])
                self._columns += width(columns)
            self._waiting += onto.add(columns, *held)
        if self._waiting > WAITING_VALUES:
            collections.deque(self.settle(), maxlen=0)

    def baselines_of(self, model: str, version: str, pane: int) -> list[str]:
        """The baselines under which a pane is folded: those that judge any window that it belongs to."""
        line = self._line_of(model, version)
        if not line.baselines:
            return [""]
        known, found = self._judging.get((model, version, pane), (0, []))
        if known != len(line.baselines):
            found = self._baselines_of(model, version, pane, line)
            self._judging[model, version, pane] = len(line.baselines), found
        return found

    def _baselines_of(self, model: str, version: str, pane: int, line: ModelLine) -> list[str]:
        settings = self._settings_of(model, version)
        oldest = min(spec.windows_of(pane)[0].start for spec in settings.windows)
        if line.baselines[-1].effective <= oldest:
            return [line.baselines[-1].baseline]
        starts = {window.start for spec in settings.windows for window in spec.windows_of(pane)}
        return sorted({line.at(start) for start in starts})

    def _under(self, batch: RawBatch, block: RowBlock, baseline: str) -> AnyRows:
        """The columns of the same rows, decoded for another baseline of the same model."""
        decoded = self._decoding.decode_under(batch, block.model, block.version, baseline)
        return aligned(block, decoded.blocks, baseline, self._decoding.empty(baseline))


def part_of(batch: RawBatch, start: int, end: int) -> RawBatch:
    """The records [start, end) of a batch, counted from its first."""
    cut = slice(start, end)
    return RawBatch(
        batch.topic,
        batch.partition,
        batch.offsets[cut],
        batch.values[cut],
        batch.keys[cut],
        batch.append_times[cut],
        batch.timestamps[cut],
        None if batch.headers is None else batch.headers[cut],
        batch.refused,
    )
