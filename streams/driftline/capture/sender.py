"""From the buffer to Kafka, a few rows at a time, on a thread of its own. Nothing that fails here gets further than a counter."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final, Protocol

from driftline.capture.buffer import Buffer
from driftline.capture.encoding import encoded
from driftline.capture.entries import Row
from driftline.capture.ids import EventIds
from driftline.capture.parts import sample_key
from driftline.capture.reporter import Reporter
from driftline.capture.sampling import ALL, is_kept
from driftline.capture.tables import rows

GROUP: Final = 16
"""Rows between two offers of the interpreter to the model's threads. Chosen: about 0.2 ms of encoding."""
_RETRY_SECONDS: Final = 10.0
"""Between two attempts to make a producer of settings that were refused. Chosen: the log stays readable."""


class Transport(Protocol):
    """What carries the records; `driftline.capture.transport.KafkaTransport` is the one."""

    outstanding: int
    is_broken: bool

    def send(self, value: bytes) -> bool:
        """Hand a record over; False when there is no room for it now."""
        ...

    def poll(self, seconds: float = 0.0) -> None:
        """Hear of deliveries."""
        ...

    def flush(self, seconds: float) -> int:
        """Wait for deliveries; how many are wanting."""
        ...

    def give_up(self) -> None:
        """Forget what has not been delivered."""
        ...

    def abandon(self) -> None:
        """Never touch it again."""
        ...


Connect = Callable[[Callable[[str | None], None]], Transport]
"""Makes a transport that tells of each record whether it was delivered."""


class Sender:
    """Takes, encodes, sends. For one thread; ``is_busy`` is true while rows are neither in the buffer nor in the transport."""

    def __init__(self, buffer: Buffer, connect: Connect, reporter: Reporter) -> None:
        """Nothing is connected before the first row."""
        self._buffer = buffer
        self._connect = connect
        self._reporter = reporter
        self._transport: Transport | None = None
        self._retry_at = 0.0
        self._held: bytes | None = None
        self._batch: Iterator[Row] = iter(())
        self._batch_left = 0
        self._below = ALL
        self._ids = EventIds()
        self.is_busy = False

    @property
    def outstanding(self) -> int:
        """Records that are handed over and neither delivered nor lost."""
        return self._transport.outstanding if self._transport else 0

    def step(self) -> bool:
        """Send up to a group of rows and hear of deliveries; whether there was anything to send."""
        self.is_busy = True
        transport = self._connected() if len(self._buffer) or self._batch_left or self._held else self._transport
        sent = transport is not None and self._send_group(transport)
        if self._transport is not None:
            self._transport.poll(0.1 if self._held is not None else 0.0)
            if self._transport.is_broken:
                self._discard(self._transport)
        self.is_busy = self._held is not None or self._batch_left > 0
        self._reporter.report()
        return sent

    def finish(self, deadline: float) -> None:
        """Send what is left until the deadline (of `time.monotonic`); what then is left is counted as undelivered."""
        while self.step() and time.monotonic() < deadline:
            pass
        if self._transport is not None:
            self._transport.flush(max(0.0, deadline - time.monotonic()))
            self._discard(self._transport)
        left = self._buffer.clear() + self._batch_left + (self._held is not None)
        self._batch, self._batch_left, self._held = iter(()), 0, None
        self._reporter.count("undelivered", left)
        self.is_busy = False
        self._reporter.report(at_last=True)

    def _discard(self, transport: Transport) -> None:
        """Let go of a transport; what it has not delivered by now is lost."""
        if transport.outstanding:
            transport.give_up()
        self._reporter.count("undelivered", transport.outstanding)
        transport.outstanding = 0
        self._transport = None

    def abandon(self) -> None:
        """In a forked child: leave the parent's transport alone for ever."""
        if self._transport is not None:
            self._transport.abandon()

    def _connected(self) -> Transport | None:
        if self._transport is None and time.monotonic() >= self._retry_at:
            try:
                self._transport = self._connect(self._settled)
            except Exception as error:  # noqa: BLE001 - a wrong setting, or no confluent_kafka: nothing the model should know
                self._retry_at = time.monotonic() + _RETRY_SECONDS
                self._reporter.trouble("no producer", error)
        return self._transport

    def _send_group(self, transport: Transport) -> bool:
        """Send until the group is full, the buffer empty or the transport full; whether anything was taken."""
        if self._held is not None and not self._hand_over(transport, self._held):
            return True
        for number in range(GROUP):
            row = self._buffer.take() or self._next_of_batch()
            if row is None:
                return number > 0
            value = self._encoded(row)
            if value is not None and not self._hand_over(transport, value):
                return True
        return True

    def _hand_over(self, transport: Transport, value: bytes) -> bool:
        """Whether the transport had room; else the record is held."""
        try:
            self._held = None if transport.send(value) else value
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one record, the next may be right
            self._held = None
            self._reporter.count("undelivered")
            self._reporter.trouble("not sent", error)
        return self._held is None

    def _encoded(self, row: Row) -> bytes | None:
        try:
            return encoded(row, self._reporter.count)
        except Exception as error:  # noqa: BLE001 - a value may do anything when it is asked what it is
            self._reporter.count("refused")
            self._reporter.trouble("refused", error)
            return None

    def _next_of_batch(self) -> Row | None:
        """The next row of the batch at hand, or of the next batch, that is in the sample."""
        while True:
            if not self._batch_left:
                batch = self._buffer.take_batch()
                if batch is None:
                    return None
                self._batch, self._batch_left, self._below = rows(batch), batch.rows, batch.below
                continue
            try:
                row = next(self._batch)
                if row.id is None:
                    row.id = self._ids.new(row.called_ms)
                kept = self._below >= ALL or is_kept(sample_key(row.entity, row.id), self._below)
            except Exception as error:  # noqa: BLE001 - as above; the rest of the batch is lost with it
                self._reporter.count("refused", self._batch_left)
                self._reporter.trouble("refused", error)
                self._batch_left = 0
                continue
            self._batch_left -= 1
            if kept:
                return row
            self._reporter.count("sampled_out")

    def _settled(self, error: str | None) -> None:
        self._reporter.count("delivered" if error is None else "undelivered")
        if error is not None:
            self._reporter.trouble("not delivered", error)
