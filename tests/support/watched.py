"""A worker as a process: what it says, what it answers, how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import confluent_kafka as ck
from prometheus_client.parser import text_string_to_metric_families

from driftline.contracts.topics import TopicNames
from support.kafka_server import die_with_parent, free_ports

HERE = Path(__file__).parent
Create = Callable[[dict[str, int]], object]
"""Makes topics, by name with their number of partitions."""

PATIENCE = 90.0
"""Seconds that anything may take which takes one or two: machines are busy, and only a test that fails waits so long."""

CAPTURE = b'{"model":"churn","version":"1","features":{"age":41.0}}'


class Watched:
    """One worker with topics of its own, which ``create`` makes; ``sabotage`` says what is wrong with it.

    ``settings`` are further ones, the first of them for every model; ``modules`` is where it may import from, too.
    """

    def __init__(
        self,
        bootstrap: str,
        prefix: str,
        folder: Path,
        create: Create,
        sabotage: str = "",
        settings: str = "",
        modules: Path = HERE.parent,
    ) -> None:
        self.bootstrap, self.captures, self.topics = bootstrap, f"{prefix}captures", TopicNames(prefix)
        create({**dict.fromkeys(vars(self.topics).values(), 1), self.topics.partials: 2, self.captures: 2})
        (self.port,) = free_ports(1)
        self.log = folder / "worker.log"
        config = folder / "driftline.toml"
        config.write_text(
            f'[driftline]\nname = "{prefix}w"\ntopic_prefix = "{prefix}"\nflush_interval = "100ms"\n'
            f'[kafka]\nbootstrap = "{self.bootstrap}"\n[[topics]]\nname = "{self.captures}"\nidle_advance = "none"\n'
            f"[defaults]\n{settings}"
        )
        program = [str(HERE / "sabotaged.py"), sabotage] if sabotage else ["-m", "driftline"]
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, *program, "worker", "--config", str(config)],
                stdout=out,
                stderr=out,
                env={
                    **os.environ,
                    "DRIFTLINE__METRICS__PORT": str(self.port),
                    "PYTHONPATH": f"{HERE.parent}{os.pathsep}{modules}",
                },
                preexec_fn=die_with_parent,  # noqa: PLW1509 - one system call, before any thread of the child
            )

    def produce(
        self, topic: str, value: bytes, *, key: bytes | None = None, partition: int = 0, count: int = 1
    ) -> None:
        producer = ck.Producer({"bootstrap.servers": self.bootstrap})
        for _ in range(count):
            producer.produce(topic, value=value, key=key, partition=partition)
        assert producer.flush(10) == 0

    def get(self, path: str, accept: str = "application/json") -> tuple[int, str]:
        """Status and body; status 0 when nobody answers."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers={"Accept": accept})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - the address is ours
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def json(self, path: str) -> tuple[int, dict[str, Any]]:
        """Status and what the body says; nothing when nobody answers."""
        status, body = self.get(path)
        return status, json.loads(body or "{}")

    def source(self, partition: int) -> dict[str, Any]:
        """What /ready says of a partition of the captures topic."""
        sources = self.json("/ready")[1].get("sources", [])
        return next((one for one in sources if one["partition"] == partition), {})

    def metric(self, name: str, **labels: object) -> float | None:
        """The value of a series on /metrics; None where there is none."""
        wanted = {label: str(value) for label, value in labels.items()}
        for family in text_string_to_metric_families(self.get("/metrics", "text/plain")[1]):
            for sample in family.samples:
                if sample.name == name and sample.labels == wanted:
                    return float(sample.value)
        return None

    def until(self, what: str, condition: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Wait until something is so; a worker that ends meanwhile will not make it so."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert self.process.poll() is None, f"ended with {self.process.returncode} before {what}:\n{self.output}"
            assert time.monotonic() < deadline, f"{seconds} s were not enough for {what}:\n{self.output}"
            time.sleep(0.05)

    def until_ready(self) -> None:
        self.until("ready", lambda: self.get("/ready")[0] == 200)

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self) -> int:
        """Ask for an orderly end; the exit code. What takes too long is cut short by the worker itself, with another code."""
        self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def ended(self) -> int:
        """The exit code of a worker that is about to end."""
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
