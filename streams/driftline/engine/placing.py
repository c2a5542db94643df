"""What becomes of each row of a batch: from the future, seen before, late, or accepted; and which pane it belongs to.

The rows of all models lie one after the other, so that a batch costs the same calls for a thousand models as for one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from driftline.contracts.capture import RawBatch, Reject, RowBlock
from driftline.contracts.log import Counts
from driftline.engine.dedupe import RecentIds
from driftline.engine.settings import ModelSettings, SettingsOf
from driftline.windows.watermark import late_mask

ACCEPTED, LATE, DUPLICATE, REJECTED = range(4)
"""What became of a row, best first: a record ends as the best of its rows."""

Longs = NDArray[np.int64]


class Placing:
    """The rows of some blocks, at least one row each; ``outcome`` is what is known of them so far."""

    def __init__(self, blocks: Sequence[RowBlock], settings_of: SettingsOf) -> None:
        """Everything counts as accepted until it is found otherwise. About 20 ns a row."""
        self.blocks = blocks
        self.settings: list[ModelSettings] = [settings_of(block.model, block.version) for block in blocks]
        lengths = np.array([len(block) for block in blocks], dtype=np.int64)
        self.ends = np.cumsum(lengths)
        self.starts = self.ends - lengths
        self.offset = _joined([block.offset for block in blocks])
        self.index = _joined([block.index for block in blocks])
        self.time = _joined([block.time_ms for block in blocks])
        pane_ms = [settings.pane_ms for settings in self.settings]
        lasting = pane_ms[0] if len(set(pane_ms)) == 1 else np.repeat(np.array(pane_ms, dtype=np.int64), lengths)
        self.pane: Longs = self.time - self.time % lasting
        self.pane_end: Longs = self.pane + lasting
        self.outcome = np.zeros(len(self.time), dtype=np.int8)

    def records(self) -> list[int]:
        """How many records the rows of each block come from."""
        fresh = np.ones(len(self.offset), dtype=np.int64)
        fresh[1:] = self.offset[1:] != self.offset[:-1]
        fresh[self.starts] = 1
        found: list[int] = np.add.reduceat(fresh, self.starts).tolist()
        return found

    def refuse_future(self, batch: RawBatch, now_ms: int, future_ms: int) -> list[Reject]:
        """Refuse rows more than ``future_ms`` ahead of the broker's stamp of their record, or of the worker's clock."""
        clock: int | Longs = now_ms
        if any(stamp is not None for stamp in batch.append_times):
            stamps = [now_ms if stamp is None else stamp for stamp in batch.append_times]
            clock = np.array(stamps, dtype=np.int64)[np.searchsorted(batch.offsets, self.offset)]
        ahead = self.time - clock - future_ms
        rows = np.flatnonzero(ahead > 0)
        self.outcome[rows] = REJECTED
        return [
            self._reject(
                row,
                "future",
                f"event time must be at most {future_ms} ms ahead of the clock, "
                f"got {int(self.time[row])} ({int(ahead[row])} ms beyond that)",
            )
            for row in rows.tolist()
        ]

    def drop_duplicates(self, recent: RecentIds) -> None:
        """Mark rows whose event id stood within the model's bound before them.

        Ids of rows from the future count as seen too: whoever reads them again, to know the ids, has another clock.
        """
        if not any(settings.dedupe for settings in self.settings):
            return
        offsets, index = self.offset.tolist(), self.index.tolist()
        events = [
            (offsets[start + row], index[start + row], start + row, number, event_id)
            for number, (block, start) in enumerate(zip(self.blocks, self.starts.tolist(), strict=True))
            if self.settings[number].dedupe
            for row, event_id in enumerate(block.ids)
            if event_id is not None
        ]
        for offset, _, row, number, event_id in sorted(events):
            block = self.blocks[number]
            key = (block.model, block.version, event_id)
            if recent.seen(key, offset, self.settings[number].dedupe) and self.outcome[row] == ACCEPTED:
                self.outcome[row] = DUPLICATE

    def decide_late(self, watermark: int, lateness_ms: int) -> tuple[int, list[Reject]]:
        """Mark rows whose pane the source's watermark had passed before them; the watermark after all of them."""
        rows = np.flatnonzero(self.outcome == ACCEPTED)
        if not len(rows):
            return watermark, []
        if len(self.blocks) > 1:
            rows = rows[np.lexsort((self.index[rows], self.offset[rows]))]
        mask, watermark = late_mask(self.time[rows], self.pane_end[rows], watermark, lateness_ms)
        late = rows[mask]
        self.outcome[late] = LATE
        return watermark, [
            self._reject(
                row,
                "late",
                f"event time {int(self.time[row])} lies in the pane that starts at {int(self.pane[row])}, "
                f"which the source's watermark had passed",
            )
            for row in late.tolist()
        ]

    def row_counts(self, undecoded: int) -> Counts:
        """How the rows ended, with so many that were refused before they came here."""
        accepted, late, duplicate, rejected = np.bincount(self.outcome, minlength=4).tolist()
        return Counts(accepted, rejected + undecoded, late, duplicate, 0)

    def record_counts(self, first: int, end: int, rejected: Sequence[int]) -> Counts:
        """Each record of the offsets [first, end) once, as the best of its rows; offsets that hold none are ignored.

        ``rejected`` are the offsets of records refused before they came here.
        """
        best = np.full(end - first, -1, dtype=np.int8)
        best[np.array(rejected, dtype=np.int64) - first] = REJECTED
        for outcome in (REJECTED, DUPLICATE, LATE, ACCEPTED):
            best[self.offset[self.outcome == outcome] - first] = outcome
        ignored, accepted, late, duplicate, refused = np.bincount(best + 1, minlength=5).tolist()
        return Counts(accepted, refused, late, duplicate, ignored)

    def _reject(self, row: int, reason: str, message: str) -> Reject:
        return Reject(int(self.offset[row]), int(self.index[row]), reason, message, 1)


def _joined(parts: Sequence[NDArray[np.int64] | NDArray[np.int32]]) -> Longs:
    empty = np.empty(0, dtype=np.int64)
    return np.concatenate([empty, *parts])
