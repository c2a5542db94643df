"""Reading single records by topic, partition and offset."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Final, NamedTuple, Self

import confluent_kafka as ck

from driftline.broker.clients import made
from driftline.broker.settings import Settings

SECONDS: Final = 15.0
"""How long a record is waited for. Chosen: longer than an election of a leader."""


class Picked(NamedTuple):
    """A record: ``time_ms`` is its own timestamp (ms UTC), None where it has none."""

    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...]
    time_ms: int | None


class Picker:
    """A consumer that is set on one offset after the other; a context manager. A record costs a round trip or two."""

    def __init__(self, settings: Settings) -> None:
        """``settings`` as from `driftline.broker.settings.replaying`."""
        self._consumer = made(ck.Consumer, {**settings, "queued.min.messages": 1, "fetch.message.max.bytes": 1_048_576})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._consumer.close()

    def at(self, topic: str, partition: int, offset: int) -> Picked | str:
        """The record at an offset, or a sentence on why it cannot be had."""
        place = ck.TopicPartition(topic, partition, offset)
        try:
            low, high = self._consumer.get_watermark_offsets(place, timeout=SECONDS)
            if offset < low:
                return f"the topic begins at {low} by now: it fell to retention"
            if offset >= high:
                return f"the topic ends at {high}: it was made anew"
            self._consumer.assign([place])
            return self._wait(offset)
        except ck.KafkaException as error:
            return f"it cannot be read: {error.args[0].str()}"

    def _wait(self, offset: int) -> Picked | str:
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            message = self._consumer.poll(0.2)
            if message is None:
                continue
            if message.error() is not None:
                if message.error().code() == ck.KafkaError._PARTITION_EOF:  # noqa: SLF001 - a public code
                    return "it is not there any more: compacted, or never committed"
                return f"it cannot be read: {message.error().str()}"
            if message.offset() != offset:
                return "it is not there any more: compacted, or never committed"
            return _picked(message)
        return f"it was not there within {SECONDS:g} s"


def _picked(message: ck.Message) -> Picked | str:
    if message.value() is None:
        return "it has no value"
    kind, stamp = message.timestamp()
    headers = tuple((name, value or b"") for name, value in message.headers() or ())
    return Picked(message.key(), message.value(), headers, None if kind == ck.TIMESTAMP_NOT_AVAILABLE else stamp)
