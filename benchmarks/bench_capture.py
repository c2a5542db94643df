"""The capture agent against a bare consumer that does the same work, and against an ordinary Faust agent.

Usage: python benchmarks/bench_capture.py [--bootstrap HOST:PORT] [--rounds 5] [--events 2000000]

Always on the embedded broker (in a process of its own); on real Kafka too if DRIFTLINE_TEST_BOOTSTRAP or --bootstrap names
one, on topics "bench.*" that are deleted in the end. Rounds are interleaved; what is printed are medians and their ratios.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import confluent_kafka as ck
from brokers import named
from tables import cheaper_by_cpu, faster_by_clock
from worker_run import Job, Pace, Run, run_worker
from workload import Traffic, baseline, captures

from driftline.baseline.parts import split
from driftline.broker.admin import Admin, TopicPlan
from driftline.broker.embedded import EmbeddedBroker
from driftline.broker.plans import own_plans
from driftline.broker.producer import DurableProducer
from driftline.broker.settings import connecting, producing
from driftline.config.settings import KafkaConfig
from driftline.contracts.topics import TopicNames

HERE = Path(__file__).parent
PATIENCE = 180.0
KEPT_BYTES = 4_700_000
"""Values that a partition of the embedded broker certainly keeps, of its 5 MiB with all that goes around them."""


@dataclass(frozen=True)
class Ground:
    """A broker with the captures in it; ``make_topics`` creates driftline's own under a prefix, and they go in the end."""

    name: str
    bootstrap: str
    topic: str
    partitions: int
    traffic: Traffic
    pace: Pace
    make_topics: Callable[[str], None]


def fill(bootstrap: str, topic: str, partitions: int, traffic: Traffic) -> None:
    """Write captures, spread over the partitions by turns of 500, as sticky producers do.

    Without the care of the worker's own producer, which takes twice the time: what was not delivered is counted in the end.
    """
    lost: list[ck.KafkaError] = []

    def delivered(error: ck.KafkaError | None, _message: ck.Message) -> None:
        if error is not None:
            lost.append(error)

    settings = producing(KafkaConfig(bootstrap)) | {"compression.type": "none", "linger.ms": 20}
    producer = ck.Producer(settings | {"queue.buffering.max.messages": 200_000})
    for number, (key, value) in enumerate(traffic.records()):
        while True:
            try:
                producer.produce(topic, value, key, partition=number // 500 % partitions, on_delivery=delivered)
                break
            except BufferError:
                producer.poll(0.05)
        if number % 1000 == 0:
            producer.poll(0)
    left = producer.flush(120)
    assert not left, f"{left} records were not acknowledged"
    assert not lost, lost[0]


def publish(bootstrap: str, prefix: str) -> None:
    """Write the baseline to its topic."""
    producer = DurableProducer(producing(KafkaConfig(bootstrap)))
    for key, value in split(baseline()):
        producer.send(TopicNames(prefix).baselines, value, key=key.encode())
    producer.flush()


@contextlib.contextmanager
def embedded(traffic: Traffic) -> Iterator[Ground]:
    """As many partitions as the events need."""
    partitions = -(-traffic.events * len(next(traffic.records())[1]) // KEPT_BYTES)
    with EmbeddedBroker({"bench.captures": partitions}) as broker:

        def make_topics(prefix: str) -> None:
            for plan in own_plans(prefix):
                broker.create_topic(plan.name, plan.partitions)

        fill(broker.bootstrap, "bench.captures", partitions, traffic)
        where = broker.bootstrap, "bench.captures", partitions
        yield Ground("embedded broker", *where, traffic, Pace(500, 0.0), make_topics)


@contextlib.contextmanager
def real(bootstrap: str, traffic: Traffic, partitions: int = 8) -> Iterator[Ground]:
    """A Kafka that is already there."""
    admin = Admin(connecting(KafkaConfig(bootstrap), "bench"))
    topic = f"bench.{secrets.token_hex(3)}.captures"
    made = [topic]

    def make_topics(prefix: str) -> None:
        made.extend(admin.create(own_plans(prefix)))

    admin.create([TopicPlan(topic, partitions)])
    try:
        fill(bootstrap, topic, partitions, traffic)
        yield Ground("Kafka", bootstrap, topic, partitions, traffic, Pace(1000, 2.0), make_topics)
    finally:
        admin.delete(made)


def contender(ground: Ground, name: str, events: int) -> Run:
    """One of benchmarks/contenders.py in a process of its own."""
    where = [ground.bootstrap, ground.topic, str(ground.partitions), str(events), ground.traffic.format]
    command = [sys.executable, str(HERE / "contenders.py"), name, *where]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=PATIENCE)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    assert lines, f"{name} said nothing:\n{done.stdout}\n{done.stderr[-2000:]}"
    said = json.loads(lines[-1])
    return Run(said["events"], said["seconds"], said["cpu"])


def worker(ground: Ground) -> Run:
    """The real worker, with topics of its own."""
    prefix = f"bench.{secrets.token_hex(3)}."
    ground.make_topics(prefix)
    publish(ground.bootstrap, prefix)
    with tempfile.TemporaryDirectory(prefix="driftline-bench-") as folder:
        traffic = ground.traffic
        job = Job(ground.bootstrap, ground.topic, prefix, traffic.events, ground.pace, traffic.format)
        return run_worker(Path(folder), job)


def measure(ground: Ground, rounds: int, faust_events: int) -> dict[str, list[Run]]:
    """Every contender once a round."""
    calls: Mapping[str, Callable[[], Run]] = {
        "a": lambda: contender(ground, "bare", ground.traffic.events),
        "b": lambda: contender(ground, "fold", ground.traffic.events),
        "c": lambda: worker(ground),
        "d": lambda: contender(ground, "faust-each", faust_events // 5),
        "e": lambda: contender(ground, "faust", faust_events),
    }
    runs: dict[str, list[Run]] = {name: [] for name in calls}
    for number in range(rounds):
        for name, call in calls.items():
            run = call()
            runs[name].append(run)
            sys.stderr.write(f"{ground.name} round {number + 1}/{rounds} {name} {run}\n")
    return runs


NAMES = {
    "a": "a  bare librdkafka consumer",
    "b": "b  a + decode and fold, groups of 1000",
    "c": "c  driftline worker: capture agent, log, verdict",
    "d": "d  Faust agent, decode and fold each event",
    "e": "e  Faust agent, decode and fold by 1000",
}


def show(ground: Ground, runs: Mapping[str, list[Run]]) -> None:
    """The table."""
    size = len(next(captures(1))[1])
    what = f"{ground.traffic.events:,} events of {size} bytes, {ground.partitions} partitions"
    print(f"\n{ground.name}: {what}, flush {ground.pace.flush_ms} ms")
    print(f"{'':50s} {'events/s':>10s} {'us/event':>9s} {'CPU us':>8s} {'% of b':>7s}")
    base = runs["b"]
    for name, held in runs.items():
        wall, cpu = median(run.wall_us for run in held), median(run.cpu_us for run in held)
        print(f"{NAMES[name]:50s} {1e6 / wall:10,.0f} {wall:9.2f} {cpu:8.2f} {faster_by_clock(held, base) * 100:7.1f}")
    for name, other, bar in (("c", "b", 0.9), ("c", "d", 20), ("c", "e", 20)):
        wall, cpu = faster_by_clock(runs[name], runs[other]), cheaper_by_cpu(runs[name], runs[other])
        print(f"{name}/{other}: {wall:.2f} by the clock, {cpu:.2f} by CPU (bar {bar})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bootstrap", default=named())
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--faust-events", type=int, default=30_000)
    parser.add_argument("--only", choices=("embedded", "real"))
    asked = parser.parse_args()
    grounds = []
    if asked.only != "real":
        grounds.append(embedded(Traffic(min(asked.events, 700_000))))
    if asked.bootstrap and asked.only != "embedded":
        grounds.append(real(asked.bootstrap, Traffic(asked.events)))
    for each in grounds:
        with each as ground:
            show(ground, measure(ground, asked.rounds, asked.faust_events))


if __name__ == "__main__":
    main()
