"""Traffic that goes on while things break: minutes of event time in seconds, and a copy of all that Kafka has taken."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable

import confluent_kafka as ck

from oracle.capture import Record
from support import served

Place = tuple[str, int, int]
"""Topic, its life (0, 1, …) and partition."""


class Load:
    """Writes minute after minute of `support.served` to every partition of a topic until it is told to stop."""

    def __init__(self, bootstrap: str, topic: str, partitions: int, *, seed: int = 0, a_minute: int = 60) -> None:
        self.topic, self.partitions, self.seed, self.a_minute = topic, partitions, seed, a_minute
        self.written: dict[Place, list[Record]] = defaultdict(list)
        self.minute = 0
        self.life = 0
        self.refused = 0
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._producer = ck.Producer(
            {
                "bootstrap.servers": bootstrap,
                "linger.ms": 5,
                "enable.idempotence": True,
                "topic.metadata.refresh.interval.ms": 1000,
                "log_level": 0,
            }
        )

    def go(self, seconds_a_minute: float = 0.4) -> None:
        """Begin, or go on, in a thread."""
        self._over.clear()
        self._thread = threading.Thread(target=self._run, args=(seconds_a_minute,), daemon=True)
        self._thread.start()

    def rest(self) -> None:
        """Stop after the minute under way; everything is acknowledged then."""
        if self._thread is not None:
            self._over.set()
            self._thread.join(120)
            self._thread = None
        assert self._producer.flush(120) == 0, "not everything was acknowledged"

    def abandon(self) -> None:
        """Stop, whatever becomes of what is under way."""
        self._over.set()
        self._producer.purge()

    def minutes(self, count: int) -> None:
        """So many minutes at once, without a thread."""
        for _ in range(count):
            self._write_minute()
        assert self._producer.flush(120) == 0

    def the_end(self) -> int:
        """Move the time of every source on so that all windows with rows close; that time."""
        end = served.START + (self.minute + 180) * served.MINUTE
        for partition in range(self.partitions):
            self._write(partition, [served.closing(end)])
        assert self._producer.flush(120) == 0
        return end

    def _run(self, seconds: float) -> None:
        while not self._over.is_set():
            self._write_minute()
            self._over.wait(seconds)

    def _write_minute(self) -> None:
        minutes = range(self.minute, self.minute + 1)
        for partition in range(self.partitions):
            seed = (self.seed * 1000 + partition) * 10_000 + self.minute
            self._write(partition, (value for _, value in served.events(seed, minutes, self.a_minute)))
        self.minute += 1

    def _write(self, partition: int, values: Iterable[bytes | None]) -> None:
        life = self.life

        def taken(error: ck.KafkaError | None, message: ck.Message) -> None:
            if error is not None:
                self.refused += 1
                return
            record = Record(self.topic, partition, message.offset(), message.value(), message.timestamp()[1])
            self.written[self.topic, life, partition].append(record)

        for value in values:
            while True:
                try:
                    self._producer.produce(self.topic, value, partition=partition, on_delivery=taken)
                    break
                except BufferError:
                    self._producer.poll(0.1)
                except ck.KafkaException:  # the topic is not there just now
                    self.refused += 1
                    break
            self._producer.poll(0)
