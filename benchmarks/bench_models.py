"""The real worker with one model and with a thousand, on real Kafka.

Usage: python benchmarks/bench_models.py [--bootstrap HOST:PORT] [--rounds 3] [--events 1500000] [--models 1000]

The same events but for the model that they name, eight partitions; each model in one partition, and then in all of them. The
ratio is against one model in the same round; DRIFTLINE_TEST_BOOTSTRAP may name the broker too.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from brokers import NoKafkaError, kafka, named
from shapes import Shape, baseline, records
from tables import against_first
from worker_run import Job, Pace, Run, run_worker

from driftline.baseline.parts import split
from driftline.broker.admin import Admin, TopicPlan
from driftline.broker.plans import own_plans
from driftline.broker.producer import DurableProducer
from driftline.broker.settings import connecting, producing
from driftline.config.settings import KafkaConfig
from driftline.contracts.topics import TopicNames

PACE = Pace(1000, 8.0)
"""A thousand baselines are read and put into the log before all is as it stays."""


def fill(bootstrap: str, topic: str, shape: Shape, events: int) -> None:
    """Write the captures."""
    producer = DurableProducer(producing(KafkaConfig(bootstrap)) | {"compression.type": "none", "linger.ms": 20})
    for number, (partition, key, value) in enumerate(records(shape, events)):
        producer.send(topic, value, key=key, partition=partition)
        if number % 1000 == 0:
            producer.poll()
    producer.flush(60)


def publish(bootstrap: str, prefix: str, shape: Shape) -> None:
    """Write the baselines of all models."""
    producer = DurableProducer(producing(KafkaConfig(bootstrap)))
    for name in shape.names:
        for key, value in split(baseline(shape, name)):
            producer.send(TopicNames(prefix).baselines, value, key=key.encode())
        producer.poll()
    producer.flush(60)


def run(bootstrap: str, admin: Admin, topic: str, shape: Shape, events: int) -> Run:
    """The worker with topics of its own, which go in the end."""
    prefix = f"bench.{secrets.token_hex(3)}."
    made = list(admin.create(own_plans(prefix)))
    try:
        publish(bootstrap, prefix, shape)
        with tempfile.TemporaryDirectory(prefix="driftline-bench-") as folder:
            return run_worker(Path(folder), Job(bootstrap, topic, prefix, events, PACE))
    finally:
        admin.delete(made)


def measure(bootstrap: str, shapes: dict[str, Shape], events: int, rounds: int) -> dict[str, list[Run]]:
    """Every shape once a round."""
    admin = Admin(connecting(KafkaConfig(bootstrap), "bench"))
    topics = {name: f"bench.{secrets.token_hex(3)}.captures" for name in shapes}
    runs: dict[str, list[Run]] = {name: [] for name in shapes}
    admin.create([TopicPlan(topic, shapes[name].partitions) for name, topic in topics.items()])
    try:
        for name, topic in topics.items():
            fill(bootstrap, topic, shapes[name], events)
        for number in range(rounds):
            for name, topic in topics.items():
                runs[name].append(run(bootstrap, admin, topic, shapes[name], events))
                sys.stderr.write(f"round {number + 1}, {name}: {runs[name][-1]}\n")
    finally:
        admin.delete(list(topics.values()))
    return runs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bootstrap", default=named())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--events", type=int, default=1_500_000)
    parser.add_argument("--models", type=int, default=1000)
    asked = parser.parse_args()
    shapes = {
        "1 model": Shape(),
        f"{asked.models} models, each in one partition": Shape(models=asked.models),
        f"{asked.models} models, all in all partitions": Shape(models=asked.models, by_model=False),
    }
    try:
        with kafka(asked.bootstrap) as bootstrap:
            runs = measure(bootstrap, shapes, asked.events, asked.rounds)
    except NoKafkaError as error:
        print(f"bench_models: skipped: {error}")
        return
    print(against_first(runs))


if __name__ == "__main__":
    main()
