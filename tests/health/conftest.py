"""Workers as processes, on the embedded broker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from driftline.broker.embedded import EmbeddedBroker
from support.watched import Watched

Launch = Callable[..., Watched]


@pytest.fixture(scope="module")
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker() as broker:
        yield broker


@pytest.fixture
def launch(broker: EmbeddedBroker, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Launch]:
    """Starts a worker on topics of its own; ``sabotage`` names what fails in it."""
    made: list[Watched] = []

    def start(sabotage: str = "") -> Watched:
        made.append(Watched(broker, f"h{abs(hash(request.node.nodeid)) % 10**9}.", tmp_path, sabotage))
        return made[-1]

    yield start
    for one in made:
        one.close()
