"""Reading a compacted topic as a table: the latest value of every key, as of now."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from typing import NamedTuple

import confluent_kafka as ck

from driftline.broker.clients import made
from driftline.broker.refusal import Refusals
from driftline.broker.replay import TIMEOUT_SECONDS
from driftline.broker.settings import Settings
from driftline.errors import BrokerError

POLL_SECONDS = 0.05
"""How long a poll waits to be full: what a small table costs."""

PATIENCE = 600
"""Polls without a record after which a topic is given up. Chosen, because half a minute outlasts an election of leaders."""


class Row(NamedTuple):
    """The latest value of a key, its offset, and when it was written (ms UTC, as the broker has it)."""

    value: bytes
    offset: int
    timestamp: int


class TableReader:
    """A table that can be brought up to date again and again: what has been read is not read anew. Not thread-safe."""

    def __init__(self, settings: Settings, topic: str, partitions: Collection[int] | None = None) -> None:
        """Nothing is read yet; all partitions will be, or those of ``partitions`` that there are."""
        self.rows: dict[bytes, Row] = {}
        self._topic = topic
        self._wanted = partitions
        self._reached: dict[int, int] = {}
        self._refusals = Refusals({**settings, "enable.partition.eof": False, "auto.offset.reset": "earliest"})
        self._consumer = made(ck.Consumer, self._refusals.settings)

    def refresh(self) -> dict[bytes, Row]:
        """Key to latest row, up to where the topic ends now; deleted keys are not in it.

        How far partitions reach is asked in their order: what is written to a later one before something in an earlier one
        is in the table, when that is. Keys must stay in one partition, as they do with any one partitioner. An empty topic is
        an empty table. Raises BrokerError when the topic does not exist or cannot be read to its end.
        """
        try:
            self._read()
        except ck.KafkaException as error:
            raise BrokerError(f"topic {self._topic!r} must be readable: {error}") from error
        return self.rows

    def close(self) -> None:
        """Stop reading."""
        self._consumer.close()

    def _read(self) -> None:
        left = self._left()
        idle = 0
        while left:
            messages = self._consumer.consume(1000, POLL_SECONDS)
            idle = 0 if messages else idle + 1
            if idle > PATIENCE:
                raise BrokerError(
                    f"topic {self._topic!r} could not be read to its end: partitions {sorted(left)} are missing"
                )
            for message in messages:
                _take(message, self.rows)
            for place in self._consumer.position(self._consumer.assignment()):
                self._reached[place.partition] = max(self._reached[place.partition], place.offset)
            left = {partition: end for partition, end in left.items() if self._reached[partition] < end}

    def _left(self) -> dict[int, int]:
        """The ends of the partitions that have more to read; those read for the first time are assigned."""
        metadata = self._refusals.metadata(self._consumer, self._topic, TIMEOUT_SECONDS).topics[self._topic]
        if metadata.error is not None or not metadata.partitions:
            raise BrokerError(
                f"topic {self._topic!r} must exist, driftline topics create makes driftline's own: {metadata.error}"
            )
        left = {}
        for partition in sorted(metadata.partitions):
            if self._wanted is not None and partition not in self._wanted:
                continue
            place = ck.TopicPartition(self._topic, partition)
            low, high = self._consumer.get_watermark_offsets(place, timeout=15)
            if high > low and partition not in self._reached:
                self._consumer.incremental_assign([ck.TopicPartition(self._topic, partition, low)])
                self._reached[partition] = low
            if high > max(low, self._reached.get(partition, 0)):
                left[partition] = high
        return left


def read_table(settings: Settings, topic: str, partitions: Collection[int] | None = None) -> dict[bytes, Row]:
    """The table as of now, read once: see :meth:`TableReader.refresh`."""
    with contextlib.closing(TableReader(settings, topic, partitions)) as reader:
        return reader.refresh()


def _take(message: ck.Message, table: dict[bytes, Row]) -> None:
    error = message.error()
    if error is not None:
        if error.fatal():
            raise BrokerError(f"reading failed: {error}")
        return
    key = message.key() or b""
    value = message.value()
    if value is None:
        table.pop(key, None)
    else:
        table[key] = Row(value, message.offset(), message.timestamp()[1])
