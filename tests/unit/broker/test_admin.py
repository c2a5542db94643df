from __future__ import annotations

from collections.abc import Iterator

import pytest

from driftline.broker.admin import Admin, TopicPlan
from driftline.broker.embedded import EmbeddedBroker
from driftline.broker.producer import DurableProducer
from driftline.broker.settings import connecting, producing
from driftline.config import KafkaConfig
from driftline.errors import BrokerError, ConfigError


@pytest.fixture(scope="module")
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker({"a": 3, "b": 1}) as started:
        yield started


@pytest.fixture
def kafka(broker: EmbeddedBroker) -> KafkaConfig:
    return KafkaConfig(bootstrap=broker.bootstrap)


@pytest.fixture
def admin(kafka: KafkaConfig) -> Admin:
    return Admin(connecting(kafka, "test"))


def test_topics_are_found_with_their_partitions(admin: Admin) -> None:
    found = admin.partitions()
    assert (found["a"], found["b"]) == (3, 1)


def test_a_topic_made_anew_has_another_identity(broker: EmbeddedBroker, admin: Admin) -> None:
    broker.create_topic("again", 2)
    first = admin.describe(["again", "absent"])
    broker.delete_topic("again")
    broker.create_topic("again", 4)
    second = admin.describe(["again"])
    assert set(first) == {"again"}
    assert (first["again"].partitions, second["again"].partitions) == (2, 4)
    assert first["again"].topic_id != second["again"].topic_id
    assert admin.describe([]) == {}


def test_names_and_partitions_are_checked(admin: Admin) -> None:
    plans = [TopicPlan("a", 4), TopicPlan("b", 1, {"cleanup.policy": "compact"}), TopicPlan("c", 1)]
    assert admin.check(plans, settings=False) == [
        "topic c does not exist",
        "topic a has 3 partitions, at least 4 expected",
    ]


def test_ends_are_counted(kafka: KafkaConfig, admin: Admin) -> None:
    producer = DurableProducer(producing(kafka))
    for _ in range(3):
        producer.send("b", b"x", partition=0)
    producer.flush()
    assert admin.beginnings("b", [0]) == {0: 0}
    assert admin.ends("b", [0]) == {0: 3}
    assert admin.ends("b", []) == {}


def test_nobody_there_is_said_with_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("driftline.broker.admin.TIMEOUT_SECONDS", 0.3)
    admin = Admin(connecting(KafkaConfig(bootstrap="127.0.0.1:9"), "test"))
    with pytest.raises(BrokerError, match=r"Kafka at 127\.0\.0\.1:9 does not answer"):
        admin.partitions()


def test_a_setting_that_does_not_exist_is_said_by_name() -> None:
    with pytest.raises(ConfigError, match=r"cannot be set up: .*no\.such\.setting"):
        Admin(connecting(KafkaConfig(client={"no.such.setting": "1"}), "test"))
