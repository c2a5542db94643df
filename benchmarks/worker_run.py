"""One run of the real worker over a topic that is already full, seen from the delta log and from /proc."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import confluent_kafka as ck

from driftline.broker.settings import following
from driftline.config.settings import KafkaConfig
from driftline.contracts.log import Delta, decode_record
from driftline.contracts.topics import TopicNames

PATIENCE = 180.0
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Pace:
    """The worker's flush interval, and how long after its first flush it counts as started."""

    flush_ms: int
    warm_seconds: float


@dataclass(frozen=True)
class Run:
    """So many events in so many seconds of wall and CPU time."""

    events: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds

    @property
    def wall_us(self) -> float:
        """Microseconds an event by the clock."""
        return self.seconds / self.events * 1e6

    @property
    def cpu_us(self) -> float:
        """Microseconds of CPU time an event."""
        return self.cpu / self.events * 1e6


CONFIG = """\
[driftline]
name = "{name}"
topic_prefix = "{job.prefix}"
flush_interval = "{job.pace.flush_ms}ms"
log_level = "warning"
[kafka]
bootstrap = "{job.bootstrap}"
[metrics]
port = 0
[[topics]]
name = "{job.topic}"
format = "{job.format}"
idle_advance = "none"
"""


@dataclass(frozen=True)
class Job:
    """What a worker is given to read, and where it writes."""

    bootstrap: str
    topic: str
    prefix: str
    events: int
    pace: Pace
    format: str = "native"


def run_worker(folder: Path, job: Job) -> Run:
    """Start a worker, watch the log until all events are in it, stop it; the rate between two of its flushes."""
    config = folder / "driftline.toml"
    name = job.prefix.replace(".", "-").strip("-")
    config.write_text(CONFIG.format(name=name, job=job), encoding="utf-8")
    out = (folder / "worker.log").open("w+")
    command = [sys.executable, "-m", "driftline", "worker", "--config", str(config)]
    subprocess.run(
        [sys.executable, "-m", "driftline.contracts.scan"], check=False, stderr=subprocess.DEVNULL
    )  # not beside it
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DRIFTLINE_")}
    process = subprocess.Popen(command, stdout=out, stderr=out, env=environ)
    try:
        return _watch(process, job)
    except Exception:
        out.seek(0)
        sys.stderr.write(out.read()[-4000:])
        raise
    finally:
        process.terminate()
        process.wait(30)
        out.close()


def _watch(process: subprocess.Popen[bytes], job: Job) -> Run:
    reader = ck.Consumer(following(KafkaConfig(job.bootstrap)))
    reader.assign([ck.TopicPartition(TopicNames(job.prefix).partials, 0, 0)])
    deltas: list[tuple[float, int]] = []
    cpu: list[tuple[float, float]] = []
    seen, until = 0, time.monotonic() + PATIENCE
    while seen < job.events:
        assert process.poll() is None, "the worker has stopped"
        assert time.monotonic() < until, f"only {seen} of {job.events} events came within {PATIENCE:.0f} s"
        cpu.append((time.time(), cpu_seconds(process.pid)))
        for message in reader.consume(500, 0.02):
            assert message.error() is None, message.error()
            record = decode_record(message.value())
            if isinstance(record, Delta):
                assert record.rows.accepted == record.end - record.start, "a benchmark's records must be fine"
                seen += record.end - record.start
                deltas.append((message.timestamp()[1] / 1000, record.end - record.start))
    reader.close()
    return between_flushes(deltas, cpu, job.pace)


def between_flushes(deltas: list[tuple[float, int]], cpu: list[tuple[float, float]], pace: Pace) -> Run:
    """From the first flush of a started worker to the last but one: the last comes at its time, whenever reading was over."""
    flushes: list[tuple[float, int]] = []
    for at, count in sorted(deltas):
        if flushes and at - flushes[-1][0] < pace.flush_ms / 2000:
            flushes[-1] = flushes[-1][0], flushes[-1][1] + count
        else:
            flushes.append((at, count))
    first = next(n for n, (at, _) in enumerate(flushes) if at - flushes[0][0] >= pace.warm_seconds)
    assert len(flushes) - first > 2, f"too few events for a rate: {flushes}"
    began, ended = flushes[first][0], flushes[-2][0]
    events = sum(count for _, count in flushes[first + 1 : -1])
    return Run(events, ended - began, cpu_at(cpu, ended) - cpu_at(cpu, began))


def cpu_at(samples: list[tuple[float, float]], moment: float) -> float:
    """CPU time at a moment, between the samples next to it."""
    for (before, low), (after, high) in pairwise(samples):
        if before <= moment <= after:
            return low + (high - low) * (moment - before) / (after - before)
    return samples[-1][1]


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far, all threads; 0 where there is no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS
