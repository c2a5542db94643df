"""Reading a compacted topic as a table: the latest value of every key, as of now."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import confluent_kafka as ck

from driftline.broker.refusal import Refusals
from driftline.broker.replay import TIMEOUT_SECONDS
from driftline.broker.settings import Settings
from driftline.errors import BrokerError

POLL_SECONDS = 0.5
PATIENCE = 60
"""Polls without a record after which a topic is given up. Chosen, because half a minute outlasts an election of leaders."""


class Row(NamedTuple):
    """The latest value of a key, and its offset."""

    value: bytes
    offset: int


def read_table(settings: Settings, topic: str, partitions: Collection[int] | None = None) -> dict[bytes, Row]:
    """Key to latest row, from the beginning to where the topic ends now; deleted keys are not in it.

    All partitions are read, or those of ``partitions`` that there are. How far they reach is asked in their order: what is
    written to a later one before something in an earlier one is in the table, when that is. Keys must stay in one
    partition, as they do with any one partitioner. An empty topic is an empty table.

    Raises:
        BrokerError: the topic does not exist or cannot be read to its end.

    """
    refusals = Refusals({**settings, "enable.partition.eof": False, "auto.offset.reset": "earliest"})
    consumer = ck.Consumer(refusals.settings)
    try:
        return _read(refusals, consumer, topic, partitions)
    except ck.KafkaException as error:
        raise BrokerError(f"topic {topic!r} must be readable: {error}") from error
    finally:
        consumer.close()


def _read(
    refusals: Refusals, consumer: ck.Consumer, topic: str, partitions: Collection[int] | None
) -> dict[bytes, Row]:
    metadata = refusals.metadata(consumer, topic, TIMEOUT_SECONDS).topics[topic]
    if metadata.error is not None or not metadata.partitions:
        raise BrokerError(f"topic {topic!r} must exist: {metadata.error}")
    left: dict[int, int] = {}
    start = []
    for partition in sorted(metadata.partitions):
        if partitions is not None and partition not in partitions:
            continue
        low, high = consumer.get_watermark_offsets(ck.TopicPartition(topic, partition), timeout=15)
        if high > low:
            left[partition] = high
            start.append(ck.TopicPartition(topic, partition, low))
    consumer.assign(start)
    table: dict[bytes, Row] = {}
    idle = 0
    while left:
        messages = consumer.consume(1000, POLL_SECONDS)
        idle = 0 if messages else idle + 1
        if idle > PATIENCE:
            raise BrokerError(f"topic {topic!r} could not be read to its end: partitions {sorted(left)} are missing")
        for message in messages:
            _take(message, table)
        for partition, position in ((place.partition, place.offset) for place in consumer.position(start)):
            if partition in left and position >= left[partition]:
                del left[partition]
    return table


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
        table[key] = Row(value, message.offset())
