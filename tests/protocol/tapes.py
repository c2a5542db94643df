"""Kafka as far as the protocol sees it: logs with holes and a first offset, and producers whose records may land late."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """One event as its writer meant it."""

    model: str
    time: int
    id: str | None
    x: float | None
    c: str | None


@dataclass(frozen=True)
class Entry:
    """One record: its bytes, and what it says. ``rows`` is None where it cannot be read."""

    value: bytes | None
    appended: int
    rows: tuple[Row, ...] | None


@dataclass
class Tape:
    """A source partition. Everything is kept for the oracle; readers see only what lies at ``start`` or behind it."""

    entries: dict[int, Entry] = field(default_factory=dict)
    start: int = 0
    end: int = 0

    def append(self, entry: Entry) -> None:
        self.entries[self.end] = entry
        self.end += 1

    def read(self, offset: int, count: int) -> list[tuple[int, Entry]]:
        """Up to ``count`` records from ``offset`` on; offsets without one are passed over."""
        found: list[tuple[int, Entry]] = []
        while offset < self.end and len(found) < count:
            if offset in self.entries:
                found.append((offset, self.entries[offset]))
            offset += 1
        return found

    def forget(self, count: int) -> None:
        """Retention."""
        self.start = min(self.end, self.start + count)


@dataclass
class DeltaLog:
    """A partition of ``partials`` as bytes; all of it is kept, readers see it from ``start`` on."""

    records: list[bytes] = field(default_factory=list)
    start: int = 0

    @property
    def end(self) -> int:
        return len(self.records)


OnAck = Callable[[int], None]
Item = bytes | tuple[Any, ...]
"""What is sent: bytes to the log, a tuple elsewhere."""
Sink = Callable[[str, Item], int]
"""Takes a record that arrives at a destination, and gives its offset."""


class Outbox:
    """An idempotent producer: order within a destination holds; what is queued may land after its process has died."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._queues: dict[str, deque[tuple[Item, OnAck | None]]] = defaultdict(deque)
        self._acks: deque[tuple[str, OnAck | None, int]] = deque()
        self.waiting: Counter[str] = Counter()

    def send(self, destination: str, item: Item, on_ack: OnAck | None = None) -> None:
        self._queues[destination].append((item, on_ack))
        self.waiting[destination] += 1

    @property
    def outstanding(self) -> int:
        """Records that are not yet known to have arrived."""
        return self.waiting.total()

    @property
    def destinations(self) -> list[str]:
        return sorted(name for name, queue in self._queues.items() if queue)

    def land(self, destination: str, count: int) -> None:
        """The next ``count`` records of a destination arrive; their acknowledgements wait for :meth:`poll`."""
        queue = self._queues[destination]
        for _ in range(min(count, len(queue))):
            item, on_ack = queue.popleft()
            self._acks.append((destination, on_ack, self._sink(destination, item)))

    def land_all(self) -> None:
        for destination in self.destinations:
            self.land(destination, len(self._queues[destination]))

    def drop(self, destination: str, keep: int) -> None:
        """Everything behind the first ``keep`` records never arrives: the process is gone."""
        queue = self._queues[destination]
        while len(queue) > keep:
            queue.pop()

    def poll(self) -> None:
        while self._acks:
            destination, on_ack, offset = self._acks.popleft()
            self.waiting[destination] -= 1
            if on_ack is not None:
                on_ack(offset)
