"""An installation of driftline as its users have one: a configuration file, the command line, and workers as processes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import confluent_kafka as ck

from oracle.capture import Record
from oracle.ledger import Identity, Source
from oracle.setup import Baseline, load_baseline, load_setup
from support.kafka_server import die_with_parent, free_ports

TESTS = Path(__file__).parents[1]
STOPPING = 40
"""Seconds that a worker may take to stop."""


class Worker:
    """One ``driftline worker``; its output goes to a file. With ``faults`` it is one of `support.faulty_worker`."""

    def __init__(self, config: Path, log: Path, faults: Mapping[str, object] | None = None) -> None:
        (self.port,) = free_ports(1)
        self.log = log
        self.may_die = False
        module = "driftline" if faults is None else "support.faulty_worker"
        told = {f"DRIFTLINE_TEST_{name.upper()}": str(value) for name, value in (faults or {}).items()}
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module, "worker", "--config", str(config)],
                stdout=out,
                stderr=out,
                env={**os.environ, **told, "PYTHONPATH": str(TESTS), "DRIFTLINE__METRICS__PORT": str(self.port)},
                preexec_fn=die_with_parent,  # noqa: PLW1509 - one system call, before any thread of the child
            )

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def is_ready(self) -> bool:
        return self.is_alive and self._get("/ready") is not None

    def readiness(self) -> str:
        """What ``/ready`` answers, whether it is ready or not; nothing where nobody answers."""
        try:
            return self._ask("/ready")
        except urllib.error.HTTPError as error:
            return str(error.read().decode())
        except OSError:
            return ""

    def metric(self, name: str, **labels: str) -> float:
        """The sum of a family's samples that have these labels; 0 where there are none."""
        total = 0.0
        for line in (self._get("/metrics") or "").splitlines():
            found = re.match(rf"{name}(?:{{(.*)}})? (\S+)$", line)
            if found and labels.items() <= dict(re.findall(r'(\w+)="([^"]*)"', found[1] or "")).items():
                total += float(found[2])
        return total

    def said(self) -> str:
        """Everything it has written so far."""
        return self.log.read_text(errors="replace")

    def records(self) -> dict[Source, Counter[str]]:
        """``driftline_records_total`` of the sources that this worker owns."""
        found: dict[Source, Counter[str]] = defaultdict(Counter)
        for line in (self._get("/metrics") or "").splitlines():
            if line.startswith("driftline_records_total{"):
                labels = dict(re.findall(r'(\w+)="([^"]*)"', line))
                found[labels["topic"], int(labels["partition"])][labels["result"]] = int(float(line.rpartition(" ")[2]))
        return dict(found)

    def judges(self) -> bool:
        """Whether this worker has the verdict shard."""
        return "driftline_model_state{" in (self._get("/metrics") or "")

    def stop(self) -> int:
        """Ask for an orderly end; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOPPING)

    def kill(self) -> None:
        """No orderly end."""
        self.process.kill()
        self.process.wait()

    def freeze(self) -> None:
        """Stop its clock: it does nothing, and does not know."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on from where it was."""
        self.process.send_signal(signal.SIGCONT)

    def _get(self, path: str) -> str | None:
        try:
            return self._ask(path)
        except OSError:
            return None

    def _ask(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
            return str(answer.read().decode())


class Installation:
    """Topics under a prefix of its own; ``sources`` are the partitions of its captures topics."""

    def __init__(
        self, bootstrap: str, prefix: str, folder: Path, config: str, *, session_ms: int = 6000, shards: int = 1
    ) -> None:
        self.bootstrap, self.prefix, self.folder = bootstrap, prefix, folder
        self.config = folder / "driftline.toml"
        told = {"prefix": prefix, "bootstrap": bootstrap, "session_ms": session_ms, "shards": shards}
        head = HEAD.format(name=prefix.rstrip("."), **told)
        self.config.write_text(head + config)
        self.setup = load_setup(self.config)
        self.workers: list[Worker] = []

    def run(self, *arguments: str) -> str:
        """One command of the command line, which has to succeed; its output."""
        done = subprocess.run(
            [sys.executable, "-m", "driftline", *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
            cwd=self.folder,
            env={**os.environ, "DRIFTLINE_CONFIG": str(self.config), "COLUMNS": "200"},
        )
        assert done.returncode == 0, f"driftline {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def baseline(self, data: Path, model: str, version: str, *options: str) -> Baseline:
        """Make a baseline by the command line; what the oracle reads in its files."""
        out = self.folder / f"{data.stem}-baseline"
        told = self.run(
            "baseline", "create", str(data), "--model", model, "--version", version, "--out", str(out), *options
        )
        found = re.search(r"baseline ([0-9a-f]{16}) of ", told)
        assert found, told
        return load_baseline(out, found[1])

    def start(self, **faults: object) -> Worker:
        """One more worker; with any ``faults`` it is a faulty one."""
        worker = Worker(self.config, self.folder / f"worker-{len(self.workers)}.log", faults or None)
        self.workers.append(worker)
        return worker

    def await_(self, what: str, condition: Callable[[], object], seconds: float) -> None:
        """Wait until something is so; says what was waited for, and notices workers that have died."""
        deadline = time.monotonic() + seconds
        dead = {worker for worker in self.workers if not worker.is_alive}
        while not condition():
            fallen = [worker for worker in self.workers if not (worker.is_alive or worker.may_die)]
            gone = [worker.log.name for worker in fallen if worker not in dead]
            assert not gone, f"{', '.join(gone)} ended while waiting for {what}"
            assert time.monotonic() < deadline, f"{seconds} s were not enough for {what}"
            time.sleep(0.1)

    def close(self) -> None:
        """No worker is left over; what they wrote is printed, and so shown after a failure."""
        for worker in self.workers:
            ended = worker.process.poll()
            if ended is None:
                worker.kill()
            text = worker.log.read_text(errors="replace")[-4000:]
            print(f"---- {worker.log.name}: {'was still running' if ended is None else f'ended with {ended}'}\n{text}")

    # -- topics -----------------------------------------------------------------------------------------------------

    def own(self, name: str) -> str:
        return f"{self.prefix}{name}"

    def read(self, topic: str) -> list[ck.Message]:
        """Everything that is on a topic now, in the order of partitions and offsets."""
        return Reader(self.bootstrap, topic).poll()

    def sources(self) -> dict[Source, list[Record]]:
        """The captures as they lie in Kafka."""
        found: dict[Source, list[Record]] = {}
        for topic in self.setup.topics:
            reader = Reader(self.bootstrap, topic)
            found |= {(topic, partition): [] for partition in reader.ends}
            for message in reader.poll():
                stamp = message.timestamp()[1]
                place = (topic, message.partition())
                found[place].append(Record(*place, message.offset(), message.value(), stamp))
        return found

    def letters(self) -> list[tuple[Identity, str]]:
        """Identity and reason of every dead letter, as often as it was written."""
        found = []
        for message in self.read(self.own("deadletter")):
            told = {name: value.decode() for name, value in message.headers()}
            row = told.get("driftline.index")
            place = (told["__connect.errors.topic"], int(told["__connect.errors.partition"]))
            identity = (*place, int(told["__connect.errors.offset"]), None if row is None else int(row))
            found.append((identity, told["driftline.reason"]))
        return found


class Reader:
    """Reads a topic from its beginning on, up to where it ends at each :meth:`poll`."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self.topic = topic
        self._client = ck.Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": "test-reader",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "auto.offset.reset": "earliest",
                "fetch.wait.max.ms": 50,
            }
        )
        partitions = self._client.list_topics(topic, timeout=20).topics[topic].partitions
        self.ends = dict.fromkeys(partitions, 0)
        self._client.assign([ck.TopicPartition(topic, partition, 0) for partition in partitions])

    def poll(self, seconds: float = 30) -> list[ck.Message]:
        """What has come since the last time."""
        found: list[ck.Message] = []
        self.now()
        deadline = time.monotonic() + seconds
        while not self._is_done():
            assert time.monotonic() < deadline, f"{self.topic} could not be read to its end"
            for message in self._client.consume(1000, 0.1):
                assert message.error() is None, message.error()
                found.append(message)
        return sorted(found, key=lambda message: (message.partition(), message.offset()))

    def now(self) -> dict[int, int]:
        """Where each partition ends."""
        for partition in self.ends:
            place = ck.TopicPartition(self.topic, partition)
            self.ends[partition] = self._client.get_watermark_offsets(place, timeout=20)[1]
        return self.ends

    def begin(self) -> int:
        """Where its first partition begins by now."""
        return int(self._client.get_watermark_offsets(ck.TopicPartition(self.topic, 0), timeout=20)[0])

    def _is_done(self) -> bool:
        places = self._client.position([ck.TopicPartition(self.topic, partition) for partition in self.ends])
        return all(max(place.offset, 0) >= self.ends[place.partition] for place in places)


def values(messages: Sequence[ck.Message]) -> list[bytes]:
    return [message.value() for message in messages]


HEAD = """\
[driftline]
name = "{name}"
topic_prefix = "{prefix}"
flush_interval = "200ms"
shards = {shards}

[kafka]
bootstrap = "{bootstrap}"

[kafka.consumer]
"session.timeout.ms" = {session_ms}

"""
