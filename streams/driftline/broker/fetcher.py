"""Reading partitions from given offsets, in batches, on the caller's thread."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import methodcaller
from typing import overload

import confluent_kafka as ck

from driftline.broker.clients import made
from driftline.contracts.capture import Headers, RawBatch
from driftline.errors import BrokerError

TopicPartition = tuple[str, int]

BATCH_RECORDS = 16_000
"""Records of a batch at most. Chosen: of a thousand models, folding so many takes about 0.1 s, in which nothing else runs."""

BATCH_BYTES = 12_000_000
"""Bytes of a batch at most, more or less: records of some hundred features take as long at fewer of them."""

HELD_BYTES = 48_000_000
"""Bytes held back at most, of all partitions. Chosen: less than librdkafka itself holds; 40,000 records of 700 bytes."""

RECORD_BYTES = 500
"""What a record takes beside its value, more or less."""

_value, _key, _offset, _timestamp = (methodcaller(name) for name in ("value", "key", "offset", "timestamp"))
_partition, _error = methodcaller("partition"), methodcaller("error")


@dataclass
class Fetched:
    """What one poll brought: batches in order, partitions whose end was reached, partitions whose offset is gone.

    ``full`` while there is more to come.
    """

    batches: list[RawBatch] = field(default_factory=list)
    ended: list[tuple[TopicPartition, int]] = field(default_factory=list)
    out_of_range: list[TopicPartition] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    full: bool = False


class Fetcher:
    """A consumer without a group: each partition is started at an offset and stopped by name."""

    def __init__(self, settings: dict[str, object]) -> None:
        """``settings`` should hold ``enable.partition.eof`` and ``auto.offset.reset=error``."""
        self._consumer = made(ck.Consumer, settings)
        self._started: dict[TopicPartition, int] = {}
        self._paused: set[TopicPartition] = set()
        self._held: dict[TopicPartition, list[ck.Message]] = {}
        self._bytes: dict[TopicPartition, int] = {}
        self._old: set[TopicPartition] = set()
        self._topics: set[str] = set()

    def start(self, topic: str, partition: int, offset: int) -> None:
        """Read a partition from ``offset`` on; what had been fetched of it before is dropped."""
        self.stop(topic, partition)
        self._consumer.incremental_assign([ck.TopicPartition(topic, partition, offset)])
        self._started[topic, partition] = offset
        self._topics.add(topic)

    def stop(self, topic: str, partition: int) -> None:
        """Read no more of a partition; nothing when it is not being read.

        One that is held back is let go first: librdkafka remembers that beyond the assignment, and would never read it again.
        """
        self.pause(topic, partition, paused=False)
        if self._started.pop((topic, partition), None) is not None:
            self._give(topic, partition)
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

    def is_paused(self, topic: str, partition: int) -> bool:
        """Whether a partition is held back."""
        return (topic, partition) in self._paused

    def poll(self, limit: int, *, least: Callable[[TopicPartition], int] | int = 1, flushing: bool = False) -> Fetched:
        """Up to ``limit`` records that have arrived, by partition; never waits. Raises BrokerError on a fatal error.

        While there is more to come, partitions with fewer than ``least`` records are held back until they have as many. They
        are given out at once when nothing more is waiting, when their end is reached, or when they were held back already
        at the ``flushing`` poll before this one; and the largest of them when too much is held.
        """
        messages = self._consumer.consume(limit, 0)
        fetched = Fetched(full=len(messages) >= limit)
        good = messages
        if any(map(_error, messages)):
            good = [message for message in messages if message.error() is None]
            for message in messages:
                if message.error() is not None:
                    self._take_error(message, fetched)
        self._hold(good)
        over = {place for place, _ in fetched.ended} | set(fetched.out_of_range)
        for place in self._due(over, least, full=fetched.full, flushing=flushing):
            size = self._bytes[place]
            fetched.batches += _batches(*place, self._give(*place), size)
        if flushing:
            self._old = set(self._held)
        return fetched

    def _due(
        self, over: set[TopicPartition], least: Callable[[TopicPartition], int] | int, *, full: bool, flushing: bool
    ) -> list[TopicPartition]:
        """The partitions to be given out."""
        if not full:
            return list(self._held)
        wanted = least if callable(least) else lambda _: least
        old = self._old if flushing else frozenset[TopicPartition]()
        due = [
            place for place, held in self._held.items() if len(held) >= wanted(place) or place in over or place in old
        ]
        left = sorted(set(self._held) - set(due), key=self._bytes.__getitem__)
        while left and sum(map(self._bytes.__getitem__, left)) > HELD_BYTES:
            due.append(left.pop())
        return due

    def _give(self, topic: str, partition: int) -> list[ck.Message]:
        """Hold a partition's records back no longer."""
        place = (topic, partition)
        self._old.discard(place)
        self._bytes.pop(place, None)
        return self._held.pop(place, [])

    def _hold(self, messages: list[ck.Message]) -> None:
        """Sort messages by partition; they come in runs. Topics are looked at only if there has ever been a second one."""
        runs: Iterable[tuple[TopicPartition, Iterable[ck.Message]]]
        if len(self._topics) == 1:
            (topic,) = self._topics
            runs = (((topic, partition), run) for partition, run in itertools.groupby(messages, _partition))
        else:
            runs = itertools.groupby(messages, lambda message: (message.topic(), message.partition()))
        for place, run in runs:
            if place in self._started:
                held = list(run)
                self._held.setdefault(place, []).extend(held)
                self._bytes[place] = self._bytes.get(place, 0) + sum(map(len, held)) + RECORD_BYTES * len(held)

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


def _batches(topic: str, partition: int, messages: list[ck.Message], size: int) -> Iterator[RawBatch]:
    mean = size // max(1, len(messages)) - RECORD_BYTES + 1
    most = max(1, min(BATCH_RECORDS, BATCH_BYTES // mean))
    for start in range(0, len(messages), most):
        yield raw_batch(topic, partition, messages[start : start + most])


class _LazyHeaders(Sequence[Headers | None]):
    """Headers of messages, read when they are asked for: few formats need any, and reading them costs as much as the key."""

    def __init__(self, messages: list[ck.Message]) -> None:
        self._messages = messages

    def __len__(self) -> int:
        return len(self._messages)

    @overload
    def __getitem__(self, place: int) -> Headers | None: ...

    @overload
    def __getitem__(self, place: slice) -> _LazyHeaders: ...

    def __getitem__(self, place: int | slice) -> Headers | _LazyHeaders | None:
        if isinstance(place, slice):
            return _LazyHeaders(self._messages[place])
        headers: Headers | None = self._messages[place].headers()
        return headers

    def __iter__(self) -> Iterator[Headers | None]:
        return (message.headers() for message in self._messages)


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
        _LazyHeaders(messages),
    )
