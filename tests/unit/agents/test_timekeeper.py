"""Sources that are far ahead wait for the others; the slowest waits for nobody, not even for its own deltas."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from driftline.agents.timekeeper import Timekeeper
from driftline.contracts.log import Source
from driftline.engine.ledger import LogState
from driftline.engine.standing import SourceState
from driftline.windows.watermark import NO_TIME

AHEAD = 1_000
"""How far a source may be ahead of the slowest."""


class Pauses:
    """Takes the place of the fetcher."""

    def __init__(self) -> None:
        self.paused: dict[int, bool] = {}

    def pause(self, _topic: str, partition: int, *, paused: bool) -> None:
        self.paused[partition] = paused


def held_back(logged: list[int], folded: dict[int, int | None], idle: int | None = None) -> list[int]:
    """Which partitions are held back; ``folded`` are the watermarks of our own, ``logged`` those of all as the log has them."""
    sources = [Source("t", "life", partition) for partition in range(len(logged))]
    states = {
        source: SourceState(watermark=logged[source.partition], idle=source.partition == idle) for source in sources
    }
    context: Any = SimpleNamespace(log=SimpleNamespace(state=LogState(sources=states)), alignment_ms=AHEAD)
    readings: Any = {
        ("t", partition): SimpleNamespace(
            task=SimpleNamespace(
                source=sources[partition], fold=None if watermark is None else SimpleNamespace(watermark=watermark)
            )
        )
        for partition, watermark in folded.items()
    }
    pauses: Any = Pauses()
    Timekeeper(context, pauses, SimpleNamespace()).align(readings)  # type: ignore[arg-type]
    return [partition for partition, paused in pauses.paused.items() if paused]


@pytest.mark.parametrize(
    ("logged", "folded", "idle", "expected"),
    [
        ([0, 0], {0: 900, 1: 1_000}, None, []),
        ([0, 0], {0: 0, 1: 1_001}, None, [1]),
        ([0, 0], {0: 5_000, 1: 5_500}, None, []),  # neither is ahead of the other: the log is behind both
        ([0, 2_000], {0: 1_500}, None, []),  # the slowest has folded more than the log knows
        ([0, 2_000], {1: 2_000}, None, [1]),  # another worker's is far behind, as far as anybody knows
        ([NO_TIME, 0], {1: 5_000}, None, []),  # one that has not been heard of holds nobody back
        ([0, 2_000], {1: 2_000}, 0, []),  # nor does an idle one
        ([0], {0: 9_000}, None, []),
        ([0, 0], {0: None, 1: 1_001}, None, [1]),
    ],
)
def test_who_is_held_back(
    logged: list[int], folded: dict[int, int | None], idle: int | None, expected: list[int]
) -> None:
    assert held_back(logged, folded, idle) == expected
