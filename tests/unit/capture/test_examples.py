"""What is shown to people runs: the examples as programs, the Python of the document as it stands."""

from __future__ import annotations

import csv
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest

from driftline.broker.embedded import EmbeddedBroker
from driftline.broker.replay import read_topic
from driftline.broker.settings import replaying
from driftline.capture import WsgiCapture
from driftline.config import KafkaConfig
from support.carrier import Carrier, carried

ROOT = Path(__file__).parents[3]
BLOCKS = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs" / "capture.md").read_text(), re.DOTALL | re.MULTILINE)
SECONDS = 60


@pytest.fixture
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker({"driftline.captures": 1}) as broker:
        yield broker


def rows(broker: EmbeddedBroker) -> list[dict[str, Any]]:
    settings = replaying(KafkaConfig(bootstrap=broker.bootstrap))
    read = read_topic(settings, "driftline.captures")
    return [msgspec.json.decode(value) for batch in read for value in batch.values if value]


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_the_producer_produces_until_it_is_told_to_stop_and_loses_nothing(
    broker: EmbeddedBroker, sign: signal.Signals
) -> None:
    command = [sys.executable, ROOT / "examples" / "producer.py", "--rate", "500", "--drift-after", "0", "--seed", "7"]
    environ = {"DRIFTLINE__KAFKA__BOOTSTRAP": broker.bootstrap}
    process = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + SECONDS
    while not rows(broker) and time.monotonic() < deadline:
        pass
    process.send_signal(sign)
    _, said = process.communicate(timeout=SECONDS)
    found = rows(broker)
    assert process.returncode == 0
    assert said == f"{len(found)} captures, {len(found)} delivered\n"
    assert {row["model"] for row in found} == {"churn"}


def test_the_producer_writes_training_data_without_kafka(tmp_path: Path) -> None:
    path = tmp_path / "train.csv"
    command = [sys.executable, ROOT / "examples" / "producer.py", "--training", path]
    subprocess.run(command, timeout=SECONDS, check=True)
    with path.open() as file:
        read = list(csv.DictReader(file))
    assert len(read) == 20_000
    assert set(read[0]) == {"age", "income", "tenure_months", "plan", "country", "prediction"}


def test_the_example_server_answers_and_its_failures_are_captured() -> None:
    scope: dict[str, Any] = {"__name__": "server"}
    exec(compile((ROOT / "examples" / "server.py").read_text(), "server.py", "exec"), scope)  # noqa: S102 - our own file
    carrier = Carrier()
    with carried(carrier) as recorder:
        app = WsgiCapture(scope["application"], recorder)

        def ask(body: bytes) -> bytes:
            environ = {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body)), "HTTP_X_CUSTOMER": "17"}
            answer = app(environ, lambda *_: None)
            read = b"".join(answer)
            answer.close()  # type: ignore[attr-defined]
            return read

        assert ask(b'{"age": 100, "plan": "free"}') == b'{"churn": 0.5}'
        with pytest.raises(KeyError):
            ask(b'{"age": 100, "plan": "gold"}')
    found = [(row["entity"], row.get("prediction"), row.get("error")) for row in carrier.rows()]
    assert found == [("17", 0.5, None), ("17", None, "KeyError")]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.splitlines()[-1][:40])
def test_the_python_of_the_document_compiles_and_names_what_there_is(block: str) -> None:
    compile(block, "capture.md", "exec")
    for line in block.splitlines():
        if line.startswith("from driftline"):
            exec(line, {})  # noqa: S102 - an import
