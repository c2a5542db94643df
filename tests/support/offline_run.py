"""The engine's answers without Kafka: batches, flushes, take-overs and the exchange of a baseline happen by chance."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from driftline.baseline import load
from driftline.contracts.log import LogRecord
from driftline.contracts.statistics import encode_statistics
from driftline.contracts.violation import encode_violation
from driftline.engine.settings import ModelSettings, SourceSettings
from driftline.windows.spec import WindowSpec
from oracle.capture import Record
from oracle.ledger import Identity, Source
from oracle.setup import Model, Setup, Topic, Window
from support.in_memory import TOPIC, Job

LATENESS = 5_000
MODEL = ModelSettings(10_000, (WindowSpec.parse("1m"), WindowSpec.parse("2m/1m")), dedupe=1000)


def the_same_setup() -> Setup:
    """What the oracle is told of it."""
    windows = (Window("1m", 60_000, 60_000), Window("2m/1m", 120_000, 60_000))
    return Setup({TOPIC: Topic(TOPIC, lateness_ms=LATENESS)}, Model(10_000, windows, dedupe=1000), {})


@dataclass
class Results:
    """What would lie on the topics."""

    statistics: list[bytes]
    violations: list[bytes]
    letters: list[tuple[Identity, str]]
    log: list[LogRecord] = field(default_factory=list)


class OfflineRun:
    """Records of one topic through the engine; ``unrest`` is how likely a source changes hands at each step."""

    def __init__(self, partitions: int, now_ms: int, seed: int = 0, unrest: float = 0.0) -> None:
        self.job = Job(partitions, SourceSettings(LATENESS, 3_600_000), MODEL, now_ms=now_ms)
        self.rng = random.Random(seed)
        self.unrest = unrest

    def announce(self, folder: Path) -> None:
        """A baseline is published."""
        self.job.announce(load(folder))

    def feed(self, records: Mapping[Source, Sequence[Record]]) -> None:
        """Some more records, all of which are read."""
        job, rng = self.job, self.rng
        for (_, partition), more in records.items():
            job.records[partition] += [record.value for record in more]
        while any(self._left(partition) for partition in range(len(job.tasks))):
            partition = rng.randrange(len(job.tasks))
            job.read(partition, rng.randint(1, 200))
            if rng.random() < self.unrest:
                job.take_over(partition)
            if rng.random() < 0.5:
                job.flush(partition)
            if rng.random() < self.unrest:
                job.wake()

    def results(self) -> Results:
        """What came of it, once everything is flushed."""
        job = self.job
        job.wake()
        for partition in range(len(job.tasks)):
            job.read(partition)
            job.flush(partition)
        letters = [((TOPIC, *place), reject.reason) for place, reject in job.letters.items()]
        return Results(
            [encode_statistics(window) for window in job.windows],
            [encode_violation(event) for event in job.violations],
            letters,
            job.written,
        )

    def _left(self, partition: int) -> bool:
        fold = self.job.tasks[partition].fold
        return fold is not None and fold.position < len(self.job.records[partition])
