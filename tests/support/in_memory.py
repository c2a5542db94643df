"""The engine without Kafka: source partitions as lists, the delta log as a list, one worker, no clock."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from typing import Any

from driftline.baseline.model import Baseline
from driftline.contracts.capture import CaptureTopic, RawBatch, Reject
from driftline.contracts.log import (
    BaselineInForce,
    LogRecord,
    Source,
    Stamp,
    TopicShape,
    VerdictClaim,
    decode_record,
    encode_record,
)
from driftline.contracts.statistics import WindowStatistics
from driftline.contracts.violation import Violation
from driftline.engine.baselines import BaselineShelf, Decoding, pack_baseline
from driftline.engine.dedupe import RecentIds
from driftline.engine.fold import SourceFold
from driftline.engine.ledger import LogState
from driftline.engine.settings import ModelSettings, SourceSettings
from driftline.engine.source import Phase, SourceTask
from driftline.engine.verdict import Verdict
from driftline.windows.watermark import NO_TIME

TOPIC = "captures"


class Job:
    """One captures topic of native JSON and one worker that does everything; every record of the log goes through bytes."""

    def __init__(self, partitions: int, source: SourceSettings, model: ModelSettings, now_ms: int) -> None:
        self.windows: list[WindowStatistics] = []
        self.violations: list[Violation] = []
        self.letters: dict[tuple[int, int, int | None], Reject] = {}
        self.now_ms = now_ms
        self.log = LogState()
        self.verdict = Verdict(lambda _model, _version: model)
        self._settings, self._model = source, model
        self._shelf = BaselineShelf()
        self._decoding = Decoding(CaptureTopic(TOPIC), self._shelf, self.log.line)
        self._numbers = itertools.count()
        self._shapes = [TopicShape(TOPIC, "life", partitions)]
        self.records: list[list[bytes | None]] = [[] for _ in range(partitions)]
        self.tasks = [self._task(place) for place in range(partitions)]
        self.sleepers: list[SourceTask] = []
        self.written: list[LogRecord] = []
        self._append(VerdictClaim(1, self._stamp()))
        self._place()

    def produce(self, partition: int, captures: Sequence[dict[str, Any]]) -> None:
        """Put captures onto a partition; nobody has read them yet."""
        self.records[partition] += [json.dumps(capture).encode() for capture in captures]

    def read(self, partition: int, most: int | None = None) -> None:
        """Fold what has not been read, or so many records of it; it is not in the log before the flush."""
        fold = self.tasks[partition].fold
        assert fold is not None, "every source is placed between two steps"
        batch = self._batch(partition, fold.position, most)
        for reject in fold.fold(batch, self.now_ms) if len(batch) else ():
            self.letters[partition, reject.offset, reject.index] = reject

    def flush(self, partition: int) -> None:
        """Put into the log what has been folded. What had to be given up is read again, as a worker does."""
        task = self.tasks[partition]
        draft = task.draft()
        if draft is not None:
            self._append(task.delta(draft, draft.panes, []))
        self._place()

    def take_over(self, partition: int) -> None:
        """Another worker gets the source; the one that had it sleeps, with what it has read and not flushed."""
        self.sleepers.append(self.tasks[partition])
        self.tasks[partition] = self._task(partition)
        self._place(again=False)

    def wake(self) -> None:
        """Every sleeper writes what it still held, before it hears of anything else."""
        while self.sleepers:
            task = self.sleepers.pop()
            draft = task.draft()
            if draft is not None:
                self._append(task.delta(draft, draft.panes, []))
        self._place()

    def idle(self, partition: int, watermark: int) -> None:
        """The owner says that nothing is left to read."""
        record = self.tasks[partition].idle(watermark)
        assert record is not None, "an idle source has nothing to flush, and its time does not go back"
        self._append(record)

    def announce(self, baseline: Baseline) -> None:
        """A baseline was published."""
        effective = NO_TIME if baseline.effective_from is None else baseline.effective_from
        self._append(
            BaselineInForce(
                baseline.model,
                baseline.version,
                baseline.id,
                pack_baseline(baseline),
                effective,
                self._model.pane_ms,
                next(self._numbers),
                self._stamp(),
            )
        )
        self._place()

    def _batch(self, partition: int, start: int, most: int | None) -> RawBatch:
        values = self.records[partition][start:][:most]
        nothing: list[Any] = [None] * len(values)
        offsets = list(range(start, start + len(values)))
        return RawBatch(TOPIC, partition, offsets, list(values), nothing, nothing, [-1] * len(values))

    def _task(self, partition: int) -> SourceTask:
        return SourceTask(Source(TOPIC, "life", partition), self._stamp, self._fold, dedupe=self._model.dedupe)

    def _place(self, *, again: bool = True) -> None:
        """Bring every source to where it can be read; what was read and given up is read once more (``again``)."""
        for partition, task in enumerate(self.tasks):
            given_up = again and task.phase is not Phase.RUNNING and bool(self.records[partition])
            while task.phase is not Phase.RUNNING:
                record = task.next_record(self.log, self._shapes, 0, 0)
                if record is not None:
                    self._append(record)
                elif task.fold is not None and task.read_from < task.fold.position:
                    task.fold.remember(self._batch(partition, task.read_from, task.fold.position - task.read_from))
            if given_up:
                self.read(partition)

    def _append(self, record: LogRecord) -> None:
        offset = self.log.next_offset
        ours, theirs, kept = (decode_record(encode_record(record)) for _ in range(3))
        self.written.append(kept)
        outcome = self.log.apply(offset, ours)
        if isinstance(record, BaselineInForce):
            self._shelf.learn(self.log)
        for task in self.tasks:
            task.on_log(offset, ours, outcome, self.log)
        for emitted in self.verdict.apply(offset, theirs).emitted:
            self.windows.append(emitted.statistics)
            self.violations += emitted.violations

    def _stamp(self) -> Stamp:
        return Stamp("only", next(self._numbers))

    def _fold(self, source: Source, position: int, watermark: int) -> SourceFold:
        return SourceFold(
            source,
            position,
            watermark,
            settings=self._settings,
            settings_of=lambda _model, _version: self._model,
            line_of=self.log.line,
            decoding=self._decoding,
            recent=RecentIds(self._model.dedupe),
        )
