"""What the jobs of all peers share: the task, the clock, the reader, event-time windows. Imports nothing of driftline.

A job runs in its peer's own environment: ``python job.py TASK``, where TASK is JSON (`Task`). It reads the topic to its
end, judges every minute of event time against the reference rows, and prints one JSON line as `Watch.report` makes it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

MINUTE_MS = 60_000
BATCH = 1000
Row = dict[str, Any]
State = TypeVar("State")


@dataclass(frozen=True)
class Task:
    """What there is to read, and the rows to compare with: ``reference`` is a file of JSON, column by column."""

    bootstrap: str
    topic: str
    partitions: int
    events: int
    reference: str

    @classmethod
    def given(cls) -> Task:
        """From the command line."""
        return cls(**json.loads(sys.argv[1]))

    def columns(self) -> dict[str, list[Any]]:
        """The reference rows, column by column."""
        return json.loads(Path(self.reference).read_text(encoding="utf-8"))


class Watch:
    """Wall and CPU time of this process from the first record to the last verdict."""

    def __init__(self) -> None:
        self.events = self.windows = self.alarms = 0
        self._began: tuple[float, float] | None = None

    def take(self, count: int) -> None:
        """So many records have come, and nothing has been done with them yet."""
        if self._began is None:
            self._began = time.perf_counter(), time.process_time()
        self.events += count

    def judged(self, drifted: int) -> None:
        """A window has been compared with the reference; so many columns were said to have drifted."""
        self.windows += 1
        self.alarms += int(drifted)

    def report(self) -> None:
        """Print the line."""
        if self._began is None:
            sys.exit("no record came")
        seconds, cpu = time.perf_counter() - self._began[0], time.process_time() - self._began[1]
        found = {"events": self.events, "seconds": seconds, "cpu": cpu, "windows": self.windows, "alarms": self.alarms}
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


FAST = {"fetch.queue.backoff.ms": 5, "fetch.wait.max.ms": 100}
"""The settings that driftline's own consumer owes its speed to: nobody shall be slow for want of them."""


def messages(task: Task, watch: Watch) -> Iterator[list[Any]]:
    """All records of the topic, a thousand at a time."""
    import confluent_kafka as ck  # noqa: PLC0415 - peers with a client of their own do without

    reader = ck.Consumer(
        FAST | {"bootstrap.servers": task.bootstrap, "group.id": "bench-peers", "enable.auto.commit": False}
    )
    reader.assign([ck.TopicPartition(task.topic, partition, 0) for partition in range(task.partitions)])
    while watch.events < task.events:
        if found := reader.consume(BATCH, 0.1):
            watch.take(len(found))
            yield found
    reader.close()


def row_of(capture: Row) -> Row:
    """The watched columns of a decoded capture."""
    row: Row = capture["features"]
    row["score"] = capture["prediction"]
    return row


class Windows(Generic[State]):
    """Minutes of event time over all partitions; each is judged once every partition has passed its end."""

    def __init__(self, partitions: int, make: Callable[[], State], judge: Callable[[State], None]) -> None:
        self._partitions, self._make, self._judge = partitions, make, judge
        self._open: dict[int, State] = {}
        self._heard: dict[int, int] = {}

    def sort(self, records: list[Any]) -> list[tuple[State, list[Row]]]:
        """Decode a batch; its rows by window."""
        import orjson  # noqa: PLC0415 - see above

        found: dict[int, list[Row]] = {}
        for record in records:
            capture = orjson.loads(record.value())
            at = capture["time"]
            self._heard[record.partition()] = at
            found.setdefault(at // MINUTE_MS, []).append(row_of(capture))
        return [(self._state(minute), rows) for minute, rows in found.items()]

    def _state(self, minute: int) -> State:
        if minute not in self._open:
            self._open[minute] = self._make()
        return self._open[minute]

    def close(self, *, everything: bool = False) -> None:
        """Judge the windows that are over."""
        if len(self._heard) < self._partitions and not everything:
            return
        passed = min(self._heard.values()) // MINUTE_MS
        for minute in sorted(self._open):
            if everything or minute < passed:
                self._judge(self._open.pop(minute))


def loop(task: Task, watch: Watch, windows: Windows[State], fold: Callable[[State, list[Row]], None]) -> None:
    """The loop of a package without streams of its own: read, decode, fold by window, judge; and the line at the end."""
    for records in messages(task, watch):
        for state, rows in windows.sort(records):
            fold(state, rows)
        windows.close()
    windows.close(everything=True)
    watch.report()
