"""The broker of the compose file: a real Kafka starts with the settings that its container is given, and knows them all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from confluent_kafka.admin import AdminClient, ConfigResource

from support.kafka_server import KafkaServer, KafkaUnavailableError, free_ports

ROOT = Path(__file__).parents[2]
SERVICE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())["services"]["kafka"]
OF_THE_SCRIPTS = {"KAFKA_HEAP_OPTS"}
"""What the image's start script takes for itself; every other KAFKA_A_B becomes the property a.b."""


def properties() -> dict[str, str]:
    given = {name: str(value) for name, value in SERVICE["environment"].items() if name not in OF_THE_SCRIPTS}
    return {
        name.removeprefix("KAFKA_").lower().replace("_", "."): value
        for name, value in given.items()
        if name.startswith("KAFKA_")
    }


def test_kafka_starts_with_the_settings_of_the_compose_file(tmp_path: Path) -> None:
    host, containers, controller = free_ports(3)
    moved = {
        "9092": str(host),
        "19092": str(containers),
        "29093": str(controller),
    }
    given = properties()
    for name in ("listeners", "advertised.listeners", "controller.quorum.voters"):
        for old, new in moved.items():
            given[name] = given[name].replace(f":{old}", f":{new}")
        given[name] = given[name].replace("kafka:", "127.0.0.1:").replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - what it was
    given["log.dirs"] = str(tmp_path / "data")
    try:
        server = KafkaServer(tmp_path, more=given, port=host)
    except KafkaUnavailableError as error:
        if os.environ.get("DRIFTLINE_REQUIRE_KAFKA"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    with server:
        admin = AdminClient({"bootstrap.servers": f"127.0.0.1:{host}"})
        (answer,) = admin.describe_configs([ConfigResource(ConfigResource.Type.BROKER, "1")]).values()
        in_force = {name: entry.value for name, entry in answer.result(60).items()}
    assert {name: in_force.get(name) for name in given} == given
