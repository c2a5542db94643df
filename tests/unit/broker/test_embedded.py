from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import confluent_kafka as ck
import pytest
from confluent_kafka.admin import AdminClient

from driftline.broker.embedded import EmbeddedBroker
from driftline.errors import BrokerError


@pytest.fixture(scope="module")
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker({"a": 3, "with.dots-and_1": 1}) as started:
        yield started


def partitions(broker: EmbeddedBroker) -> dict[str, int]:
    metadata = AdminClient({"bootstrap.servers": broker.bootstrap, "log_level": 0}).list_topics(timeout=30)
    return {name: len(topic.partitions) for name, topic in metadata.topics.items()}


def is_alive(pid: int) -> bool:
    """Neither gone nor a zombie that nobody reaps (the first process of a container may not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until_gone(pid: int, seconds: float = 60.0) -> bool:
    deadline = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_alive(pid)


def test_topics_have_the_partitions_asked_for(broker: EmbeddedBroker) -> None:
    found = partitions(broker)
    assert (found["a"], found["with.dots-and_1"]) == (3, 1)


def test_topics_can_be_made_and_deleted_while_it_runs(broker: EmbeddedBroker) -> None:
    broker.create_topic("later", 2)
    assert partitions(broker)["later"] == 2
    with pytest.raises(BrokerError, match="topic 'later' could not be created"):
        broker.create_topic("later", 2)
    broker.delete_topic("later")
    assert "later" not in partitions(broker)
    with pytest.raises(BrokerError, match="topic 'later' could not be deleted"):
        broker.delete_topic("later")


def test_what_is_produced_is_consumed(broker: EmbeddedBroker) -> None:
    producer = ck.Producer({"bootstrap.servers": broker.bootstrap, "enable.idempotence": True})
    for number in range(10):
        producer.produce("a", str(number).encode(), partition=1)
    assert producer.flush(10) == 0
    consumer = ck.Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "g", "auto.offset.reset": "error"})
    consumer.assign([ck.TopicPartition("a", 1, 0)])
    messages = []
    while len(messages) < 10:
        messages += consumer.consume(10, 5)
    consumer.close()
    assert [message.value() for message in messages] == [str(number).encode() for number in range(10)]


def test_it_stops_when_closed_and_closing_twice_is_fine() -> None:
    broker = EmbeddedBroker()
    broker.close()
    assert not is_alive(broker.pid)
    broker.close()
    with pytest.raises((BrokerError, ValueError)):
        broker.create_topic("late", 1)


def test_it_dies_with_a_parent_that_is_killed() -> None:
    code = (
        "from driftline.broker.embedded import EmbeddedBroker; import time; "
        "print(EmbeddedBroker().pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_alive(pid)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    assert wait_until_gone(pid)


def test_the_module_speaks_lines_of_json() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "driftline.broker.embedded", "--topic", "t:2"],
        input='{"create": "t", "partitions": 1}\nnonsense\n{"create": "u", "partitions": 1}\n',
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
    )
    address, twice, nonsense, created = map(json.loads, done.stdout.splitlines())
    assert address["bootstrap"].startswith("127.0.0.1:")
    assert "could not be created" in twice["error"]
    assert "error" in nonsense
    assert created == {"done": True}
    assert done.stderr == ""
