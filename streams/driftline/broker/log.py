"""Reading the delta log, partition 0 of ``partials``, record by record and in order."""

from __future__ import annotations

import confluent_kafka as ck

from driftline.broker.clients import made
from driftline.contracts.log import LogRecord, decode_record
from driftline.errors import BrokerError


class LogReader:
    """Follows one partition from an offset on; knows when it has been cut away beneath it."""

    def __init__(self, settings: dict[str, object], topic: str, *, partition: int = 0) -> None:
        """``settings`` should hold ``auto.offset.reset=error``: a hole is said, never skipped."""
        self._consumer = made(ck.Consumer, settings)
        self._place = (topic, partition)

    def start(self, offset: int) -> None:
        """Read from ``offset`` on."""
        self._consumer.assign([ck.TopicPartition(*self._place, offset)])

    def bounds(self, *, timeout: float = 10.0) -> tuple[int, int]:
        """First and next offset of the log. Raises BrokerError."""
        try:
            low, high = self._consumer.get_watermark_offsets(ck.TopicPartition(*self._place), timeout=timeout)
        except ck.KafkaException as error:
            raise BrokerError(f"the bounds of {self._place[0]} must be readable: {error}") from error
        return low, high

    def poll(self, limit: int, timeout: float = 0.0) -> list[tuple[int, LogRecord]]:
        """The next records, with their offsets. Raises BrokerError when the offset is gone or reading fails for good."""
        found: list[tuple[int, LogRecord]] = []
        for message in self._consumer.consume(limit, timeout):
            error = message.error()
            if error is None:
                found.append((message.offset(), decode_record(message.value())))
            elif error.code() in (ck.KafkaError._AUTO_OFFSET_RESET, ck.KafkaError.OFFSET_OUT_OF_RANGE):  # noqa: SLF001
                raise LogCutError(f"the delta log was cut beneath its reader: {error}")
            elif error.fatal():
                raise BrokerError(f"the delta log must be readable: {error}")
        return found

    def close(self) -> None:
        """Stop reading."""
        self._consumer.close()


class LogCutError(BrokerError):
    """Offsets of the delta log that a reader needed are gone; it has to start from a snapshot."""
