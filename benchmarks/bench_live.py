"""What a worker costs while events come at a steady rate: cores used, on 24 partitions of the embedded broker.

Usage: python benchmarks/bench_live.py [seconds per rate]. The ratio is that of CPU time an event to CPU time an event at the
highest rate: what it costs that groups are small.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench_capture import publish
from worker_run import CONFIG, Job, Pace, cpu_seconds
from workload import captures

from driftline.broker.embedded import EmbeddedBroker
from driftline.broker.plans import own_plans
from driftline.broker.producer import DurableProducer
from driftline.broker.settings import producing
from driftline.config.settings import KafkaConfig

PARTITIONS = 24
RATES = (1_000, 10_000)
PREFIX = "bench."
START_SECONDS = 8.0

Events = Iterator[tuple[int, tuple[bytes, bytes]]]


def cores(pid: int, producer: DurableProducer, events: Events, rate: int, seconds: float) -> float:
    """Cores that the worker uses while ``rate`` events a second are written, after a second to get going."""
    began, sent = time.monotonic(), 0
    started = cpu_before = 0.0
    while (now := time.monotonic()) - began < seconds + 1:
        if not started and now - began > 1:
            started, cpu_before = now, cpu_seconds(pid)
        while sent < (now - began) * rate:
            number, (key, value) = next(events)
            producer.send(f"{PREFIX}captures", value, key=key, partition=number % PARTITIONS)
            sent += 1
        producer.poll()
        time.sleep(0.002)
    return (cpu_seconds(pid) - cpu_before) / (time.monotonic() - started)


def main(seconds: float) -> None:
    topics = {f"{PREFIX}captures": PARTITIONS} | {plan.name: plan.partitions for plan in own_plans(PREFIX)}
    with EmbeddedBroker(topics) as broker, tempfile.TemporaryDirectory(prefix="driftline-bench-") as folder:
        publish(broker.bootstrap, PREFIX)
        config = Path(folder) / "driftline.toml"
        job = Job(broker.bootstrap, f"{PREFIX}captures", PREFIX, 0, Pace(1000, 0.0))
        config.write_text(CONFIG.format(name="bench-live", job=job), encoding="utf-8")
        worker = subprocess.Popen([sys.executable, "-m", "driftline", "worker", "--config", str(config)])
        try:
            time.sleep(START_SECONDS)
            measure(worker.pid, broker.bootstrap, seconds)
        finally:
            worker.terminate()
            worker.wait(30)


def measure(pid: int, bootstrap: str, seconds: float) -> None:
    """Print a line a rate."""
    producer = DurableProducer(producing(KafkaConfig(bootstrap)))
    events = enumerate(captures(round(sum(RATES) * (seconds + 2))))
    before = cpu_seconds(pid)
    time.sleep(seconds)
    idle = (cpu_seconds(pid) - before) / seconds
    print(f"{'idle':>8s}          {idle:6.3f} cores, {PARTITIONS} partitions")
    used = {rate: cores(pid, producer, events, rate, seconds) for rate in RATES}
    least = used[RATES[-1]] / RATES[-1]
    for rate, taken in used.items():
        print(
            f"{rate:8,d} events/s {taken:6.3f} cores, {taken / rate * 1e6:6.1f} us/event, ratio {taken / rate / least:.1f}"
        )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 6.0)
