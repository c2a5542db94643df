"""How long a worker with a day of one-minute panes takes from its start to /ready, on real Kafka.

Usage: python benchmarks/bench_restart.py [--bootstrap HOST:PORT] [--models 100] [--features 50] [--panes 1440] [--rounds 3]
       [--only rolled|kept]

The state is made by the real fold of a log as workers write it, and stands on the topics as they leave it: a snapshot, the log
cut below it, and half a minute of deltas that came after it. Twice: windows that let panes roll up (a few minutes are
folded: what is kept is the same), and a day that hops by the minute while one source is a day behind, so that every pane is
kept. Seconds are counted from the start of the process, imports and all: when the delta log began to be read, when the snapshot
was restored, when /ready was 200. The ratio is of CPU seconds, against folding the log of 1440 minutes from its beginning as
the minutes folded here did, without any reading. DRIFTLINE_TEST_BOOTSTRAP may name the broker too.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

import msgspec
from brokers import NoKafkaError, kafka, named
from day import STAMP, Day
from tables import middle, table
from worker_run import cpu_seconds

from driftline.baseline.parts import split
from driftline.broker.admin import Admin, TopicPlan
from driftline.broker.plans import own_plans
from driftline.broker.producer import DurableProducer
from driftline.broker.settings import connecting, producing
from driftline.config.settings import KafkaConfig
from driftline.contracts.log import Payload, TopicShape, VerdictClaim, decode_record, encode_panes, encode_record
from driftline.contracts.topics import TopicNames
from driftline.engine.snapshot import partition_of
from driftline.engine.verdict import Verdict

TAIL = 30
"""Deltas after the snapshot: one a second, for as long as there is between two snapshots."""
MINUTES = 1440
ROLLED_PANES = 6
"""Minutes folded where panes roll up. Chosen: judging them takes seconds each, and what is kept no longer changes."""
SESSION_SECONDS = 12
PATIENCE = 180.0
CONFIG = """\
[driftline]
name = "bench-restart"
topic_prefix = "{prefix}"
[kafka]
bootstrap = "{bootstrap}"
[metrics]
port = {port}
[[topics]]
name = "{topic}"
idle_after = "1h"
idle_advance = "none"
[defaults]
pane = "1m"
windows = [{windows}]
"""


@dataclass(frozen=True)
class Made:
    """What stands on the topics: panes, bytes and records of the snapshot; CPU seconds of folding a minute of the log."""

    panes: int
    size: int
    records: int
    folding: float


@dataclass(frozen=True)
class Start:
    """Seconds from the start of the process, as the worker's own log lines have them, and its CPU seconds until it was ready."""

    manifests: float
    snapshot: float
    ready: float
    cpu: float


class Installation:
    """Topics of one state."""

    def __init__(self, bootstrap: str, day: Day) -> None:
        """The topics are there, and empty."""
        self.bootstrap, self.prefix = bootstrap, f"bench.{secrets.token_hex(3)}."
        self.names, self.captures = TopicNames(self.prefix), f"{self.prefix}captures"
        self.admin = Admin(connecting(KafkaConfig(bootstrap), "bench"))
        self.made = list(self.admin.create([TopicPlan(self.captures, 2), *own_plans(self.prefix)]))
        self.day = replace(day, topic=self.admin.describe([self.captures])[self.captures])
        self._producer = DurableProducer(producing(KafkaConfig(bootstrap)))

    def send(self, topic: str, value: bytes | None, partition: int = 0, key: bytes | None = None) -> None:
        """Write a record."""
        self._producer.send(topic, value, key=key, partition=partition)
        self._producer.poll()

    def fill(self) -> Made:
        """Fold the log of the day, and leave behind what workers would have."""
        for known in self.day.published:
            for name, value in split(known):
                self.send(self.names.baselines, value, key=name.encode())
        made, end = self._fold()
        placeholder = encode_record(VerdictClaim(1, STAMP))
        for _ in range(end):
            self.send(self.names.partials, placeholder)
        self._producer.flush(60)
        self.admin.delete_records(self.names.partials, 0, end)
        for number, record in enumerate(self.day.tail(TAIL)):
            self.send(self.names.partials, encode_panes(record.panes), partition=1)
            self._producer.flush(60)
            brief = msgspec.structs.replace(record, panes=[], payloads=[Payload(1, [number])])
            self.send(self.names.partials, encode_record(brief))
        for _ in range(self.day.panes + TAIL):
            self.send(self.captures, b"{}")
        self._producer.flush(60)
        return made

    def _fold(self) -> tuple[Made, int]:
        """Write the snapshot; where the log stands then. Panes are packed every hour, so that the memory stays small."""
        day, held = self.day, dict[bytes, bytes]()
        verdict, folding = Verdict(lambda _model, _version: day.settings), 0.0
        for record in day.opening():
            verdict.apply(verdict.log.next_offset, record)
        for first in range(0, day.panes, 60):
            data = [encode_record(record) for record in day.whole(first, min(first + 60, day.panes))]
            began = time.process_time()
            for one in data:
                verdict.apply(verdict.log.next_offset, decode_record(one))
            folding += time.process_time() - began
            plan = verdict.plan_snapshot(0)
            held.update([*plan.parts, plan.manifest])
            for key in verdict.snapshots.finished(plan):
                held.pop(key, None)
            verdict = Verdict.restore(lambda _model, _version: day.settings, held)
            sys.stderr.write(".")
        for key, value in held.items():
            self.send(self.names.snapshots, value, partition_of(key, 2), key)
        panes = sum(len(book.panes.panes) for book in verdict.books.values())
        return Made(panes, sum(map(len, held.values())), len(held), folding / day.panes), verdict.log.next_offset

    def start(self, folder: Path) -> Start:
        """Start a worker, wait until it is ready, and kill it before it changes anything."""
        port = free_port()
        windows = ", ".join(f'"{one}"' for one in self.day.windows)
        text = CONFIG.format(
            prefix=self.prefix, bootstrap=self.bootstrap, port=port, topic=self.captures, windows=windows
        )
        (folder / "driftline.toml").write_text(text, encoding="utf-8")
        with (folder / "worker.log").open("w+") as out:
            command = [sys.executable, "-m", "driftline", "worker", "--config", str(folder / "driftline.toml")]
            began = time.time()
            process = subprocess.Popen(command, stdout=out, stderr=out, env=environment())
            try:
                ready = wait_until_ready(process, port) - began
                cpu = cpu_seconds(process.pid)
            finally:
                process.kill()
                process.wait()
                out.seek(0)
                lines = out.read()
                sys.stderr.write(lines)
        manifests, snapshot = (moment(lines, one) - began for one in ("reading the delta log", "judging shard"))
        return Start(manifests, snapshot, ready, cpu)


def environment() -> dict[str, str]:
    """This one without settings of driftline's."""
    return {name: value for name, value in os.environ.items() if not name.startswith("DRIFTLINE_")}


def free_port() -> int:
    """One that nobody listens on right now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_until_ready(process: subprocess.Popen[bytes], port: int) -> float:
    """When /ready was 200, by the clock on the wall."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, "the worker has stopped"
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=5) as said:
            if said.status == HTTPStatus.OK:
                return time.time()
        time.sleep(0.05)
    raise AssertionError(f"not ready within {PATIENCE:.0f} s")


def moment(lines: str, what: str) -> float:
    """When a log line was written, by the clock on the wall."""
    (line,) = [line for line in lines.splitlines() if what in line]
    return datetime.strptime(line[:23], "%Y-%m-%d %H:%M:%S,%f").astimezone().timestamp()


def measure(bootstrap: str, day: Day, rounds: int) -> tuple[Made, list[Start]]:
    """Make the state once, start a worker on it so many times."""
    place = Installation(bootstrap, day)
    try:
        made, starts = place.fill(), []
        for number in range(rounds):
            with tempfile.TemporaryDirectory(prefix="driftline-bench-") as folder:
                starts.append(place.start(Path(folder)))
            sys.stderr.write(f"\nround {number + 1}, {day.windows}: {starts[-1]}\n")
            if number + 1 < rounds:
                time.sleep(SESSION_SECONDS)  # until the group has forgotten the worker that was killed
        return made, starts
    finally:
        place.admin.delete(place.made)


def row(name: str, made: Made, starts: list[Start]) -> list[str]:
    """A line of the table."""
    ready = middle([one.ready for one in starts])
    cpu = middle([one.cpu for one in starts])
    steps = [middle([getattr(one, step) for one in starts]) for step in ("manifests", "snapshot")]
    figures = [f"{made.panes:,}", f"{made.size / 1e6:,.1f}", f"{made.records:,}"]
    replay = made.folding * MINUTES
    return [name, *figures, *(f"{one:.1f}" for one in (*steps, ready, cpu, replay)), f"{replay / cpu:.0f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bootstrap", default=named())
    parser.add_argument("--models", type=int, default=100)
    parser.add_argument("--features", type=int, default=50)
    parser.add_argument("--panes", type=int, default=MINUTES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("rolled", "kept"))
    asked = parser.parse_args()
    none = TopicShape("", "", 2)
    days = {
        "rolled": ("1m, 1h, 1d", Day(none, asked.models, asked.features, ROLLED_PANES)),
        "kept": ("1d/1m, all panes kept", Day(none, asked.models, asked.features, asked.panes, ("1d/1m",), held=True)),
    }
    try:
        with kafka(asked.bootstrap) as bootstrap:
            rows = [
                row(name, *measure(bootstrap, day, asked.rounds))
                for key, (name, day) in days.items()
                if asked.only in (None, key)
            ]
    except NoKafkaError as error:
        print(f"bench_restart: skipped: {error}")
        return
    header = [
        "windows",
        "panes",
        "MB",
        "records",
        "log s",
        "snapshot s",
        "ready s",
        "its CPU s",
        "replay CPU s",
        "ratio",
    ]
    print(table(header, rows))


if __name__ == "__main__":
    main()
