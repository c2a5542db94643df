"""The capture side: thousands of events of one source become one small delta.

A :class:`SourceFold` is fed decoded batches in offset order and holds what has been folded since the last flush.
:meth:`SourceFold.take` hands that over as a :class:`Draft` and starts anew, so nothing here has to survive a crash.
What becomes of an event depends on its source alone (its own watermark, its own earlier ids), never on batches.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from driftline.contracts.capture import Decoded, RawBatch, Reject, RowBlock
from driftline.contracts.log import Counts, KnownBaselines, Source
from driftline.engine.baselines import Decoding
from driftline.engine.dedupe import RecentIds
from driftline.engine.draft import Draft, PaneFold
from driftline.engine.profiles import AnyRows, fold_rows
from driftline.engine.settings import ModelSettings, SettingsOf, SourceSettings
from driftline.engine.standing import LineOf
from driftline.engine.vintage import Vintage, aligned
from driftline.windows.watermark import NO_TIME, late_mask

ACCEPTED, LATE, DUPLICATE, REJECTED = range(4)
"""What became of a row, best first: a record ends as the best of its rows."""

PaneKey = tuple[str, str, int, str]


@dataclass
class _Placed:
    """A block of rows with the pane of each."""

    block: RowBlock
    settings: ModelSettings
    panes: NDArray[np.int64]
    outcome: NDArray[np.int8]


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
        self._begin()

    def _begin(self) -> None:
        self._start = self.position
        self._records = Counts()
        self._rows = Counts()
        self._panes: dict[PaneKey, PaneFold] = {}
        self._tops: dict[tuple[str, str], int] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been read since the last flush."""
        return self.position == self._start

    @property
    def pane_count(self) -> int:
        """Panes held since the last flush; a measure of how wide the next delta will be."""
        return len(self._panes)

    def top(self, model: str, version: str) -> int:
        """The latest pane end folded for a model since the last flush."""
        return self._tops.get((model, version), NO_TIME)

    def fold(self, batch: RawBatch, now_ms: int) -> list[Reject]:
        """Fold one batch of this source; the answer is what goes to the dead letters, in offset order.

        Offsets missing between the position and the batch (transaction markers, compaction) count as ignored.
        """
        decoded = self._vintage.decode(batch)
        placed = [self._place(block) for block in decoded.blocks if len(block.offset)]
        rejects = list(decoded.rejects)
        rejects += self._refuse_future(placed, batch, now_ms)
        self._drop_duplicates(placed)
        rejects += self._decide_late(placed)
        for one in placed:
            self._accept(one, batch)
        self._count(batch, decoded, placed)
        self.position = batch.offsets[-1] + 1
        return sorted(rejects, key=lambda reject: (reject.offset, reject.index or 0))

    def remember(self, batch: RawBatch) -> None:
        """Note the event ids of records before the position, which an earlier owner has folded; they count for nothing else."""
        for block in self._vintage.decode(batch).blocks:
            settings = self._settings_of(block.model, block.version)
            for offset, event_id in zip(block.offset.tolist(), block.ids, strict=True):
                if settings.dedupe and event_id is not None:
                    self._recent.seen((block.model, block.version, event_id), offset, settings.dedupe)

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

    def _place(self, block: RowBlock) -> _Placed:
        settings = self._settings_of(block.model, block.version)
        panes = block.time_ms - block.time_ms % settings.pane_ms
        return _Placed(block, settings, panes, np.zeros(len(panes), dtype=np.int8))

    def _refuse_future(self, placed: list[_Placed], batch: RawBatch, now_ms: int) -> list[Reject]:
        limits = self._limits(batch, now_ms)
        rejects: list[Reject] = []
        for one in placed:
            block = one.block
            limit = limits if isinstance(limits, int) else limits[np.searchsorted(batch.offsets, block.offset)]
            for row in np.flatnonzero(block.time_ms > limit).tolist():
                one.outcome[row] = REJECTED
                ahead = int(block.time_ms[row] - (limit if isinstance(limit, int) else limit[row]))
                message = (
                    f"event time must be at most {self._settings.future_ms} ms ahead of the clock, "
                    f"got {int(block.time_ms[row])} ({ahead} ms beyond that)"
                )
                rejects.append(Reject(int(block.offset[row]), int(block.index[row]), "future", message, 1))
        return rejects

    def _limits(self, batch: RawBatch, now_ms: int) -> int | NDArray[np.int64]:
        if not any(stamp is not None for stamp in batch.append_times):
            return now_ms + self._settings.future_ms
        stamps = [now_ms if stamp is None else stamp for stamp in batch.append_times]
        return np.array(stamps, dtype=np.int64) + self._settings.future_ms

    def _drop_duplicates(self, placed: list[_Placed]) -> None:
        """Mark rows whose event id stood within the model's bound before them.

        Ids of rows from the future count as seen too: whoever reads them again, to know the ids, has another clock.
        """
        if not any(one.settings.dedupe for one in placed):
            return
        events = [
            (int(one.block.offset[row]), int(one.block.index[row]), number, row)
            for number, one in enumerate(placed)
            if one.settings.dedupe
            for row in range(len(one.outcome))
        ]
        for offset, _, number, row in sorted(events):
            one = placed[number]
            event_id = one.block.ids[row]
            if event_id is None:
                continue
            key = (one.block.model, one.block.version, event_id)
            if self._recent.seen(key, offset, one.settings.dedupe) and one.outcome[row] == ACCEPTED:
                one.outcome[row] = DUPLICATE

    def _decide_late(self, placed: list[_Placed]) -> list[Reject]:
        live = [(one, np.flatnonzero(one.outcome == ACCEPTED)) for one in placed]
        live = [(one, rows) for one, rows in live if len(rows)]
        if not live:
            return []
        times = np.concatenate([one.block.time_ms[rows] for one, rows in live])
        ends = np.concatenate([one.panes[rows] + one.settings.pane_ms for one, rows in live])
        order: NDArray[np.intp] | slice = slice(None)
        if len(live) > 1:
            offsets = np.concatenate([one.block.offset[rows] for one, rows in live])
            index = np.concatenate([one.block.index[rows] for one, rows in live])
            order = np.lexsort((index, offsets))
        mask, self.watermark = late_mask(times[order], ends[order], self.watermark, self._settings.lateness_ms)
        if not mask.any():
            return []
        late = np.empty(len(times), dtype=np.bool_)
        late[order] = mask
        return self._mark_late(live, late)

    def _mark_late(self, live: list[tuple[_Placed, NDArray[np.intp]]], late: NDArray[np.bool_]) -> list[Reject]:
        rejects: list[Reject] = []
        at = 0
        for one, rows in live:
            for row in rows[late[at : at + len(rows)]].tolist():
                one.outcome[row] = LATE
                message = (
                    f"event time {int(one.block.time_ms[row])} lies in the pane that starts at {int(one.panes[row])}, "
                    f"which the source's watermark had passed"
                )
                rejects.append(Reject(int(one.block.offset[row]), int(one.block.index[row]), "late", message, 1))
            at += len(rows)
        return rejects

    def _accept(self, one: _Placed, batch: RawBatch) -> None:
        kept = np.flatnonzero(one.outcome == ACCEPTED)
        if not len(kept):
            return
        block = one.block
        key = (block.model, block.version)
        panes = one.panes[kept]
        low, high = int(panes.min()), int(panes.max())
        self._tops[key] = max(self._tops.get(key, NO_TIME), high + one.settings.pane_ms)
        starts = [low] if low == high else np.unique(panes).tolist()
        whole = len(kept) == len(one.panes) and low == high
        for pane in starts:
            rows = kept if low == high else kept[panes == pane]
            for baseline in self.baselines_of(block.model, block.version, pane):
                columns = block.columns if baseline == block.baseline else self._under(batch, block, baseline)
                self._add((*key, pane, baseline), one, rows, columns if whole else columns.take(rows))

    def baselines_of(self, model: str, version: str, pane: int) -> list[str]:
        """The baselines under which a pane is folded: those that judge any window that it belongs to."""
        line = self._line_of(model, version)
        if not line.baselines:
            return [""]
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

    def _add(self, key: PaneKey, one: _Placed, rows: NDArray[np.intp], columns: AnyRows) -> None:
        block = one.block
        offsets = block.offset[rows]
        first, last = int(offsets[0]), int(offsets[-1])
        held = self._panes.get(key)
        if held is None:
            held = self._panes[key] = PaneFold(self._decoding.empty(key[3]), one.settings.pane_ms, first, last)
        fold_rows(held.profile, columns)
        held.first, held.last = min(held.first, first), max(held.last, last)
        held.records += 1 + int(np.count_nonzero(np.diff(offsets)))
        held.rows += len(rows)

    def _count(self, batch: RawBatch, decoded: Decoded, placed: list[_Placed]) -> None:
        rows = np.zeros(4, dtype=np.int64)
        for one in placed:
            rows += np.bincount(one.outcome, minlength=4)
        undecoded = sum(reject.rows for reject in decoded.rejects)
        self._rows = self._rows.plus(
            Counts(int(rows[ACCEPTED]), int(rows[REJECTED]) + undecoded, int(rows[LATE]), int(rows[DUPLICATE]), 0),
        )
        self._records = self._records.plus(self._record_counts(batch, decoded, placed))

    def _record_counts(self, batch: RawBatch, decoded: Decoded, placed: list[_Placed]) -> Counts:
        """Each record once, as the best of its rows; offsets that were not there are ignored."""
        span = batch.offsets[-1] + 1 - self.position
        best = np.full(span, -1, dtype=np.int8)
        for reject in decoded.rejects:
            best[reject.offset - self.position] = REJECTED
        for outcome in (REJECTED, DUPLICATE, LATE, ACCEPTED):
            for one in placed:
                best[one.block.offset[one.outcome == outcome] - self.position] = outcome
        count = np.bincount(best + 1, minlength=5).tolist()
        return Counts(count[1], count[4], count[2], count[3], count[0])


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
    )
