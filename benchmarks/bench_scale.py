"""Two workers against one, on real Kafka on the same machine.

Usage: python benchmarks/bench_scale.py [--bootstrap HOST:PORT] [--rounds 3] [--events 4000000]

Every round reads the same topic with one worker and with two. The rate is that between two flushes of each worker while all of
them read at full speed; the broker shares the cores. The ratio by CPU time is what as many free cores would give: it says what
it costs to be two. DRIFTLINE_TEST_BOOTSTRAP may name the broker too; without one, one of its own is started.
"""

from __future__ import annotations

import argparse
import contextlib
import secrets
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import confluent_kafka as ck
from bench_capture import Ground, publish, real
from brokers import NoKafkaError, kafka, named
from tables import against_first
from worker_run import CONFIG, PATIENCE, Job, Run, cpu_at, cpu_seconds
from workload import Traffic

from driftline.broker.settings import following
from driftline.config.settings import KafkaConfig
from driftline.contracts.log import Delta, decode_record
from driftline.contracts.topics import TopicNames

WARM_SECONDS = 3.0
"""From the last worker's first flush until all count as started: rebalances are over and baselines are read."""


@dataclass
class Watch:
    """Deltas by writer: when, and how many events; and the CPU seconds of all workers, by time."""

    deltas: dict[str, list[tuple[float, int]]] = field(default_factory=lambda: defaultdict(list))
    cpu: list[tuple[float, float]] = field(default_factory=list)
    seen: int = 0

    def take(self, message: ck.Message) -> None:
        """Note a record of the log."""
        record = decode_record(message.value())
        if isinstance(record, Delta):
            self.deltas[record.stamp.writer].append((message.timestamp()[1] / 1000, record.end - record.start))
            self.seen += record.end - record.start

    def run(self) -> Run:
        """All workers together in the stretch in which all are at work, each between two flushes of its own."""
        began = max(at[0][0] for at in self.deltas.values()) + WARM_SECONDS
        ended = min(at[-1][0] for at in self.deltas.values()) - 1.5
        seconds = ended - began
        assert seconds > 3, f"all workers were at work for {seconds:.1f} s only: take more events"
        rate = sum(_between(deltas, began, ended) for deltas in self.deltas.values())
        return Run(round(rate * seconds), seconds, cpu_at(self.cpu, ended) - cpu_at(self.cpu, began))


def _between(deltas: list[tuple[float, int]], began: float, ended: float) -> float:
    inside = [(at, count) for at, count in deltas if began <= at <= ended]
    first = inside[0][0]
    return sum(count for at, count in inside if at > first + 0.5) / (inside[-1][0] - first)


@contextlib.contextmanager
def workers(folder: Path, job: Job, count: int) -> Iterator[list[int]]:
    """So many workers of one installation; their process ids."""
    config = folder / "driftline.toml"
    config.write_text(CONFIG.format(name=job.prefix.strip("."), job=job), encoding="utf-8")
    command = [sys.executable, "-m", "driftline", "worker", "--config", str(config)]
    with (folder / "workers.log").open("w+") as out:
        started = [subprocess.Popen(command, stdout=out, stderr=out) for _ in range(count)]
        try:
            yield [process.pid for process in started]
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait(30)
            out.seek(0)
            sys.stderr.write(out.read()[-1000:])


def run(ground: Ground, count: int) -> Run:
    """The topic read once."""
    prefix = f"bench.{secrets.token_hex(3)}."
    ground.make_topics(prefix)
    publish(ground.bootstrap, prefix)
    events = ground.traffic.events
    job = Job(ground.bootstrap, ground.topic, prefix, events, ground.pace)
    reader = ck.Consumer(following(KafkaConfig(ground.bootstrap)))
    reader.assign([ck.TopicPartition(TopicNames(prefix).partials, 0, 0)])
    watch, until = Watch(), time.monotonic() + PATIENCE
    with tempfile.TemporaryDirectory(prefix="driftline-bench-") as folder, workers(Path(folder), job, count) as pids:
        while watch.seen < events:
            assert time.monotonic() < until, f"only {watch.seen} of {events} events came within {PATIENCE:.0f} s"
            watch.cpu.append((time.time(), sum(map(cpu_seconds, pids))))
            for message in reader.consume(500, 0.1):
                watch.take(message)
    reader.close()
    return watch.run()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bootstrap", default=named())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--events", type=int, default=4_000_000)
    asked = parser.parse_args()
    runs: dict[int, list[Run]] = {1: [], 2: []}
    try:
        with kafka(asked.bootstrap) as bootstrap, real(bootstrap, Traffic(asked.events)) as ground:
            for number in range(asked.rounds):
                for count, held in runs.items():
                    held.append(run(ground, count))
                    sys.stderr.write(f"round {number + 1}, {count} workers: {held[-1]}\n")
    except NoKafkaError as error:
        print(f"bench_scale: skipped: {error}")
        return
    print(against_first({f"{count} workers": held for count, held in runs.items()}, list(runs)))


if __name__ == "__main__":
    main()
