"""Throughput by the shape of the traffic: models, features, partitions, on one core and without Kafka.

Usage: python benchmarks/bench_shapes.py [--rounds 3] [--quick]

Everything that a worker does with an event is in it: decode, fold, flush, the delta's bytes, merge. Rounds are interleaved and
what is printed are medians of CPU time; the ratio is against the first line of the group in the same round.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from statistics import median

from shapes import Pipeline, Shape, Times, records

from driftline.agents.app import tune_collector

GROUPS: Mapping[str, dict[str, Shape]] = {
    "models, each in one partition": {str(count): Shape(models=count) for count in (1, 10, 100, 1000)},
    "models, all in all partitions": {str(count): Shape(models=count, by_model=False) for count in (1, 10, 100, 1000)},
    "features": {str(count): Shape(features=count, by_model=False) for count in (25, 5, 100, 500)},
    "partitions": {str(count): Shape(partitions=count, by_model=False) for count in (8, 1, 2, 4, 16, 32, 64)},
}
VALUES = 4_000_000
"""Feature values read of each shape: enough for some flushes."""


def events_of(shape: Shape, *, quick: bool) -> int:
    """As many as make up VALUES, and at least a hundred of each model."""
    return max(VALUES // shape.features // (4 if quick else 1), 100 * shape.models) if shape.features > 5 else 200_000


def queues_of(shape: Shape, count: int) -> list[list[tuple[bytes, bytes]]]:
    queues: list[list[tuple[bytes, bytes]]] = [[] for _ in range(shape.partitions)]
    for partition, key, value in records(shape, count):
        queues[partition].append((key, value))
    return queues


def run(shape: Shape, *, quick: bool) -> tuple[Times, float]:
    """The times of one run after a short one that makes plans and layouts, and CPU milliseconds a window to judge."""
    pipeline = Pipeline(shape)
    tune_collector()
    pipeline.run(queues_of(shape, max(2000, 2 * shape.models)))
    times = pipeline.run(queues_of(shape, events_of(shape, quick=quick)))
    windows, seconds = pipeline.close()
    return times, seconds / max(1, windows) * 1e3


def show(title: str, shapes: dict[str, Shape], found: dict[str, list[tuple[Times, float]]]) -> None:
    print(
        f"\n{title:30s} {'us/event':>9s} {'us/value':>9s} {'fold':>7s} {'flush':>7s} {'merge':>7s} "
        f"{'rows/pane':>9s} {'kB/pane':>8s} {'longest ms':>10s} {'ms/window':>9s} {'ratio':>6s}"
    )
    base = [times.total / times.events for times, _ in found[next(iter(shapes))]]
    for name, shape in shapes.items():
        held = [times for times, _ in found[name]]

        def us(part: str, held: list[Times] = held) -> float:
            return median(float(getattr(times, part)) / times.events * 1e6 for times in held)

        ratio = median(first / (times.total / times.events) for first, times in zip(base, held, strict=True))
        last = held[-1]
        print(
            f"{name:30s} {us('total'):9.2f} {us('total') / shape.features:9.3f} {us('fold'):7.2f} {us('flush'):7.2f} "
            f"{us('merge'):7.2f} {last.events / last.panes:9.0f} {last.log_bytes / last.panes / 1e3:8.1f} "
            f"{median(times.stall for times in held) * 1e3:10.0f} {median(ms for _, ms in found[name]):9.1f} {ratio:6.2f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--quick", action="store_true", help="one round of a quarter of the events, the ends of each group"
    )
    parser.add_argument("--only", help="groups whose title holds this word")
    asked = parser.parse_args()
    for title, shapes in GROUPS.items():
        if asked.only and asked.only not in title:
            continue
        names = list(shapes) if not asked.quick else [next(iter(shapes)), list(shapes)[-1]]
        found: dict[str, list[tuple[Times, float]]] = {name: [] for name in names}
        for number in range(1 if asked.quick else asked.rounds):
            for name in names:
                found[name].append(run(shapes[name], quick=asked.quick))
                sys.stderr.write(f"{title} {name} round {number + 1} {found[name][-1]}\n")
        show(title, {name: shapes[name] for name in names}, found)


if __name__ == "__main__":
    main()
