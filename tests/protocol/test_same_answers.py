"""A result is a function of the topic and the baseline: not of workers, shards, batches, flushes, crashes or who came first."""

from __future__ import annotations

from random import Random

import pytest

from protocol.runner import WEIGHTS
from protocol.world import World

FAULTS = (
    "capture",
    "pump",
    "land",
    "assign",
    "spawn",
    "kill",
    "revoke",
    "judge",
    "overrule",
    "drop",
    "read",
    "snapshot",
    "watch",
)


def filled(seed: int, shards: int) -> World:
    """Two baselines in force from the beginning, and everything already sent."""
    world, rng = World(3, shards), Random(seed)
    world.do_baseline(0, 1, 4)
    world.do_baseline(1, 2, 4)
    for _ in range(80):
        world.do_event(rng.randrange(1000), rng.randrange(1000), rng.randrange(1000))
    for source in range(4):
        world.do_burst(source, rng.randrange(1000), rng.randrange(1000))
    return world


def answers(seed: int, path: int) -> dict[tuple[str, ...], bytes]:
    """What is said when the same records are worked on along another path, without anybody declaring idleness."""
    world, rng = filled(seed, 1 + path % 3), Random(path)
    if path:
        for name in rng.choices(FAULTS, [WEIGHTS[name] for name in FAULTS], k=150):
            a, b, c = rng.randrange(1000), rng.randrange(1000), rng.randrange(1000)
            if name == "capture" and b % 10 == 9:
                b -= 1
            if name == "pump" and c % 11 == 10:
                c -= 1
            world.act(name, a, b, c)
    world.finish(path)
    return world.out


@pytest.mark.parametrize("seed", range(3))
def test_every_path_leads_to_the_same_bytes(seed: int) -> None:
    straight = answers(seed, 0)
    assert sum(identity[0] == "event" for identity in straight), "some windows must breach"
    for path in range(1, 5):
        assert answers(seed, path) == straight, f"path {path}"
