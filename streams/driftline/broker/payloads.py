"""Reading payloads: the partition of ``partials`` that belongs to one shard, no further than the delta log asks for."""

from __future__ import annotations

import confluent_kafka as ck

from driftline.broker.clients import made
from driftline.broker.log import LogCutError
from driftline.broker.settings import Settings
from driftline.errors import BrokerError

RECORDS_A_POLL = 100
"""Parts asked for at once. Chosen: each may have half a megabyte."""


class PayloadReader:
    """Keeps what has been read and not yet been taken, until a trim of the log says that nobody will ask for it.

    Parts that no delta ever names (their writer died, or was fenced) are thrown away by :meth:`trim`.
    """

    def __init__(self, settings: Settings, topic: str, shard: int) -> None:
        """``settings`` should hold ``auto.offset.reset=error``: a hole is said, never skipped."""
        self._consumer = made(ck.Consumer, settings)
        self._place = (topic, shard)
        self._held: dict[int, bytes] = {}
        self._first = self._next = 0

    def start(self, offset: int, *, timeout: float = 10.0) -> None:
        """Read from ``offset`` on. Blocks.

        Raises:
            LogCutError: what stands there is gone.
            BrokerError: the partition cannot be read.

        """
        try:
            low, _ = self._consumer.get_watermark_offsets(ck.TopicPartition(*self._place), timeout=timeout)
        except ck.KafkaException as error:
            raise BrokerError(f"the bounds of {self._place} must be readable: {error}") from error
        if low > offset:
            raise LogCutError(f"payloads of shard {self._place[1]} are needed from offset {offset}, but begin at {low}")
        self._first = self._next = offset
        self._consumer.assign([ck.TopicPartition(*self._place, self._first)])

    def take(self, offsets: list[int]) -> bytes | None:
        """The parts at ``offsets``, put together; None while they have not yet come.

        Empty where they lie before what is kept: a delta that names such ones is refused.
        """
        if min(offsets) < self._first:
            return b""
        if max(offsets) >= self._next:
            self._read()
        if max(offsets) >= self._next:
            return None
        return b"".join(self._held.pop(offset, b"") for offset in offsets)

    def trim(self, offset: int) -> None:
        """Throw away what lies before ``offset``."""
        self._first = max(self._first, offset)
        self._held = {at: data for at, data in self._held.items() if at >= offset}

    def _read(self) -> None:
        for message in self._consumer.consume(RECORDS_A_POLL, 0):
            error = message.error()
            if error is None:
                self._held[message.offset()] = message.value() or b""
                self._next = message.offset() + 1
            elif error.code() in (ck.KafkaError._AUTO_OFFSET_RESET, ck.KafkaError.OFFSET_OUT_OF_RANGE):  # noqa: SLF001
                raise LogCutError(f"payloads of shard {self._place[1]} were cut beneath their reader: {error}")
            elif error.fatal():
                raise BrokerError(f"payloads must be readable: {error}")

    def close(self) -> None:
        """Stop reading."""
        self._consumer.close()
