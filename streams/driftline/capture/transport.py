"""Records to Kafka: the one place outside ``broker/`` that imports confluent_kafka.

The exception has a reason: ``broker/`` needs the configuration, the wire types and numpy, and a model server should need none of
them. Imported by the sender's thread when there is a first row, so that a process that captures nothing never loads librdkafka.
"""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

import confluent_kafka as ck

LOG: Final = logging.getLogger("driftline.capture.kafka")
LOG.addHandler(logging.NullHandler())

CHOSEN: Final[Mapping[str, Any]] = {
    "client.id": "driftline-capture",
    "acks": "all",
    "enable.idempotence": True,  # a retry must not count a row twice
    "linger.ms": 50,  # batches of some size at ordinary rates; nobody waits for these records
    "compression.type": "lz4",
    # At most 32 MiB wait in librdkafka (its own default is 1 GiB); then rows wait in the buffer, which is bounded too.
    "queue.buffering.max.kbytes": 32_768,
}
"""Settings of the producer that a user may replace."""


class KafkaTransport:
    """One producer. Not for several threads; ``settled`` is told of each record whether it was delivered, and if not why."""

    def __init__(self, topic: str, client: Mapping[str, Any], settled: Callable[[str | None], None]) -> None:
        """Raises confluent_kafka.KafkaException for settings that librdkafka does not know; connects later, by itself."""
        self._topic = topic
        self._settled = settled
        self._producer = ck.Producer({"logger": LOG, **CHOSEN, **client})
        self.outstanding = 0
        self.is_broken = False

    def send(self, value: bytes) -> bool:
        """Hand a record over; False when there is no room for it now. Raises KafkaException when it can never be sent."""
        try:
            self._producer.produce(self._topic, value, on_delivery=self._delivered)
        except BufferError:
            return False
        except ck.KafkaException as error:
            self.is_broken = self.is_broken or error.args[0].fatal()
            raise
        self.outstanding += 1
        return True

    def poll(self, seconds: float = 0.0) -> None:
        """Hear of deliveries."""
        self._producer.poll(seconds)

    def flush(self, seconds: float) -> int:
        """Wait for deliveries; how many are still wanting."""
        self._producer.flush(seconds)
        return self.outstanding

    def give_up(self) -> None:
        """Forget what has not been delivered; each record is told of as undelivered."""
        self._producer.purge()
        self._producer.poll(0.1)

    def abandon(self) -> None:
        """Never free the producer: in a forked child its threads do not exist, and librdkafka waits a second for them."""
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._producer))

    def _delivered(self, error: ck.KafkaError | None, _: ck.Message) -> None:
        self.outstanding -= 1
        if error is not None and error.fatal():
            self.is_broken = True
        self._settled(None if error is None else error.str())
