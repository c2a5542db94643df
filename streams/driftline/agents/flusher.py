"""From what has been folded to deltas on the log: dead letters and payloads first, each source in its order."""

from __future__ import annotations

from driftline.agents.context import WorkerContext
from driftline.agents.reading import Letters, Readings
from driftline.broker.producer import Acknowledged, DurableProducer
from driftline.contracts.log import LogRecord, encode_record
from driftline.engine.shards import load, ship

MOST_COLUMNS = 250_000
"""Columns of all panes of all sources at which they are flushed early. Chosen: about 200 MB; a thousand models of 25 features,
all in each of eight partitions, stay below it."""

Hints = list[tuple[str, int, int]]
"""Topic, partition and position, for the group."""


class Flusher:
    """Writes to the log for all sources of a worker."""

    def __init__(self, context: WorkerContext, producer: DurableProducer) -> None:
        """``producer`` is the worker's only one for the log, so that records stay in order."""
        self._context = context
        self._producer = producer

    def write(self, record: LogRecord) -> None:
        """Hand a record to the log; it counts once it has been read back. Raises WorkerFailedError after a failure."""
        self._context.ending.check()
        self._producer.send(self._context.topics.partials, encode_record(record), partition=0)

    def is_due_early(self, readings: Readings) -> bool:
        """Whether the panes of all sources take too much memory to wait for the next flush."""
        folds = (reading.task.fold for reading in readings.values())
        return sum(fold.column_count for fold in folds if fold is not None) >= MOST_COLUMNS

    def flush(self, readings: Readings) -> None:
        """Make a draft of everything that has been folded."""
        for reading in readings.values():
            draft = reading.task.draft()
            if draft is not None:
                cargo = load(draft.panes, self._context.shards)
                reading.drafts.append((ship(draft, cargo, self._send_part), reading.letters))
                reading.letters = Letters()

    def _send_part(self, shard: int, data: bytes, landed: Acknowledged) -> None:
        self._producer.send(self._context.topics.partials, data, partition=shard, on_ack=landed)

    def send(self, readings: Readings) -> Hints:
        """Write every draft of which all else is acknowledged, in order; how far the log has come since the last time."""
        hints: Hints = []
        for (topic, partition), reading in readings.items():
            while reading.drafts and reading.drafts[0][0].has_landed and reading.drafts[0][1].waiting == 0:
                ready, _ = reading.drafts.popleft()
                if reading.epoch == reading.task.epoch:
                    self.write(reading.task.delta(ready.draft, ready.inline, ready.payloads()))
            position = self._context.log.state.position(reading.task.source)
            if position is not None and position > reading.committed:
                reading.committed = position
                hints.append((topic, partition, position))
        return hints
