"""Random schedules from a seed: mostly calm work, now and then everything that can go wrong."""

from __future__ import annotations

from random import Random

from protocol.world import World

WEIGHTS = {
    "event": 16,
    "burst": 2,
    "pump": 16,
    "capture": 34,
    "land": 14,
    "read": 11,
    "snapshot": 8,
    "watch": 3,
    "assign": 4,
    "spawn": 2,
    "kill": 1,
    "revoke": 1,
    "judge": 4,
    "overrule": 0.7,
    "drop": 0.8,
    "baseline": 2.5,
    "retention": 0.8,
    "shapes": 1,
    "grow": 0.25,
    "recreate": 0.15,
    "jump": 0.3,
}


def schedule(seed: int, length: int = 120) -> list[tuple[str, int, int, int]]:
    """A seed's actions; three runs in four start with a working system."""
    rng = Random(seed)
    begun = [
        ("spawn", 0, 0, 0),
        *(("judge", shard, 0, 0) for shard in range(3)),
        *(("assign", 0, place, 0) for place in range(3)),
    ]
    names, weights = list(WEIGHTS), list(WEIGHTS.values())
    chosen = rng.choices(names, weights, k=rng.choice((length // 2, length, 2 * length)))
    actions = [(name, rng.randrange(1000), rng.randrange(1000), rng.randrange(1000)) for name in chosen]
    return (begun if seed % 4 else []) + actions


def run(seed: int, world_class: type[World] = World, length: int = 120) -> World:
    """Play a seed's schedule to its end and compare everything."""
    world = world_class(partitions=1 + seed % 3, shards=1 + seed % 4 % 3)
    for action in schedule(seed, length):
        world.act(*action)
    world.finish(seed)
    return world
