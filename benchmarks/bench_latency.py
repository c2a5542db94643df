"""From the end of a window to its violations on the topic, while events come in at a steady rate.

Usage: python benchmarks/bench_latency.py [--bootstrap HOST:PORT] [--rate 2000] [--seconds 60]

Captures that have drifted are written with the time of now. A violation's delay is the moment at which a consumer has it, less
the end of its window and the lateness that the topic allows. On real Kafka, named or started from Maven's jars. Prints the
median, p99 and maximum over all violations, and over the last one of each window. Bars: median 1 s, p99 3 s.
"""

from __future__ import annotations

import argparse
import json
import random
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import confluent_kafka as ck
import numpy as np
from bench_capture import publish
from brokers import NoKafkaError, kafka, named
from workload import MODEL, VERSION, values

from driftline.broker.admin import Admin, TopicPlan
from driftline.broker.plans import own_plans
from driftline.broker.producer import DurableProducer
from driftline.broker.settings import connecting, following, producing
from driftline.config.settings import KafkaConfig
from driftline.contracts.topics import TopicNames

PARTITIONS = 8
LATENESS_MS, WINDOW_MS = 1000, 5000
START_SECONDS = 6.0
DRIFT = 3.0
"""What is added to every number: far beyond any limit, in every window."""

CONFIG = """\
[driftline]
name = "{name}"
topic_prefix = "{prefix}"
log_level = "warning"
[kafka]
bootstrap = "{bootstrap}"
[metrics]
port = 0
[[topics]]
name = "{prefix}captures"
lateness = "{lateness}ms"
[defaults]
pane = "1s"
windows = ["{window}ms"]
"""


@dataclass(frozen=True)
class Delays:
    """Seconds from a window's end and the allowed lateness to its violations: all of them, and the last one of each window."""

    all: tuple[float, ...]
    last: tuple[float, ...]

    @property
    def median(self) -> float:
        """Of all of them."""
        return float(np.median(self.all))

    @property
    def p99(self) -> float:
        """Of all of them."""
        return float(np.quantile(self.all, 0.99))


def summed(seen: list[tuple[int, float]]) -> Delays:
    """Delays from the ends of windows, in milliseconds, and the moments at which their violations were read, in seconds."""
    delays = [(end, at - (end + LATENESS_MS) / 1000) for end, at in seen]
    last = {end: max(delay for one, delay in delays if one == end) for end, _ in delays}
    return Delays(tuple(delay for _, delay in delays), tuple(last.values()))


def drifted(seed: int = 5) -> Iterator[bytes]:
    """Captures for ever, at the time at which they are asked for."""
    rng = random.Random(seed)
    rows = []
    for _ in range(500):
        row = {name: value + DRIFT if isinstance(value, float) else value for name, value in values(rng).items()}
        rows.append(json.dumps({"features": row, "prediction": rng.random()})[1:])
    number = 0
    while True:
        head = f'{{"id":"{number}","time":{time.time_ns() // 1_000_000},"model":"{MODEL}","version":"{VERSION}",'
        yield (head + rows[number % len(rows)]).encode()
        number += 1


@contextmanager
def running(bootstrap: str, prefix: str) -> Iterator[None]:
    """A worker, on topics of its own that go in the end."""
    admin = Admin(connecting(KafkaConfig(bootstrap), "bench"))
    plans = [TopicPlan(f"{prefix}captures", PARTITIONS), *own_plans(prefix)]
    admin.create(plans)
    publish(bootstrap, prefix)
    with tempfile.TemporaryDirectory(prefix="driftline-bench-") as folder:
        path = Path(folder) / "driftline.toml"
        given = {"name": prefix.strip("."), "prefix": prefix, "bootstrap": bootstrap}
        path.write_text(CONFIG.format(**given, lateness=LATENESS_MS, window=WINDOW_MS), encoding="utf-8")
        worker = subprocess.Popen([sys.executable, "-m", "driftline", "worker", "--config", str(path)])
        try:
            yield
            assert worker.poll() is None, "the worker has stopped"
        finally:
            worker.terminate()
            worker.wait(30)
            admin.delete([plan.name for plan in plans])


def violation_delays(bootstrap: str, rate: int = 2000, seconds: float = 60.0) -> Delays:
    """Start a worker, write for so long, read what it says."""
    prefix = f"bench.{secrets.token_hex(3)}."
    producer = DurableProducer(producing(KafkaConfig(bootstrap)))
    with running(bootstrap, prefix):
        reader = ck.Consumer(following(KafkaConfig(bootstrap)))
        reader.assign([ck.TopicPartition(TopicNames(prefix).violations, 0, 0)])
        events = drifted()
        seen: list[tuple[int, float]] = []
        began, sent = time.monotonic(), 0
        while (passed := time.monotonic() - began) < START_SECONDS + seconds:
            for number in range(sent, round(passed * rate)):
                producer.send(f"{prefix}captures", next(events), partition=number % PARTITIONS)
            sent = round(passed * rate)
            producer.poll()
            found = [(json.loads(one.value())["window"]["end"], time.time()) for one in reader.consume(500, 0.005)]
            seen.extend(found if passed > START_SECONDS else [])
        reader.close()
    assert seen, "no violation came"
    return summed(seen)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bootstrap", default=named())
    parser.add_argument("--rate", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=60.0)
    asked = parser.parse_args()
    try:
        with kafka(asked.bootstrap) as bootstrap:
            found = violation_delays(bootstrap, asked.rate, asked.seconds)
    except NoKafkaError as error:
        print(f"skipped: {error}")
        return
    for name, delays in (("every violation", found.all), ("the last one of a window", found.last)):
        middle, high = np.quantile(delays, [0.5, 0.99])
        print(f"{name:25s} {len(delays):6d}  median {middle:5.2f} s  p99 {high:5.2f} s  at most {max(delays):5.2f} s")
    print(f"ratio to the bars: median {found.median / 1.0:.2f}, p99 {found.p99 / 3.0:.2f}")


if __name__ == "__main__":
    main()
