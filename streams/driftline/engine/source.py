"""One source in the hands of one worker: claim it, take up its position, read, flush, and step back when told so.

:class:`SourceTask` is a state machine without I/O.  The worker asks :meth:`next_record` what to write to the log,
shows it every record of the log through :meth:`on_log`, and hands it batches while it is ``RUNNING``::

    NEW ──claim──▶ CLAIMING ──own claim read──▶ PLACING ──▶ RUNNING ──flush──▶ RUNNING
                        │                        │   ▲         │
                        ▼ stale                  ▼   │ read    ├─ idle, gap ──▶ PLACING
                      DEAD                    birth, gap       ├─ own delta refused ──▶ NEW
                                                               └─ newer claim of another ──▶ FENCED

A task in ``PLACING`` waits for its own record to come back through the log before it goes on, so that what it
believes is what every other worker believes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from driftline.contracts.log import (
    BaselineInForce,
    Birth,
    Claim,
    Delta,
    Gap,
    Idle,
    LogRecord,
    PaneDelta,
    Payload,
    Source,
    Stamp,
    TopicShape,
)
from driftline.engine.draft import Draft
from driftline.engine.fold import SourceFold
from driftline.engine.ledger import LogState, Outcome
from driftline.errors import ProtocolError


class Phase(StrEnum):
    """Where a task stands."""

    NEW = "new"
    CLAIMING = "claiming"
    PLACING = "placing"
    RUNNING = "running"
    FENCED = "fenced"
    DEAD = "dead"


Stamps = Callable[[], Stamp]
MakeFold = Callable[[Source, int, int], SourceFold]
"""Makes the fold of a source from a position and a watermark on."""


AnyReading = TypeVar("AnyReading")


def concerned(record: LogRecord, readings: Mapping[tuple[str, int], AnyReading]) -> Collection[AnyReading]:
    """Of readings by topic and partition, those whose tasks have to see a record of the log.

    That of its source alone, or all where it is about no single one; a worker may have hundreds, and a record a millisecond.
    """
    if not isinstance(record, Claim | Birth | Delta | Idle | Gap):
        return readings.values()
    place = (record.source.topic, record.source.partition)
    return (readings[place],) if place in readings else ()


class SourceTask:
    """One assignment of one source to this worker."""

    def __init__(
        self, source: Source, stamps: Stamps, make_fold: MakeFold, *, dedupe: int = 0, shards: int = 1
    ) -> None:
        """``dedupe`` is how many offsets before the position are read again to know their event ids."""
        self.source = source
        self.phase = Phase.NEW
        self.token = -1
        self.epoch = 0
        self.fold: SourceFold | None = None
        self.read_from = -1
        self._stamps = stamps
        self._make_fold = make_fold
        self._dedupe = dedupe
        self._shards = shards
        self._waiting: Stamp | None = None
        self._unseen: dict[Stamp, int] = {}

    def is_running(self) -> bool:
        """Whether the source is being read."""
        return self.phase is Phase.RUNNING

    def next_record(
        self,
        log: LogState,
        shapes: Sequence[TopicShape],
        first_offset: int | None,
        horizon: int,
    ) -> LogRecord | None:
        """What has to be written before reading can begin; None while waiting, and once the task is running.

        ``first_offset`` is where the source's topic begins today (None: not known yet), ``horizon`` the latest event
        time that unreadable offsets may have held.
        """
        if self.phase is Phase.NEW:
            self.phase, self._waiting = Phase.CLAIMING, self._stamps()
            return Claim(self.source, list(shapes), self._waiting, self._shards)
        if self.phase is not Phase.PLACING or self._waiting is not None or first_offset is None:
            return None
        position = log.position(self.source)
        if position is None:
            return self._wait(Birth(self.source, self.token, first_offset, log.closed, self._stamps()))
        read_from = max(log.sources[self.source].base, position - self._dedupe)
        if read_from < first_offset:
            gone = max(position, first_offset)
            reason = "the topic no longer holds these offsets" if gone > position else "event ids before it are gone"
            return self._wait(
                Gap(self.source, self.token, position, gone, horizon, reason, self._stamps()),
            )
        self._run(log, position, read_from)
        return None

    def lost(self, to: int, horizon: int) -> Gap | None:
        """Say that everything from the position to ``to`` can no longer be read; None until all is flushed.

        Where only records before the position are gone, while they were being read for their ids, the task starts over.
        """
        if self.phase is not Phase.RUNNING or self.fold is None or not self.fold.is_empty or self._unseen:
            return None
        position = self.fold.position
        if to <= position:
            if to > self.read_from:
                self.restart()
            return None
        reason = "retention or truncation overtook the reader"
        gap = Gap(self.source, self.token, position, to, horizon, reason, self._stamps())
        self._place(gap.stamp)
        return gap

    def idle(self, watermark: int) -> Idle | None:
        """Say that nothing is left to read, which moves the watermark on; None when there is something to flush first."""
        if self.phase is not Phase.RUNNING or self.fold is None or not self.fold.is_empty or self._unseen:
            return None
        if watermark <= self.fold.watermark:
            return None
        record = Idle(self.source, self.token, self.fold.position, watermark, self._stamps())
        self._waiting = record.stamp
        return record

    @property
    def may_read(self) -> bool:
        """Whether batches may be folded now: not while the task waits to see its own idle record."""
        return self.phase is Phase.RUNNING and self._waiting is None

    def draft(self) -> Draft | None:
        """What has been folded since the last flush; None where there is nothing."""
        if self.phase is not Phase.RUNNING or self.fold is None or self.fold.is_empty:
            return None
        return self.fold.take()

    def delta(self, draft: Draft, panes: list[PaneDelta], payloads: list[Payload]) -> Delta:
        """The record that commits a draft: its panes ride in it, or are named where they have been written before.

        Call it once its dead letters and payloads are acknowledged, in the order of drafts.
        """
        stamp = self._stamps()
        self._unseen[stamp] = draft.end
        return Delta(
            self.source,
            self.token,
            draft.start,
            draft.end,
            draft.watermark,
            draft.records,
            draft.rows,
            draft.baselines,
            panes,
            stamp,
            payloads,
        )

    def on_log(self, offset: int, record: LogRecord, outcome: Outcome, log: LogState) -> None:
        """Take note of a record that the log has just been folded with."""
        if record.stamp == self._waiting:
            self._seen_own(offset, record, outcome, log)
        elif self._unseen.pop(record.stamp, None) is not None and outcome is not Outcome.COUNTED:
            self.restart()
        if isinstance(record, BaselineInForce) and outcome is Outcome.COUNTED:
            self._meet_baseline(record, log)
        if self.token >= 0 and self.phase is not Phase.CLAIMING:
            state = log.sources.get(self.source)
            if state is not None and (state.retired or state.token > self.token):
                self._forget()
                self.phase = Phase.DEAD if state.retired else Phase.FENCED

    def restart(self) -> None:
        """Give up what was folded and take the source up again from where the log says."""
        if self.phase is not Phase.DEAD:
            self._forget()
            self.phase = Phase.NEW

    def _forget(self) -> None:
        self.fold, self.token, self._waiting = None, -1, None
        self._unseen.clear()
        self.epoch += 1

    def _wait(self, record: Birth | Gap) -> LogRecord:
        self._waiting = record.stamp
        return record

    def _place(self, stamp: Stamp) -> None:
        self.phase, self._waiting, self.fold = Phase.PLACING, stamp, None
        self.epoch += 1

    def _seen_own(self, offset: int, record: LogRecord, outcome: Outcome, log: LogState) -> None:
        self._waiting = None
        if isinstance(record, Claim):
            if log.shards != record.shards:
                raise ProtocolError(
                    f"all workers must spread models over {log.shards} shards, as the log says; this one has {record.shards}"
                )
            self.phase = Phase.PLACING if outcome is Outcome.COUNTED else Phase.DEAD
            self.token = offset
        elif outcome is not Outcome.COUNTED:
            self.restart()
        elif isinstance(record, Idle) and self.fold is not None:
            self.fold.watermark = log.sources[self.source].watermark

    def _meet_baseline(self, record: BaselineInForce, log: LogState) -> None:
        """Fold again what was folded beyond a baseline's beginning without knowing of it."""
        effective = log.line(record.model, record.version).baselines[-1].effective
        if self.fold is not None and self.fold.top(record.model, record.version) > effective:
            self.restart()

    def _run(self, log: LogState, position: int, read_from: int) -> None:
        self.fold = self._make_fold(self.source, position, log.sources[self.source].watermark)
        self.read_from = read_from
        self.phase = Phase.RUNNING
