"""Writing records so that each is acknowledged by all replicas, once, and in order per partition."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import confluent_kafka as ck

from driftline.broker.clients import made
from driftline.errors import BrokerError

Headers = Sequence[tuple[str, bytes]]
Acknowledged = Callable[[int], None]


class DurableProducer:
    """An idempotent producer that counts what is not yet acknowledged; a failed delivery ends the worker.

    Restart is exact, so giving up is safe, and going on after a lost record would not be.
    """

    def __init__(self, settings: dict[str, object]) -> None:
        """``settings`` should hold ``enable.idempotence`` and ``acks=all``."""
        self._producer = made(ck.Producer, settings)
        self._failure: str | None = None
        self.outstanding = 0

    def send(
        self,
        topic: str,
        value: bytes | None,
        *,
        key: bytes | None = None,
        partition: int = -1,
        headers: Headers | None = None,
        timestamp_ms: int | None = None,
        on_ack: Acknowledged | None = None,
    ) -> None:
        """Hand a record over; ``on_ack`` is called with its offset from within :meth:`poll`. Raises BrokerError.

        ``timestamp_ms`` is the record's own time; without it, it is now.
        """
        self.check()

        def delivered(error: ck.KafkaError | None, message: ck.Message) -> None:
            self.outstanding -= 1
            if error is not None:
                self._failure = self._failure or f"a record for {topic} was not delivered: {error}"
            elif on_ack is not None:
                on_ack(message.offset())

        arguments: dict[str, object] = {"headers": list(headers)} if headers else {}
        if partition >= 0:
            arguments["partition"] = partition
        if timestamp_ms is not None:
            arguments["timestamp"] = timestamp_ms
        while True:
            try:
                self._producer.produce(topic, value=value, key=key, on_delivery=delivered, **arguments)
            except BufferError:
                self._producer.poll(0.05)
                continue
            except ck.KafkaException as error:
                raise BrokerError(f"a record for {topic} could not be sent: {error}") from error
            break
        self.outstanding += 1

    def poll(self) -> None:
        """Serve acknowledgements; returns at once. Raises BrokerError when a delivery has failed."""
        self._producer.poll(0)
        self.check()

    def flush(self, timeout: float = 30.0) -> None:
        """Wait for all acknowledgements. Raises BrokerError when some are missing after ``timeout`` seconds."""
        left = self._producer.flush(timeout)
        self.check()
        if left:
            raise BrokerError(f"{left} records were not acknowledged within {timeout:g} s")

    def check(self) -> None:
        """Raise BrokerError when a delivery has failed before."""
        if self._failure is not None:
            raise BrokerError(self._failure)
