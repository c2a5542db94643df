"""A capture worker without Kafka: the real tasks and folds, driven step by step as the capture agent drives them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from driftline.agents.reading import Letters
from driftline.contracts.capture import RawBatch
from driftline.contracts.deadletter import dead_letters
from driftline.contracts.log import (
    BaselineInForce,
    LogRecord,
    Retire,
    Source,
    Stamp,
    TopicShape,
    decode_record,
    encode_record,
)
from driftline.engine.baselines import BaselineShelf, Decoding
from driftline.engine.dedupe import RecentIds
from driftline.engine.fold import SourceFold, part_of
from driftline.engine.ledger import LogState, Outcome
from driftline.engine.shards import Shipment, load, ship
from driftline.engine.snapshot import newest_manifest
from driftline.engine.source import Phase, SourceTask, concerned
from driftline.engine.verdict import restore_log
from driftline.windows.watermark import NO_TIME
from protocol import traffic
from protocol.tapes import DeltaLog, OnAck, Outbox, Sink, Tape

Place = tuple[str, int]

INLINE = (0, 1_000, 10**6)
"""What may ride in a delta, in turns: nothing, one shard's panes, all."""

PART = 300
"""Bytes of a part: most payloads have several."""


class Ground(Protocol):
    """What a worker sees of the world."""

    now: int
    log: DeltaLog
    snapshots: dict[bytes, bytes]
    shards: int
    payloads: dict[int, DeltaLog]

    def tape(self, source: Source) -> Tape | None: ...
    def payload(self, shard: int, offsets: list[int]) -> bytes | None: ...
    def shapes(self) -> list[TopicShape]: ...


@dataclass
class Reading:
    """One assigned source: its task, what has been fetched and not folded, what has been folded and not written."""

    task: SourceTask
    epoch: int = -1
    next: int = -1
    fetched: deque[tuple[int, RawBatch]] = field(default_factory=deque)
    letters: Letters = field(default_factory=Letters)
    drafts: deque[tuple[Shipment, Letters]] = field(default_factory=deque)
    at_end: bool = False
    lost: bool = False


class CaptureWorker:
    """One process; ``steps`` of it may be interleaved with everything else, and cut short anywhere."""

    waits_for_letters = True
    rebuilds_ids = True

    def __init__(self, name: str, ground: Ground, sink: Sink) -> None:
        self.name = name
        self.ground = ground
        self.outbox = Outbox(sink)
        self.alive = True
        self.readings: dict[Place, Reading] = {}
        self._number = 0
        newest = newest_manifest(ground.snapshots)
        self.log = LogState() if newest is None else restore_log(newest[1], ground.snapshots, newest[0])
        assert self.log.next_offset >= ground.log.start, "the log was cut below every snapshot"
        self.shelf = BaselineShelf()
        self.shelf.learn(self.log)
        self.shapes = ground.shapes()
        self._decoding = {
            topic: Decoding(traffic.capture_topic(topic), self.shelf, self.log.line) for topic in traffic.LATENESS
        }
        self.follow(ground.log.end)

    def stamps(self) -> Stamp:
        self._number += 1
        return Stamp(self.name, self._number)

    def write(self, record: LogRecord) -> None:
        self.outbox.send("log", encode_record(record))

    # -- steps ------------------------------------------------------------------------------------------------------

    def follow(self, count: int) -> None:
        """Fold the next records of the log."""
        self.outbox.poll()
        log = self.ground.log
        for _ in range(count):
            if self.log.next_offset < log.start:
                self.alive = False
            if not self.alive or self.log.next_offset >= log.end:
                return
            self._follow_one(self.log.next_offset, decode_record(log.records[self.log.next_offset]))
            if self.log.closed > NO_TIME:
                self.log.prune(self.log.closed - 2 * traffic.LONGEST)

    def _follow_one(self, offset: int, record: LogRecord) -> None:
        outcome = self.log.apply(offset, record)
        if isinstance(record, BaselineInForce) and outcome is Outcome.COUNTED:
            self.shelf.learn(self.log)
        for reading in concerned(record, self.readings):
            reading.task.on_log(offset, record, outcome, self.log)

    def assign(self, place: Place) -> None:
        topic, partition = place
        topic_id = next(shape.topic_id for shape in self.shapes if shape.topic == topic)
        dedupe = traffic.DEDUPE if self.rebuilds_ids else 0
        task = SourceTask(
            Source(topic, topic_id, partition), self.stamps, self._make_fold, dedupe=dedupe, shards=self.ground.shards
        )
        self.readings[place] = Reading(task)

    def revoke(self, place: Place) -> None:
        self.flush(place)
        self.send(place)
        self.readings.pop(place).task.restart()

    def refresh_shapes(self) -> None:
        """Look at the topics again; tell the log of those that were created anew."""
        self.shapes = self.ground.shapes()
        for shape in self.shapes:
            for topic_id in self.log.earlier_lives(shape):
                self.write(Retire(shape.topic, topic_id, self.horizon, self.stamps()))

    def place(self, place: Place) -> None:
        """Bring a source that is not yet running one step on."""
        reading = self.readings[place]
        task = reading.task
        if reading.epoch != task.epoch:
            self._new_epoch(reading)
        if task.phase is Phase.FENCED:
            task.restart()
        elif task.phase is Phase.DEAD:
            self.assign(place)
        elif task.phase is not Phase.RUNNING:
            tape = self.ground.tape(task.source)
            record = task.next_record(self.log, self.shapes, None if tape is None else tape.start, self.horizon)
            if record is not None:
                self.write(record)
            elif self._phase(task) is Phase.RUNNING:
                reading.epoch, reading.next = task.epoch, task.read_from

    def fetch(self, place: Place, count: int) -> None:
        """Records of the source, if any; they wait to be folded."""
        reading = self.readings[place]
        tape = self.ground.tape(reading.task.source)
        if tape is None or reading.task.phase is not Phase.RUNNING or reading.epoch != reading.task.epoch:
            return
        if reading.next < tape.start:
            reading.lost = True
            return
        found = tape.read(reading.next, count)
        if not found:
            reading.at_end = True
            return
        reading.at_end = False
        offsets = [offset for offset, _ in found]
        times: list[int | None] = [entry.appended for _, entry in found]
        values, keys = [entry.value for _, entry in found], [None] * len(found)
        batch = RawBatch(*place, offsets, values, list(keys), times, [-1] * len(found))
        reading.fetched.append((reading.epoch, batch))
        reading.next = offsets[-1] + 1

    def fold(self, place: Place) -> None:
        """Fold what has been fetched."""
        reading = self.readings[place]
        while reading.fetched:
            epoch, batch = reading.fetched.popleft()
            self._fold_one(reading, epoch, batch)

    def _fold_one(self, reading: Reading, epoch: int, batch: RawBatch) -> None:
        task = reading.task
        if epoch != task.epoch or task.fold is None or task.phase is not Phase.RUNNING:
            return
        rest = self._warm(task.fold, batch)
        if rest is None:
            return
        if not task.may_read:
            reading.next = task.fold.position
            task.epoch += 1
            reading.epoch = task.epoch
            return
        for letter in dead_letters(rest, task.fold.fold(rest, self.ground.now)):
            reading.letters.waiting += 1
            self.outbox.send("letters", (task.source, letter.headers), reading.letters.acknowledged)

    @staticmethod
    def _warm(fold: SourceFold, batch: RawBatch) -> RawBatch | None:
        cut = next((n for n, offset in enumerate(batch.offsets) if offset >= fold.position), len(batch))
        if cut:
            fold.remember(part_of(batch, 0, cut))
        return part_of(batch, cut, len(batch)) if cut < len(batch) else None

    def flush(self, place: Place) -> None:
        reading = self.readings[place]
        draft = reading.task.draft()
        if draft is not None:
            cargo = load(draft.panes, self.ground.shards, INLINE[draft.end % len(INLINE)], PART)
            reading.drafts.append((ship(draft, cargo, self._send_part), reading.letters))
            reading.letters = Letters()

    def _send_part(self, shard: int, data: bytes, landed: OnAck) -> None:
        self.outbox.send(str(shard), data, landed)

    def _may_be_written(self, shipment: Shipment, letters: Letters) -> bool:
        return shipment.has_landed and (letters.waiting == 0 or not self.waits_for_letters)

    def send(self, place: Place) -> None:
        """Write every draft of which all else is acknowledged, in order."""
        self.outbox.poll()
        reading = self.readings[place]
        while reading.drafts and self._may_be_written(*reading.drafts[0]):
            ready, _ = reading.drafts.popleft()
            if reading.epoch == reading.task.epoch:
                self.write(reading.task.delta(ready.draft, ready.inline, ready.payloads()))

    def idle(self, place: Place, watermark: int) -> None:
        reading = self.readings[place]
        if reading.at_end and not reading.drafts and not reading.letters.waiting:
            record = reading.task.idle(watermark)
            if record is not None:
                self.write(record)

    def declare_lost(self, place: Place) -> None:
        reading = self.readings[place]
        tape = self.ground.tape(reading.task.source)
        if not reading.lost or reading.drafts or tape is None:
            return
        gap = reading.task.lost(tape.start, self.horizon)
        if gap is not None:
            reading.lost = False
            self.write(gap)

    # ---------------------------------------------------------------------------------------------------------------

    @property
    def horizon(self) -> int:
        return self.ground.now + traffic.FUTURE

    @property
    def highest(self) -> int:
        return max((state.watermark for _, state in self.log.living()), default=0)

    def _new_epoch(self, reading: Reading) -> None:
        reading.epoch, reading.at_end, reading.lost, reading.letters = reading.task.epoch, False, False, Letters()
        reading.drafts.clear()

    def _make_fold(self, source: Source, position: int, watermark: int) -> SourceFold:
        return SourceFold(
            source,
            position,
            watermark,
            settings=traffic.source_settings(source.topic),
            settings_of=traffic.settings_of,
            line_of=self.log.line,
            decoding=self._decoding[source.topic],
            recent=RecentIds(traffic.DEDUPE),
        )

    @staticmethod
    def _phase(task: SourceTask) -> Phase:
        """Asked anew: a step may have changed it."""
        return task.phase
