"""Reading partitions from given offsets, in batches, on the caller's thread."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import methodcaller
from typing import overload

import confluent_kafka as ck

from driftline.contracts.capture import Headers, RawBatch
from driftline.errors import BrokerError

TopicPartition = tuple[str, int]

BATCH_RECORDS = 2000
"""Records of a batch at most. Chosen: larger ones are no quicker to fold, and what waits for the loop waits longer."""

HELD_RECORDS = 20_000
"""Records held back at most, of all partitions. Chosen: as many as librdkafka itself holds; 20 MB of records of 1 kB."""

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
        self._consumer = ck.Consumer(settings)
        self._started: dict[TopicPartition, int] = {}
        self._paused: set[TopicPartition] = set()
        self._held: dict[TopicPartition, list[ck.Message]] = {}
        self._topics: set[str] = set()

    def start(self, topic: str, partition: int, offset: int) -> None:
        """Read a partition from ``offset`` on; what had been fetched of it before is dropped."""
        self.stop(topic, partition)
        self._consumer.incremental_assign([ck.TopicPartition(topic, partition, offset)])
        self._started[topic, partition] = offset
        self._topics.add(topic)

    def stop(self, topic: str, partition: int) -> None:
        """Read no more of a partition; nothing when it is not being read."""
        if self._started.pop((topic, partition), None) is not None:
            self._paused.discard((topic, partition))
            self._held.pop((topic, partition), None)
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

    def poll(self, limit: int, *, least: int = 1) -> Fetched:
        """Up to ``limit`` records that have arrived, by partition; never waits. Raises BrokerError on a fatal error.

        While there is more to come, partitions with fewer than ``least`` records are held back until they have as many; they
        are given out at once when nothing more is waiting, when their end is reached, or when too much is held.
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
        if not fetched.full or sum(map(len, self._held.values())) >= HELD_RECORDS:
            least = 1
        for place in [place for place, held in self._held.items() if len(held) >= least or place in over]:
            fetched.batches += _batches(*place, self._held.pop(place))
        return fetched

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
                self._held.setdefault(place, []).extend(run)

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


def _batches(topic: str, partition: int, messages: list[ck.Message]) -> Iterator[RawBatch]:
    for start in range(0, len(messages), BATCH_RECORDS):
        yield raw_batch(topic, partition, messages[start : start + BATCH_RECORDS])


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
