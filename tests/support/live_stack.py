"""The stack without containers: a worker under traffic, and its programs told what the compose file tells them."""

from __future__ import annotations

import http.server
import json
import queue
import random
import shutil
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import confluent_kafka as ck
import yaml

from support import served
from support.kafka_server import die_with_parent, free_ports
from support.programs import program

ROOT = Path(__file__).parents[2]
A_SECOND = 60
"""Captures. Chosen: enough for every window to be judged, little enough for two cores."""


class Program:
    """A child that ends with the block; its output goes to a file."""

    def __init__(self, *command: str | Path, log: Path) -> None:
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [str(word) for word in command],
                stdout=out,
                stderr=out,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - one system call, before any thread of the child
            )
        self.log = log

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(20)
        print(f"---- {self.log.name}\n{self.log.read_text(errors='replace')[-4_000:]}")


def told(name: str, replaced: Mapping[str, str]) -> list[str]:
    """The options that the compose file gives a service, with other paths and ports."""
    options: list[str] = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())["services"][name]["command"]
    for old, new in replaced.items():
        options = [option.replace(old, new) for option in options]
    return options


class Prometheus(Program):
    """With the files of deploy/prometheus; only what is in targets/ is another."""

    def __init__(self, folder: Path, targets: Mapping[str, int], more_rules: str) -> None:
        config = shutil.copytree(ROOT / "deploy" / "prometheus", folder / "prometheus")
        shutil.copytree(ROOT / "docs" / "playbooks", folder / "assets" / "playbooks")
        for name, port in targets.items():
            (config / "targets" / f"{name}.yml").write_text(f'- targets: ["127.0.0.1:{port}"]\n')
        (config / "rules" / "more.yml").write_text(more_rules)
        (self.port,) = free_ports(1)
        paths = {
            "=/etc/prometheus": f"={config}",
            "=/prometheus": f"={folder}/data",
            "=/etc/driftline": f"={folder}/assets",
            ":9090": f":{self.port}",
        }
        options = [*told("prometheus", paths), f"--web.listen-address=127.0.0.1:{self.port}"]
        super().__init__(program("prometheus"), *options, log=folder / "prometheus.log")

    def ask(self, path: str, **values: str) -> Any:  # noqa: ANN401 - what JSON holds
        """An answer of its API."""
        address = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(values)}"
        with urllib.request.urlopen(address, timeout=20) as answer:
            return json.loads(answer.read())["data"]

    def found(self, expr: str) -> list[Any]:
        """The series that an expression gives now."""
        return list(self.ask("query", query=expr)["result"])

    def drawn(self, expr: str) -> list[Any]:
        """The series that a panel or an annotation of the last quarter of an hour shows."""
        now = time.time()
        return list(self.ask("query_range", query=expr, start=now - 900, end=now, step=15)["result"])


class Alertmanager(Program):
    """With a file of deploy/alertmanager: alerts go to `receiver`, whose addresses are `replaced`."""

    def __init__(self, folder: Path, name: str, receiver: str, replaced: Mapping[str, str]) -> None:
        config = shutil.copytree(ROOT / "deploy" / "alertmanager", folder / "alertmanager")
        text = (config / name).read_text().replace("  receiver: screen", f"  receiver: {receiver}")
        for old, new in replaced.items():
            assert old in text
            text = text.replace(old, new)
        (config / name).write_text(text)
        (self.port,) = free_ports(1)
        paths = {
            "${DRIFTLINE_ALERTMANAGER:-alertmanager.yml}": name,
            "=/etc/alertmanager": f"={config}",
            "=/alertmanager": f"={folder}/alertmanager-data",
            ":9093": f":{self.port}",
        }
        options = [*told("alertmanager", paths), f"--web.listen-address=127.0.0.1:{self.port}"]
        super().__init__(program("prometheus-alertmanager"), *options, log=folder / "alertmanager.log")

    def post(self, alerts: list[Mapping[str, Any]]) -> None:
        """Tell it what is firing, as Prometheus would."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v2/alerts",
            json.dumps(alerts).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=5):  # noqa: S310 - our own address
            pass


class Receiver:
    """Takes what is posted to it."""

    def __init__(self) -> None:
        self.posts: queue.Queue[Any] = queue.Queue()
        posts = self.posts

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                posts.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b'{"errcode":0}')

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class Traffic:
    """Two versions of a model, live: the second fails more often, is slower, and its income has moved. Some is unfit."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self._producer = ck.Producer({"bootstrap.servers": bootstrap})
        self._topic = topic
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._send, daemon=True)

    def _send(self) -> None:
        rng = random.Random(7)
        while not self._over.wait(1 / A_SECOND):
            value = b"not json" if rng.random() < 0.02 else json.dumps(self._capture(rng)).encode()
            self._producer.produce(self._topic, value)
            self._producer.poll(0)

    def _capture(self, rng: random.Random) -> dict[str, object]:
        canary = rng.random() < 0.4
        features = served.churn(rng, 11 if canary else 0)
        return {
            "id": f"{rng.getrandbits(64):x}",
            "time": round(time.time() * 1_000),
            "model": "churn",
            "version": "2" if canary else "1",
            "features": features,
            "prediction": round(rng.random(), 4),
            "latency": round(rng.lognormvariate(-1 if canary else -3, 0.5), 6),
            "status": 500 if rng.random() < (0.3 if canary else 0.02) else 200,
        }

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._producer.flush(5)


def wait_for(what: str, condition: Any, seconds: float) -> Any:  # noqa: ANN401 - whatever it gives
    """The first true answer. AssertionError when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            found = condition()
        except OSError:
            found = None
        if found:
            return found
        assert time.monotonic() < deadline, f"{seconds} s were not enough for {what}"
        time.sleep(0.5)
