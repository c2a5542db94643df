"""The end of a topic, newest records first: for who wants the past as far as it is worth having, and not the whole of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import confluent_kafka as ck

from driftline.broker.clients import made
from driftline.broker.refusal import Refusals
from driftline.broker.replay import TIMEOUT_SECONDS, partitions_of, read_ranges, say_nothing
from driftline.broker.settings import Settings
from driftline.contracts.capture import RawBatch
from driftline.errors import BrokerError

FIRST_RECORDS: Final = 64
"""Of each partition in the first piece; the next ones are as long as `PIECE_BYTES` allows, by what was seen. Chosen."""

PIECE_BYTES: Final = 2_000_000
"""Bytes that a piece should have. Chosen: a few hundred windows of 25 features, decoded in some 20 ms."""

MOST_RECORDS: Final = 4_096
"""Of each partition in a piece, however short they are. Chosen."""


def read_tail(settings: Settings, topic: str, most_bytes: int) -> Iterator[list[RawBatch]]:
    """Pieces of the topic from its end backwards, each in offset order, until its start or ``most_bytes`` of values are reached.

    The end is what the broker has when reading begins. ``settings`` as from `driftline.broker.settings.replaying`.
    Memory: one piece and the client's queue. Raises BrokerError like `read_topic`, also when records fall to retention
    while they are read.
    """
    refusals = Refusals(settings)
    consumer = made(ck.Consumer, refusals.settings)
    try:
        bounds = {
            partition: _bounds(consumer, topic, partition) for partition in partitions_of(refusals, consumer, topic)
        }
        yield from _pieces(consumer, topic, bounds, most_bytes)
    except ck.KafkaException as error:
        raise BrokerError(f"topic {topic!r} must be readable: {error.args[0].str()}") from error
    finally:
        consumer.close()


def _bounds(consumer: ck.Consumer, topic: str, partition: int) -> tuple[int, int]:
    low, high = consumer.get_watermark_offsets(ck.TopicPartition(topic, partition), timeout=TIMEOUT_SECONDS)
    return low, high


def _pieces(
    consumer: ck.Consumer, topic: str, bounds: dict[int, tuple[int, int]], most_bytes: int
) -> Iterator[list[RawBatch]]:
    records, left = FIRST_RECORDS, most_bytes
    while left > 0 and (bounds := {place: (low, end) for place, (low, end) in bounds.items() if low < end}):
        ranges = {partition: (max(low, end - records), end) for partition, (low, end) in bounds.items()}
        piece = list(read_ranges(consumer, topic, ranges, records, say_nothing))
        size, count = sum(map(_bytes, piece)), sum(map(len, piece))
        left -= size
        records = min(MOST_RECORDS, max(1, min(PIECE_BYTES, left) * count // max(1, size) // len(bounds)))
        bounds = {partition: (bounds[partition][0], start) for partition, (start, _) in ranges.items()}
        yield piece


def _bytes(batch: RawBatch) -> int:
    return sum(len(value or b"") for value in batch.values)
