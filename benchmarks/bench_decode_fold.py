"""Decode and fold by format and by group size, on one core, without Kafka. Microseconds an event, medians.

Usage: python benchmarks/bench_decode_fold.py [rounds]
"""

from __future__ import annotations

import random
import statistics
import sys
import time

from workload import BEGIN, FORMATS, Ground

from driftline.agents.app import tune_collector
from driftline.contracts.capture import RawBatch

GROUPS = (10, 30, 100, 300, 1000, 2000)
EVENTS = 4000
NOW = BEGIN + 60_000
Times = tuple[float, float]


def batches(records: list[bytes], size: int) -> list[RawBatch]:
    """Records in batches of one partition."""
    found = []
    for start in range(0, len(records), size):
        part: list[bytes | None] = list(records[start : start + size])
        count = len(part)
        keys: list[bytes | None] = [b"%d" % n for n in range(start, start + count)]
        offsets = list(range(start, start + count))
        found.append(RawBatch("captures", 0, offsets, part, keys, [None] * count, [BEGIN] * count))
    return found


def measure(ground: Ground, work: list[RawBatch]) -> Times:
    """Microseconds an event: decoding alone, then decoding and folding."""
    events = sum(map(len, work))
    began = time.perf_counter()
    for batch in work:
        ground.decoding.decode(batch)
    decoded = time.perf_counter()
    fold = ground.fold(0, 0)
    for batch in work:
        assert not fold.fold(batch, NOW), "a benchmark's records must be fine"
    folded = time.perf_counter()
    return (decoded - began) / events * 1e6, (folded - decoded) / events * 1e6


def medians(cases: dict[str, list[RawBatch]], rounds: int) -> dict[str, Times]:
    """Medians of interleaved rounds; the first of each warms up and is dropped."""
    ground = Ground("captures")
    taken: dict[str, list[Times]] = {name: [] for name in cases}
    for number in range(rounds + 1):
        for name, work in cases.items():
            result = measure(ground, work)
            if number:
                taken[name].append(result)
    return {
        name: (statistics.median(one for one, _ in held), statistics.median(both for _, both in held))
        for name, held in taken.items()
    }


def show(title: str, found: dict[str, Times], base: str) -> None:
    print(f"{title:24s} {'decode':>10s} {'decode+fold':>12s} {'ratio':>7s}")
    for name, (decode, both) in found.items():
        print(f"{name:24s} {decode:10.2f} {both:12.2f} {both / found[base][1]:7.2f}")


def main(rounds: int) -> None:
    records = {}
    for name, make in FORMATS.items():
        rng = random.Random(3)
        records[name] = [make(number, rng) for number in range(EVENTS)]
    tune_collector()
    show("us/event, groups of 1000", medians({n: batches(r, 1000) for n, r in records.items()}, rounds), "native")
    print()
    sizes = {str(size): batches(records["native"], size) for size in GROUPS}
    show("us/event, native by group", medians(sizes, rounds), "1000")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
