from __future__ import annotations

from collections.abc import Callable

import confluent_kafka as ck
import pytest

from driftline.broker.settings import LOG, Settings, connecting, fetching, following, joining, producing, replaying
from driftline.config import KafkaConfig
from driftline.config.load import OURS

KAFKA = KafkaConfig(
    bootstrap="b:1",
    client={"sasl.username": "me", "client.id": "mine"},
    consumer={"fetch.wait.max.ms": "7", "auto.offset.reset": "latest"},
    producer={"linger.ms": "9", "acks": "0"},
)
READERS: list[Callable[[KafkaConfig], Settings]] = [fetching, following, replaying, lambda kafka: joining(kafka, "g")]


@pytest.mark.parametrize("make", READERS)
def test_readers_take_the_users_settings_but_never_lose_events(make: Callable[[KafkaConfig], Settings]) -> None:
    settings = make(KAFKA)
    assert settings["bootstrap.servers"] == "b:1"
    assert (settings["sasl.username"], settings["client.id"], settings["fetch.wait.max.ms"]) == ("me", "mine", "7")
    assert settings["auto.offset.reset"] == "error"
    assert settings["enable.auto.commit"] is False
    assert settings["enable.auto.offset.store"] is False
    assert "linger.ms" not in settings


def test_the_producer_is_durable_whatever_the_user_says() -> None:
    settings = producing(KAFKA)
    assert (settings["linger.ms"], settings["acks"], settings["enable.idempotence"]) == ("9", "all", True)
    assert "fetch.wait.max.ms" not in settings


def test_all_members_use_one_assignor() -> None:
    settings = joining(KAFKA, "workers")
    assert (settings["group.id"], settings["partition.assignment.strategy"]) == ("workers", "roundrobin")


def test_what_the_configuration_refuses_is_what_is_fixed_here() -> None:
    fixed: set[str] = set()
    everything = dict.fromkeys(OURS, "theirs")
    kafka = KafkaConfig(client=everything, consumer=everything, producer=everything)
    for settings in (producing(kafka), joining(kafka, "g"), fetching(kafka)):
        fixed |= {name for name in OURS if settings[name] != "theirs"}
    # refused as well, since an idempotent producer needs none
    assert fixed == OURS - {"transactional.id"}


@pytest.mark.parametrize("make", [*READERS, producing])
def test_librdkafka_knows_every_setting(make: Callable[[KafkaConfig], Settings]) -> None:
    client = ck.Producer if make is producing else ck.Consumer
    made = client(make(KafkaConfig()))
    if isinstance(made, ck.Consumer):
        made.close()


def test_connecting_is_enough_for_an_admin() -> None:
    assert connecting(KafkaConfig(), "x")["client.id"] == "driftline-x"


def test_a_log_line_is_said_once_in_ten_seconds(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger=LOG.name):
        for attempt in range(5):
            LOG.error("unit test: no connection to %s (after %dms in state CONNECT)", "b:1", attempt)
        LOG.error("unit test: no connection to b:2 (after 1ms in state CONNECT)")
    assert [record.getMessage().split(" (")[0] for record in caplog.records] == [
        "unit test: no connection to b:1",
        "unit test: no connection to b:2",
    ]
