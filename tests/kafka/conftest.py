"""Everything in this folder runs against a real Apache Kafka: one is started for the run, or DRIFTLINE_TEST_BOOTSTRAP is used.

Where none can be had the tests are skipped, and say why; with DRIFTLINE_REQUIRE_KAFKA=1 they fail instead.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from driftline.broker.admin import Admin
from driftline.broker.settings import connecting
from driftline.config import KafkaConfig
from support.kafka_server import KafkaServer, KafkaUnavailableError

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.kafka)


@pytest.fixture(scope="session")
def bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    given = os.environ.get("DRIFTLINE_TEST_BOOTSTRAP")
    if given:
        yield given
        return
    try:
        server = KafkaServer(tmp_path_factory.mktemp("kafka"))
    except KafkaUnavailableError as error:
        if os.environ.get("DRIFTLINE_REQUIRE_KAFKA"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    with server:
        yield server.bootstrap


@pytest.fixture(scope="session")
def kafka(bootstrap: str) -> KafkaConfig:
    return KafkaConfig(bootstrap=bootstrap)


@pytest.fixture(scope="session")
def admin(kafka: KafkaConfig) -> Admin:
    return Admin(connecting(kafka, "test"))


@pytest.fixture
def unique() -> str:
    """A prefix for topics and groups that no other test, and no earlier run on the same cluster, has."""
    return f"test-{uuid.uuid4().hex[:12]}."
