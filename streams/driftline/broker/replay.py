"""Reading a topic, or a range of it, once and to its end: for baselines, commands and oracles."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping

import confluent_kafka as ck

from driftline.broker.clients import made
from driftline.broker.fetcher import raw_batch
from driftline.broker.refusal import Refusals
from driftline.broker.settings import Settings
from driftline.contracts.capture import RawBatch
from driftline.errors import BrokerError

Progress = Callable[[int, int], None]
"""Told how many offsets are done, and of how many."""

TIMEOUT_SECONDS = 15.0
_POLL_SECONDS = 0.2
_PATIENCE = 150
"""Polls in a row that may bring nothing: half a minute, which outlasts an election of a leader."""


def read_topic(
    settings: Settings,
    topic: str,
    *,
    starts: Mapping[int, int] | None = None,
    ends: Mapping[int, int] | None = None,
    batch: int = 2_000,
    progress: Progress | None = None,
    positions: dict[int, int] | None = None,
) -> Iterator[RawBatch]:
    """The records of every partition from its start to its end, in offset order within a partition, committed ones only.

    ``starts`` and ``ends`` are offsets by partition, half-open; without them it is what the broker has when reading
    begins: what arrives later is not read, so that it always ends. With ``starts`` or ``ends``, partitions not named
    there are read as a whole. ``positions`` is filled with where each partition ends, for who wants to go on from there.
    ``settings`` as from `driftline.broker.settings.replaying`. Memory: one batch and the
    client's queue. Raises BrokerError when the topic does not exist, its start is gone, or its end cannot be reached.
    """
    refusals = Refusals(settings)
    consumer = made(ck.Consumer, refusals.settings)
    try:
        partitions = partitions_of(refusals, consumer, topic)
        ranges = _ranges(consumer, topic, partitions, starts or {}, ends or {})
        if positions is not None:
            positions.update({partition: end for partition, (_, end) in ranges.items()})
        yield from read_ranges(consumer, topic, ranges, batch, progress or say_nothing)
    except ck.KafkaException as error:
        raise BrokerError(f"topic {topic!r} must be readable: {error.args[0].str()}") from error
    finally:
        consumer.close()


def partitions_of(refusals: Refusals, consumer: ck.Consumer, topic: str) -> list[int]:
    """The partitions of a topic. Raises BrokerError when it does not exist, or nobody answers."""
    metadata = refusals.metadata(consumer, topic, TIMEOUT_SECONDS).topics[topic]
    if metadata.error is not None:
        raise BrokerError(f"topic {topic!r} must be readable: {metadata.error.str()}")
    return sorted(metadata.partitions)


def _ranges(
    consumer: ck.Consumer, topic: str, partitions: list[int], starts: Mapping[int, int], ends: Mapping[int, int]
) -> dict[int, tuple[int, int]]:
    ranges = {}
    for partition in partitions:
        low, high = consumer.get_watermark_offsets(ck.TopicPartition(topic, partition), timeout=TIMEOUT_SECONDS)
        start, end = starts.get(partition, low), min(ends.get(partition, high), high)
        if start < low < end:
            raise BrokerError(f"{topic}[{partition}] no longer has offsets {start} to {low}: they fell to retention")
        ranges[partition] = (start, max(start, end))
    return ranges


def read_ranges(
    consumer: ck.Consumer, topic: str, ranges: Mapping[int, tuple[int, int]], batch: int, progress: Progress
) -> Iterator[RawBatch]:
    """The records of [start, end) of each partition, by a consumer that is given them. Raises BrokerError as `read_topic`."""
    total = sum(end - start for start, end in ranges.values())
    positions = {partition: start for partition, (start, end) in ranges.items() if start < end}
    left = sum(ranges[partition][1] - position for partition, position in positions.items())
    consumer.assign([ck.TopicPartition(topic, partition, position) for partition, position in positions.items()])
    progress(total - left, total)
    idle = 0
    while positions:
        messages = consumer.consume(batch, _POLL_SECONDS)
        idle = 0 if messages else idle + 1
        if idle > _PATIENCE:
            raise BrokerError(
                f"topic {topic!r} could not be read to its end: partitions {sorted(positions)} are missing"
            )
        for partition, group in itertools.groupby(messages, ck.Message.partition):
            if partition in positions:
                yield from _take(topic, partition, list(group), ranges[partition][1], positions)
        left = sum(ranges[partition][1] - position for partition, position in positions.items())
        progress(total - left, total)


def _take(
    topic: str, partition: int, messages: list[ck.Message], end: int, positions: dict[int, int]
) -> Iterator[RawBatch]:
    """The records below ``end``. At the end of the partition nothing more is coming: what is missing was no record."""
    good = [message for message in messages if message.error() is None and message.offset() < end]
    if good:
        positions[partition] = good[-1].offset() + 1
        yield raw_batch(topic, partition, good)
    at_end = any(_is_end(message, topic) for message in messages)
    if at_end or messages[-1].offset() + 1 >= end:
        del positions[partition]


def _is_end(message: ck.Message, topic: str) -> bool:
    """Whether the message says that the end was reached. Raises BrokerError for anything worse than a passing fault."""
    error = message.error()
    if error is None:
        return False
    if error.code() in (ck.KafkaError._AUTO_OFFSET_RESET, ck.KafkaError.OFFSET_OUT_OF_RANGE):  # noqa: SLF001 - a public code
        raise BrokerError(f"{topic}[{message.partition()}] lost offsets while it was read: {error.str()}")
    if error.fatal():
        raise BrokerError(f"topic {topic!r} must be readable: {error.str()}")
    return bool(error.code() == ck.KafkaError._PARTITION_EOF)  # noqa: SLF001 - a public code


def say_nothing(done: int, total: int) -> None:
    """No progress is wanted."""
