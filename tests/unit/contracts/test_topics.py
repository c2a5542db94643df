"""The table of topics."""

from __future__ import annotations

import pytest

from driftline.contracts.topics import TOPICS, topic
from driftline.errors import ConfigError


def test_every_topic_is_there_once() -> None:
    assert [spec.name for spec in TOPICS] == [
        "captures",
        "labels",
        "partials",
        "snapshots",
        "baselines",
        "control",
        "executions",
        "statistics",
        "violations",
        "decisions",
        "deadletter",
    ]


def test_settings_are_kafka_settings() -> None:
    assert topic("violations").config == {"cleanup.policy": "delete", "retention.ms": "2592000000"}
    assert topic("baselines").config == {"cleanup.policy": "compact", "retention.ms": "-1"}
    assert topic("deadletter").full_name("acme.") == "acme.deadletter"
    assert [spec.name for spec in TOPICS if not spec.owned] == ["captures", "labels"]


def test_unknown_topics_are_named_in_the_error() -> None:
    with pytest.raises(ConfigError, match="captures, labels"):
        topic("nope")
