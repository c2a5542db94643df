"""Decode and fold by format, by decoder and by group size, on one core, without Kafka. Microseconds an event, medians.

"scanned" is the compiled scanner (extra ``fast``) before the typed decoder, "typed" the typed decoder alone, "one by one" the
path that reads each record by itself and that both must agree with. CPU time stands beside the clock's; ratios are of CPU time.

Usage: python benchmarks/bench_decode_fold.py [rounds]
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from dataclasses import dataclass

from workload import BEGIN, FORMATS, Ground

from driftline.agents.app import tune_collector
from driftline.contracts.capture import RawBatch
from driftline.contracts.scan import ready

GROUPS = (10, 30, 100, 300, 1000, 2000)
EVENTS = 4000
NOW = BEGIN + 60_000
DECODERS = ("scanned", "typed", "one by one")


@dataclass(frozen=True)
class Taken:
    """Microseconds an event: decoding alone, decoding and folding, and that in CPU time."""

    decode: float
    both: float
    cpu: float


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


def ground(decoder: str, warm: list[RawBatch]) -> Ground | None:
    """Decoding set up with one of the decoders, its plans made; None if there is no such decoder here."""
    problem = ""
    if decoder == "scanned":
        problem = ready.prepare()
    else:
        ready.retire()
    if problem:
        print(f"no scanner: {problem}")
        return None
    made = Ground("captures")
    if decoder == "one by one":
        made.decoding.decode(warm[0])
        for each in made.decoding._aged:  # noqa: SLF001 - the only way to do without
            each._plans.plan = lambda _key: None  # type: ignore[assignment,method-assign] # noqa: SLF001
            each._requests.read = lambda _batch, positions, _out: ([], positions)  # type: ignore[assignment,method-assign] # noqa: SLF001
    for batch in warm * 2:
        made.decoding.decode(batch)
    return made


def measure(with_: Ground, work: list[RawBatch]) -> Taken:
    """One round."""
    events = sum(map(len, work))
    began = time.perf_counter()
    for batch in work:
        with_.decoding.decode(batch)
    decoded = time.perf_counter()
    fold = with_.fold(0, 0)
    spent = time.process_time()
    for batch in work:
        assert not fold.fold(batch, NOW), "a benchmark's records must be fine"
    spent = time.process_time() - spent
    folded = time.perf_counter()
    return Taken((decoded - began) / events * 1e6, (folded - decoded) / events * 1e6, spent / events * 1e6)


def medians(cases: dict[str, tuple[Ground, list[RawBatch]]], rounds: int) -> dict[str, Taken]:
    """Medians of interleaved rounds; the first of each warms up and is dropped."""
    taken: dict[str, list[Taken]] = {name: [] for name in cases}
    for number in range(rounds + 1):
        for name, (with_, work) in cases.items():
            result = measure(with_, work)
            if number:
                taken[name].append(result)

    def median(held: list[Taken], field: str) -> float:
        return statistics.median(float(getattr(one, field)) for one in held)

    return {name: Taken(*(median(held, field) for field in ("decode", "both", "cpu"))) for name, held in taken.items()}


def show(title: str, found: dict[str, Taken], base: str) -> None:
    print(f"{title:28s} {'decode':>8s} {'decode+fold':>12s} {'CPU':>8s} {'times ' + base:>16s}")
    for name, one in found.items():
        print(f"{name:28s} {one.decode:8.2f} {one.both:12.2f} {one.cpu:8.2f} {one.cpu / found[base].cpu:16.2f}")
    print()


def main(rounds: int) -> None:
    records = {}
    for name, make in FORMATS.items():
        rng = random.Random(3)
        records[name] = [make(number, rng) for number in range(EVENTS)]
    thousands = {name: batches(held, 1000) for name, held in records.items()}
    grounds = {decoder: ground(decoder, [each[0] for each in thousands.values()]) for decoder in DECODERS}
    usable = {decoder: held for decoder, held in grounds.items() if held is not None}
    tune_collector()
    print("microseconds an event, groups of 1000\n")
    for name, work in thousands.items():
        show(name, medians({decoder: (held, work) for decoder, held in usable.items()}, rounds), "typed")
    for decoder in [each for each in usable if each != "one by one"]:
        sizes = {str(size): (usable[decoder], batches(records["native"], size)) for size in GROUPS}
        show(f"native, {decoder}, by group", medians(sizes, rounds), "1000")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
