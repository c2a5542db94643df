"""Workers as processes, on the embedded broker."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from driftline.broker.embedded import EmbeddedBroker
from support.watched import Watched

Launch = Callable[..., Watched]
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits too long says what for, before the test is cut short."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.timeout(400))


@pytest.fixture(scope="module")
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker() as broker:
        yield broker


@pytest.fixture
def launch(broker: EmbeddedBroker, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Launch]:
    """Starts a worker on topics of its own; ``sabotage`` names what fails in it."""
    made: list[Watched] = []

    def start(sabotage: str = "") -> Watched:
        prefix = f"h{zlib.crc32(request.node.nodeid.encode())}."
        made.append(Watched(broker.bootstrap, prefix, tmp_path, create, sabotage))
        return made[-1]

    def create(topics: dict[str, int]) -> None:
        for name, partitions in topics.items():
            broker.create_topic(name, partitions)

    yield start
    for one in made:
        one.close()
