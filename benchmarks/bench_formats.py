"""The worker against a bare consumer that decodes and folds the same records, format by format.

Usage: python benchmarks/bench_formats.py [--bootstrap HOST:PORT] [--rounds 3] [--events 1000000] [--only real|embedded]

On real Kafka (named, or started from Maven's jars) and on the embedded broker. Each format is compared with itself: what the
worker adds to its decoding. The last column compares the formats.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable
from dataclasses import dataclass

from bench_capture import Ground, contender, embedded, real, worker
from brokers import NoKafkaError, kafka, named
from tables import cheaper_by_cpu, faster_by_clock, middle, table
from worker_run import Run
from workload import FORMATS, Traffic

SETTINGS = {"native": "native", "flat JSON": "flat", "SageMaker CSV": "sagemaker", "SageMaker JSON": "sagemaker"}
"""As the topic's ``format``."""
SLOW = 4
"""SageMaker's records take longer, so that fewer of them are enough."""
EMBEDDED_EVENTS = 400_000

Open = Callable[[Traffic], contextlib.AbstractContextManager[Ground]]


@dataclass(frozen=True)
class Pair:
    """The runs of one format: the worker, and the bare consumer with decoder and fold beside it."""

    workers: list[Run]
    folds: list[Run]


def traffic(name: str, events: int) -> Traffic:
    """What a topic of a format holds."""
    form = SETTINGS[name]
    return Traffic(events // SLOW if form == "sagemaker" else events, make=FORMATS[name], format=form)


def measure(open_one: Open, events: int, rounds: int) -> dict[str, Pair]:
    """All formats once a round."""
    pairs = {name: Pair([], []) for name in SETTINGS}
    with contextlib.ExitStack() as stack:
        grounds = {name: stack.enter_context(open_one(traffic(name, events))) for name in SETTINGS}
        for number in range(rounds):
            for name, ground in grounds.items():
                pairs[name].folds.append(contender(ground, "fold", ground.traffic.events))
                pairs[name].workers.append(worker(ground))
                sys.stderr.write(f"{ground.name} round {number + 1}/{rounds} {name} {pairs[name].workers[-1]}\n")
    return pairs


def show(pairs: dict[str, Pair]) -> str:
    """The table."""
    header = ("", "worker events/s", "us/event", "CPU us", "of fold", "by CPU", "of native")
    return table(header, [_row(name, pair, pairs["native"]) for name, pair in pairs.items()])


def _row(name: str, pair: Pair, native: Pair) -> tuple[str, ...]:
    wall, cpu = middle([run.wall_us for run in pair.workers]), middle([run.cpu_us for run in pair.workers])
    return (
        name,
        f"{1e6 / wall:,.0f}",
        f"{wall:.2f}",
        f"{cpu:.2f}",
        f"{faster_by_clock(pair.workers, pair.folds):.2f}",
        f"{cheaper_by_cpu(pair.workers, pair.folds):.2f}",
        f"{faster_by_clock(pair.workers, native.workers):.2f}",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bootstrap", default=named())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--only", choices=("embedded", "real"))
    asked = parser.parse_args()
    if asked.only != "embedded":
        try:
            with kafka(asked.bootstrap) as bootstrap:
                pairs = measure(lambda one: real(bootstrap, one), asked.events, asked.rounds)
            print(f"\nKafka, medians of {asked.rounds} rounds\n{show(pairs)}")
        except NoKafkaError as error:
            print(f"\nKafka: skipped: {error}")
    if asked.only != "real":
        pairs = measure(embedded, min(asked.events, EMBEDDED_EVENTS), asked.rounds)
        print(f"\nembedded broker, medians of {asked.rounds} rounds\n{show(pairs)}")


if __name__ == "__main__":
    main()
