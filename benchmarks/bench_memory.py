"""Memory over time: ten million events, and 10,000 distinct categories in each of 500 features.

Usage: python benchmarks/bench_memory.py [--quick]

Capture stage, log and verdict stage of one worker without Kafka, windows of a minute, an hour and a day closing all the while.
The resident set is read after each tenth; the ratio is that of the last to the second, when everything has been seen once.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from shapes import Pipeline, Shape, records, rows_anew

from driftline.agents.app import tune_collector

PAGE = os.sysconf("SC_PAGE_SIZE")
TENTHS = 10
CHUNK = 20_000


@dataclass(frozen=True)
class Case:
    """So many events of a shape; ``per_second`` of event time, so that many windows close. ``anew``: no row comes twice."""

    shape: Shape
    events: int
    per_second: int
    anew: bool = False

    def records(self) -> Iterator[tuple[int, bytes, bytes]]:
        """Partition, key and value."""
        rng = random.Random(5)
        rows = rows_anew(self.shape, rng) if self.anew else None
        return records(self.shape, self.events, per_second=self.per_second, rows=rows)


CASES = {
    "ten million events, 10 models of 25 features": Case(Shape(models=10), 10_000_000, 5_000),
    "10,000 categories in each of 500 features": Case(
        Shape(features=500, categories=10_000, by_model=False, only_categories=True), 60_000, 20, anew=True
    ),
}


def resident() -> float:
    """Megabytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE / 1e6


def measure(case: Case, events: int) -> tuple[list[float], int]:
    """Megabytes after each tenth of the events, and how many windows have closed."""
    pipeline, source, found, windows = Pipeline(case.shape), case.records(), [], 0
    tune_collector()
    for tenth in range(TENTHS):
        left = events * (tenth + 1) // TENTHS - events * tenth // TENTHS
        while left > 0:
            queues: list[list[tuple[bytes, bytes]]] = [[] for _ in range(case.shape.partitions)]
            for partition, key, value in islice(source, min(left, CHUNK)):
                queues[partition].append((key, value))
            left -= CHUNK
            windows += pipeline.run(queues).windows
        gc.collect()
        found.append(resident())
        sys.stderr.write(f"{tenth + 1}/{TENTHS} {found[-1]:.0f} MB\n")
    return found, windows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the events")
    asked = parser.parse_args()
    print(
        f"{'':46s} {'events':>11s} {'windows':>8s} {'MB at 1/10':>10s} {'2/10':>6s} {'5/10':>6s} {'10/10':>6s} {'ratio':>6s}"
    )
    for name, case in CASES.items():
        events = case.events // (10 if asked.quick else 1)
        found, windows = measure(case, events)
        print(
            f"{name:46s} {events:11,d} {windows:8,d} {found[0]:10.0f} {found[1]:6.0f} {found[4]:6.0f} {found[-1]:6.0f} "
            f"{found[-1] / found[1]:6.2f}"
        )


if __name__ == "__main__":
    main()
