"""Everything in this folder breaks something on a real Apache Kafka of its own, which it may stop, and then asks the oracle.

``DRIFTLINE_FAULTS_SEED`` is the seed of the first round (printed, and drawn when not given), ``DRIFTLINE_FAULTS_ROUNDS`` how
many rounds there are of each scenario. Without that number it is the short form: one round of the scenarios marked so. Without
Java or Maven everything is skipped, or fails with DRIFTLINE_REQUIRE_KAFKA=1.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.baselines import two_of_churn
from support.kafka_server import KafkaServer, KafkaUnavailableError
from support.story import Story

HERE = Path(__file__).parent
SEED = int(os.environ.get("DRIFTLINE_FAULTS_SEED") or random.randrange(1_000_000))
ALL = "DRIFTLINE_FAULTS_ROUNDS" in os.environ
ROUNDS = int(os.environ.get("DRIFTLINE_FAULTS_ROUNDS") or 1)
BROKER = {"group.min.session.timeout.ms": 1000, "log.retention.check.interval.ms": 1000}
Tell = Callable[..., Story]
StartBroker = Callable[..., KafkaServer]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.kafka)
            item.add_marker(pytest.mark.timeout(400))
    left_out = [] if ALL else [i for i in items if HERE in i.path.parents and i.get_closest_marker("short") is None]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_report_header() -> str:
    what = f"{ROUNDS} rounds of each scenario" if ALL else "the short form"
    return f"faults: DRIFTLINE_FAULTS_SEED={SEED}, {what}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(SEED, SEED + ROUNDS), ids=lambda seed: f"seed{seed}")


@pytest.fixture(scope="session")
def start_broker(tmp_path_factory: pytest.TempPathFactory) -> StartBroker:
    """Starts a broker that a test may stop; with its logs in ``data``, and with ``more`` properties."""

    def start(data: Path | None = None, **more: object) -> KafkaServer:
        try:
            return KafkaServer(tmp_path_factory.mktemp("kafka"), data=data, more={**BROKER, **more})
        except KafkaUnavailableError as error:
            if os.environ.get("DRIFTLINE_REQUIRE_KAFKA"):
                pytest.fail(str(error))
            pytest.skip(str(error))

    return start


@pytest.fixture(scope="session")
def broker(start_broker: StartBroker) -> Iterator[KafkaServer]:
    with start_broker() as one:
        yield one


@pytest.fixture(scope="session")
def baselines(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two versions of one baseline, as the command line writes them: of ordinary rows, and of rows as in minutes 10 to 13."""
    return two_of_churn(tmp_path_factory.mktemp)


@pytest.fixture
def rng(seed: int) -> random.Random:
    return random.Random(seed)


@pytest.fixture
def tell(broker: KafkaServer, baselines: list[Path], seed: int, tmp_path: Path) -> Iterator[Tell]:
    """Makes the story of a test."""
    told: list[Story] = []

    def make(kafka: KafkaServer = broker, **options: object) -> Story:
        if not kafka.is_running:
            kafka.start()
        prefix = f"test-{os.urandom(5).hex()}."
        told.append(Story(kafka.bootstrap, prefix, tmp_path, baselines[0], seed=seed, **options))  # type: ignore[arg-type]
        return told[-1]

    yield make
    for one in told:
        one.close()
