"""Whole processes: what is imported, what a fork does, what is left at the end, on the embedded broker."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from driftline.broker.embedded import EmbeddedBroker
from driftline.broker.replay import read_topic
from driftline.broker.settings import replaying
from driftline.capture import Recorder
from driftline.capture.transport import KafkaTransport
from driftline.config import KafkaConfig

NOBODY = "127.0.0.1:1"
SECONDS = 60  # until a process that hangs is a failure


@pytest.fixture(scope="module")
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker() as broker:
        yield broker


def rows(broker: EmbeddedBroker, topic: str) -> list[dict[str, Any]]:
    settings = replaying(KafkaConfig(bootstrap=broker.bootstrap))
    return [msgspec.json.decode(value) for batch in read_topic(settings, topic) for value in batch.values if value]


def run(script: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning", "-c", script, *arguments],
        capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def test_the_client_imports_next_to_nothing() -> None:
    script = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in sys.stdlib_module_names or name.partition(".")[0] in ("driftline", "msgspec"):
            return None
        raise ImportError(name)
sys.meta_path.insert(0, Refuse())
import driftline.capture as c
r = c.Recorder("churn", bootstrap="127.0.0.1:1")
r.log({"age": 41})
c.CapturedEstimator(type("E", (), {"predict": lambda self, rows: rows})(), r).predict([{"age": 41}])
c.AsgiCapture(None, r), c.WsgiCapture(None, r)
r.close(0)
heavy = {"numpy", "faust", "river", "asyncio", "confluent_kafka", "aiohttp", "pandas"} & set(sys.modules)
print(sorted(heavy), r.counters()["undelivered"])
"""
    assert run(script) == "[] 2\n"


def test_what_is_left_at_the_end_of_a_process_is_sent(broker: EmbeddedBroker) -> None:
    broker.create_topic("end", 2)
    script = """
import sys
from driftline.capture import Recorder
from driftline.capture.transport import KafkaTransport
r = Recorder("churn", "3", bootstrap=sys.argv[1], topic="end")
for n in range(2000):
    r.log({"n": n}, n / 2)
r.log_batch({"n": list(range(2000, 3000))})
"""
    run(script, broker.bootstrap)
    assert sorted(row["features"]["n"] for row in rows(broker, "end")) == list(range(3_000))


def test_no_broker_does_not_hold_the_end_up() -> None:
    script = """
import sys, time
from driftline.capture import Recorder
from driftline.capture.transport import KafkaTransport
r = Recorder("churn", bootstrap=sys.argv[1], exit_seconds=0.5)
for n in range(100):
    r.log({"n": n})
began = time.monotonic()
r.close()
print(time.monotonic() - began < 20, r.counters()["undelivered"])
"""
    assert run(script, NOBODY) == "True 100\n"


FORKS = """
import os, sys, time
from driftline.capture import Recorder
from driftline.capture.transport import KafkaTransport
before = sys.argv[3] == "before"
r = Recorder("churn", "3", bootstrap=sys.argv[1], topic=sys.argv[2])
if not before:
    r.log({"who": "parent, early"})
    assert r.flush(30)
    r.log({"who": "parent, waiting"})
children = []
for k in range(2):
    pid = os.fork()
    if pid == 0:
        assert not any(r.counters().values())
        for n in range(50):
            r.log({"who": f"child {k}.{n}"})
        sys.exit(0)
    children.append(pid)
assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children] == [0, 0]
r.log({"who": "parent, late"})
assert r.flush(30)
print(r.counters()["logged"])
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_forked_workers_send_their_own_rows_and_nobody_elses(broker: EmbeddedBroker, when: str) -> None:
    """As gunicorn does with --preload. ``after``: the parent has a producer, which the children must not touch."""
    broker.create_topic(f"fork-{when}", 1)
    early = [] if when == "before" else ["parent, early", "parent, waiting"]
    assert run(FORKS, broker.bootstrap, f"fork-{when}", when) == f"{len(early) + 1}\n"
    found = rows(broker, f"fork-{when}")
    assert sorted(row["features"]["who"] for row in found) == sorted(
        [f"child {k}.{n}" for k in range(2) for n in range(50)] + [*early, "parent, late"]
    )
    assert len({row["id"] for row in found}) == len(found)


def test_an_abandoned_producer_is_never_freed() -> None:
    transport = KafkaTransport("captures", {"bootstrap.servers": NOBODY}, print)
    before = sys.getrefcount(transport._producer)
    transport.abandon()
    after = sys.getrefcount(transport._producer)
    assert after == before + 1


def test_settings_that_librdkafka_does_not_know_are_said_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("WARNING", "driftline.capture"), Recorder("churn", client={"no.such": 1}) as recorder:
        recorder.log({"age": 41})
    assert 'No such configuration property: "no.such"' in caplog.text
    assert recorder.counters()["undelivered"] == 1


def test_records_that_are_not_delivered_are_counted(broker: EmbeddedBroker, caplog: pytest.LogCaptureFixture) -> None:
    client = {"message.timeout.ms": 500, "allow.auto.create.topics": False}
    with (
        caplog.at_level("WARNING", "driftline.capture"),
        Recorder("churn", bootstrap=broker.bootstrap, topic="x" * 300, client=client) as recorder,
    ):
        recorder.log({"age": 41})
        assert recorder.flush(SECONDS)
    assert recorder.counters()["undelivered"] == 1
    assert "not delivered" in caplog.text
