"""What a worker says when a real Kafka falls silent, when a partition is stuck, and when more comes than it can read."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import confluent_kafka as ck
import pytest

from driftline.broker.admin import Admin, TopicPlan
from driftline.broker.settings import connecting
from driftline.config import KafkaConfig
from support.kafka_server import KafkaServer, KafkaUnavailableError
from support.watched import CAPTURE, Watched

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

SOURCE = "driftline.health.source:"
Launch = Callable[..., Watched]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """A broker of our own, since it is stopped in the middle."""
    try:
        made = KafkaServer(tmp_path_factory.mktemp("kafka"))
    except KafkaUnavailableError as error:
        if os.environ.get("DRIFTLINE_REQUIRE_KAFKA"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    with made:
        yield made


@pytest.fixture
def launch(server: KafkaServer, tmp_path: Path) -> Iterator[Launch]:
    made: list[Watched] = []

    def create(topics: dict[str, int]) -> None:
        admin = Admin(connecting(KafkaConfig(bootstrap=server.bootstrap), "test"))
        admin.create([TopicPlan(name, partitions) for name, partitions in topics.items()])

    def start(sabotage: str = "") -> Watched:
        made.append(Watched(server.bootstrap, f"test-{uuid.uuid4().hex[:12]}.", tmp_path, create, sabotage))
        return made[-1]

    yield start
    for one in made:
        print(f"---- worker\n{one.output[-4000:]}")
        one.close()


@contextlib.contextmanager
def frozen(server: KafkaServer) -> Iterator[None]:
    """The broker neither answers nor hangs up."""
    os.kill(server.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.pid, signal.SIGCONT)


def condition(worker: Watched, partition: int) -> object:
    return worker.source(partition).get("condition")


def test_a_partition_that_does_not_move_while_another_does_is_stuck(launch: Launch) -> None:
    """A transaction that is left open holds up everybody who reads what is committed."""
    worker = launch(f"set=6:{SOURCE}STUCK_SECONDS")
    worker.until_ready()
    hanging = ck.Producer(
        {"bootstrap.servers": worker.bootstrap, "transactional.id": worker.captures, "transaction.timeout.ms": 600_000}
    )
    hanging.init_transactions()
    hanging.begin_transaction()
    hanging.produce(worker.captures, CAPTURE, partition=1)
    assert hanging.flush(10) == 0

    def is_stuck() -> bool:
        worker.produce(worker.captures, CAPTURE, partition=0)
        return condition(worker, 1) == "stuck"

    worker.until("the partition to be stuck", is_stuck)
    status, ready = worker.json("/ready")
    assert status == 503
    assert re.match(
        rf"1 sources are stuck, the first is {worker.captures}\[1\]: 1 records wait, none was read for \d+ s",
        ready["reasons"][0],
    )
    assert condition(worker, 0) == "current"
    worker.until("the line", lambda: f"{worker.captures}[1]: stuck: what waits is not read" in worker.output)
    hanging.commit_transaction(10)
    worker.until("it to go on", lambda: worker.source(1).get("position", 0) >= 1)
    worker.until("ready again", lambda: worker.get("/ready")[0] == 200)
    worker.until("its marker to be no lag", lambda: worker.source(1).get("lag") == 0)
    assert worker.stop() == 0


def test_more_than_can_be_read_is_slow_and_less_is_catching_up(launch: Launch) -> None:
    horizon = f"set=8:{SOURCE}HORIZON_SECONDS,set=1:{SOURCE}BEHIND_SECONDS"
    worker = launch(f"slow=0.4:driftline.agents.capture:CaptureService.fold,{horizon}")
    worker.until_ready()
    over = threading.Event()

    def flood() -> None:
        while not over.wait(0.2):
            worker.produce(worker.captures, CAPTURE, count=6000)

    flooding = threading.Thread(target=flood)
    flooding.start()
    try:
        worker.until("it to be slow", lambda: condition(worker, 0) == "slow")
        assert worker.get("/ready")[0] == 200, "it does its job"
        assert re.search(r"\d+ records wait; \d+ come and \d+ are read a second", worker.source(0)["why"])
    finally:
        over.set()
        flooding.join()
    worker.until("it to catch up", lambda: condition(worker, 0) == "catching_up")
    assert "slow: more comes than is read" in worker.output


def test_a_broker_that_falls_silent_is_told_and_so_is_its_return(launch: Launch, server: KafkaServer) -> None:
    worker = launch()
    worker.until_ready()
    worker.produce(worker.captures, CAPTURE, count=5)
    worker.until("the records", lambda: worker.source(0).get("lag") == 0 and worker.source(0).get("position") == 5)
    with frozen(server):
        worker.until("/ready to fail", lambda: worker.get("/ready")[0] == 503)
        _, ready = worker.json("/ready")
        assert re.match(r"Kafka has not answered for \d+ s: ", ready["reasons"][0])
        assert {one["condition"] for one in ready["sources"]} <= {"unreachable"}, "none, once the group has timed out"
        assert {one["lag"] for one in ready["sources"]} <= {None}
        worker.until("the gauges", lambda: worker.metric("driftline_kafka_up") == 0)
        place = {"topic": worker.captures, "partition": 0}
        assert worker.metric("driftline_source_condition", **place, condition="unreachable") in {1, None}
        assert worker.metric("driftline_consumer_lag_records", **place) is None
        assert worker.metric("driftline_kafka_last_answer_timestamp_seconds") is not None
        assert worker.get("/live")[0] == 200, "a restart would not help"
        assert "Kafka has not answered" in worker.get("/", "text/html")[1]
    worker.until("ready again", lambda: worker.get("/ready")[0] == 200)
    worker.produce(worker.captures, CAPTURE, count=2)
    worker.until("the records that came after", lambda: worker.source(0).get("position") == 7)
    assert worker.output.count("Kafka has not answered for") == 1
    assert worker.output.count("Kafka answers again, after") == 1
    assert worker.stop() == 0


def test_a_worker_can_be_stopped_while_the_broker_is_silent(launch: Launch, server: KafkaServer) -> None:
    worker = launch()
    worker.until_ready()
    with frozen(server):
        worker.until("/ready to fail", lambda: worker.get("/ready")[0] == 503)
        worker.process.terminate()
        assert worker.ended() == 0
    assert "stopping, though Kafka does not answer" in worker.output
