"""TLS and SASL/SCRAM on a real Kafka: topics, a worker and a window through it; and what a refused client is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from driftline.broker.producer import DurableProducer
from driftline.broker.settings import producing
from driftline.config import KafkaConfig
from support.installation import Worker
from support.kafka_server import KafkaServer, KafkaUnavailableError
from support.secure_listener import SecureListener

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
SETTINGS = """
[driftline]
name = "secure"
topic_prefix = "secure."
flush_interval = "200ms"
[kafka]
bootstrap = "{bootstrap}"
[kafka.client]
{client}
[[topics]]
name = "secure.captures"
lateness = "0s"
idle_advance = "none"
[defaults]
windows = ["1m"]
"""


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureListener]:
    try:
        made = KafkaServer(tmp_path_factory.mktemp("kafka"), is_secure=True)
    except KafkaUnavailableError as error:
        if os.environ.get("DRIFTLINE_REQUIRE_KAFKA"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    with made:
        assert made.secure is not None
        yield made.secure


def configured(secure: SecureListener, folder: Path, **client: str) -> Path:
    """A file of settings; the password lies in a file of its own."""
    password = folder / "password"
    password.write_text(f"{secure.password}\n")
    settings = secure.client(f"file:{password}") | client
    path = folder / "driftline.toml"
    lines = "\n".join(f'"{name}" = "{value}"' for name, value in settings.items())
    path.write_text(SETTINGS.format(bootstrap=secure.bootstrap, client=lines))
    return path


def driftline(config: Path, *arguments: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "driftline", *arguments, "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    return done.returncode, done.stdout, done.stderr


def produce(secure: SecureListener, minutes: range) -> None:
    producer = DurableProducer(producing(KafkaConfig(bootstrap=secure.bootstrap, client=secure.client())))
    for minute in minutes:
        capture = {"time": 1_777_636_800_000 + minute * 60_000, "model": "m", "version": "1", "features": {"a": minute}}
        producer.send("secure.captures", json.dumps(capture).encode(), partition=0)
    producer.flush()


def test_topics_a_worker_and_a_window_with_a_password_from_a_file(secure: SecureListener, tmp_path: Path) -> None:
    config = configured(secure, tmp_path)
    assert driftline(config, "topics", "create", "--captures", "1")[0] == 0
    assert driftline(config, "topics", "check")[0] == 0
    produce(secure, range(3))
    worker = Worker(config, tmp_path / "worker.log")
    windows: list[str] = []
    try:
        deadline = time.monotonic() + 240
        while not (worker.is_ready() and windows):
            assert worker.is_alive, worker.said()
            assert time.monotonic() < deadline, worker.said()
            time.sleep(0.5)
            windows = driftline(config, "statistics", "--json")[1].splitlines()
        assert worker.stop() == 0
    finally:
        worker.kill()
    assert [json.loads(window)["rows"] for window in windows] == [1, 1]
    assert secure.password not in worker.said()


@pytest.mark.parametrize(
    "command", [["topics", "create"], ["violations"], ["worker"], ["baseline", "show", "--from-kafka"]]
)
def test_a_wrong_password_is_3_and_one_line_that_says_so(
    secure: SecureListener, tmp_path: Path, command: list[str]
) -> None:
    config = configured(secure, tmp_path, **{"sasl.password": "wr0ng-pa55"})
    code, out, err = driftline(config, *command)
    assert (code, out) == (3, "")
    last = err.splitlines()[-1]
    assert last.startswith(f"driftline: Kafka at {secure.bootstrap} refuses this client: SASL authentication error: ")
    assert "invalid credentials with SASL mechanism SCRAM-SHA-512" in last
    assert "wr0ng-pa55" not in err


def test_a_certificate_that_nobody_vouches_for_is_said(secure: SecureListener, tmp_path: Path) -> None:
    another = SecureListener(tmp_path / "another", 1)
    config = configured(secure, tmp_path, **{"ssl.ca.location": str(another.certificate)})
    code, _, err = driftline(config, "topics", "check")
    assert code == 3
    assert f"Kafka at {secure.bootstrap} refuses this client: SSL handshake failed: " in err.splitlines()[-1]


def test_the_doctor_says_what_is_refused_and_prints_no_secret(secure: SecureListener, tmp_path: Path) -> None:
    code, out, err = driftline(configured(secure, tmp_path, **{"sasl.password": "wr0ng-pa55"}), "doctor")
    assert code == 3
    assert f"fault   kafka: Kafka at {secure.bootstrap} refuses this client: SASL authentication error" in out
    assert "wr0ng-pa55" not in out + err
    for command in (["doctor"], ["config", "show"], ["config", "show", "--json"], ["check"]):
        code, out, err = driftline(configured(secure, tmp_path), *command)
        assert secure.password not in out + err
        assert code == (0 if command != ["doctor"] else code)
