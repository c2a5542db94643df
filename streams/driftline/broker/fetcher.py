"""Reading partitions from given offsets, in batches, on the caller's thread."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from operator import methodcaller

import confluent_kafka as ck

from driftline.contracts.capture import RawBatch
from driftline.errors import BrokerError

TopicPartition = tuple[str, int]

_value, _key, _offset, _timestamp = (methodcaller(name) for name in ("value", "key", "offset", "timestamp"))
_place = lambda message: (message.topic(), message.partition())  # noqa: E731 - as short as its neighbours


@dataclass
class Fetched:
    """What one poll brought: batches in order, partitions whose end was reached, partitions whose offset is gone."""

    batches: list[RawBatch] = field(default_factory=list)
    ended: list[tuple[TopicPartition, int]] = field(default_factory=list)
    out_of_range: list[TopicPartition] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Fetcher:
    """A consumer without a group: each partition is started at an offset and stopped by name."""

    def __init__(self, settings: dict[str, object]) -> None:
        """``settings`` should hold ``enable.partition.eof`` and ``auto.offset.reset=error``."""
        self._consumer = ck.Consumer(settings)
        self._started: dict[TopicPartition, int] = {}
        self._paused: set[TopicPartition] = set()

    def start(self, topic: str, partition: int, offset: int) -> None:
        """Read a partition from ``offset`` on; what had been fetched of it before is dropped."""
        self.stop(topic, partition)
        self._consumer.incremental_assign([ck.TopicPartition(topic, partition, offset)])
        self._started[topic, partition] = offset

    def stop(self, topic: str, partition: int) -> None:
        """Read no more of a partition; nothing when it is not being read."""
        if self._started.pop((topic, partition), None) is not None:
            self._paused.discard((topic, partition))
            self._consumer.incremental_unassign([ck.TopicPartition(topic, partition)])

    def pause(self, topic: str, partition: int, *, paused: bool) -> None:
        """Hold a partition back, or let it go on; nothing when it already is as wished or is not being read."""
        place = (topic, partition)
        if place not in self._started or (place in self._paused) == paused:
            return
        where = [ck.TopicPartition(topic, partition)]
        if paused:
            self._consumer.pause(where)
            self._paused.add(place)
        else:
            self._consumer.resume(where)
            self._paused.discard(place)

    def poll(self, limit: int) -> Fetched:
        """Up to ``limit`` records that have arrived; never waits. Raises BrokerError on a fatal error."""
        messages = self._consumer.consume(limit, 0)
        fetched = Fetched()
        if not messages:
            return fetched
        good = messages
        if any(message.error() is not None for message in messages):
            good = [message for message in messages if message.error() is None]
            for message in messages:
                if message.error() is not None:
                    self._take_error(message, fetched)
        for (topic, partition), group in itertools.groupby(good, _place):
            if (topic, partition) in self._started:
                fetched.batches.append(raw_batch(topic, partition, list(group)))
        return fetched

    def bounds(self, topic: str, partition: int, *, timeout: float = 10.0) -> tuple[int, int]:
        """First and next offset of a partition, asked of the broker. Raises BrokerError."""
        try:
            low, high = self._consumer.get_watermark_offsets(ck.TopicPartition(topic, partition), timeout=timeout)
        except ck.KafkaException as error:
            raise BrokerError(f"the offsets of {topic}[{partition}] must be readable: {error}") from error
        return low, high

    def high(self, topic: str, partition: int) -> int | None:
        """The next offset of a partition as last told by a fetch; None when not known."""
        try:
            high = self._consumer.get_watermark_offsets(ck.TopicPartition(topic, partition), cached=True)[1]
        except ck.KafkaException:
            return None
        return high if high >= 0 else None

    def close(self) -> None:
        """Stop reading everything."""
        self._consumer.close()

    def _take_error(self, message: ck.Message, fetched: Fetched) -> None:
        error = message.error()
        topic, partition = message.topic(), message.partition()
        if error.code() == ck.KafkaError._PARTITION_EOF:  # noqa: SLF001 - the public name of the code
            fetched.ended.append(((topic, partition), message.offset()))
        elif error.code() in (ck.KafkaError._AUTO_OFFSET_RESET, ck.KafkaError.OFFSET_OUT_OF_RANGE):  # noqa: SLF001
            fetched.out_of_range.append((topic, partition))
        elif error.fatal():
            raise BrokerError(f"reading failed: {error}")
        else:
            fetched.errors.append(str(error))


def raw_batch(topic: str, partition: int, messages: list[ck.Message]) -> RawBatch:
    """Messages of one partition, at least one, as columns; append times where the topic stamps them."""
    stamps = list(map(_timestamp, messages))
    appended = stamps[0][0] == ck.TIMESTAMP_LOG_APPEND_TIME
    times = [stamp[1] for stamp in stamps]
    return RawBatch(
        topic,
        partition,
        list(map(_offset, messages)),
        list(map(_value, messages)),
        list(map(_key, messages)),
        list(times) if appended else [None] * len(messages),
        times,
        [message.headers() for message in messages],
    )
