"""Random schedules of crashes, zombies, retention, growing and new topics, baselines and idleness: nothing lost or doubled.

DRIFTLINE_PROTOCOL_SEEDS=2000:12000 plays other seeds than the usual ones (about 0.05 s each).
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from protocol.runner import run

FIRST, LAST = (int(part) for part in os.environ.get("DRIFTLINE_PROTOCOL_SEEDS", "0:120").split(":"))
CHUNK = max(20, (LAST - FIRST) // 100)


@pytest.mark.parametrize("first", range(FIRST, LAST, CHUNK))
def test_whatever_happens_every_window_is_told_once_and_right(first: int) -> None:
    for seed in range(first, min(first + CHUNK, LAST)):
        try:
            run(seed)
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise


@pytest.mark.slow
def test_long_schedules() -> None:
    for seed in range(20_000, 20_040):
        run(seed, length=600)


def test_the_schedules_reach_every_rule_of_the_log() -> None:
    """A runner that never provokes a rule would prove nothing of it."""
    seen: Counter[tuple[str, str]] = Counter()
    facts: Counter[str] = Counter()
    repeated = 0
    wanted = {
        ("Claim", "counted"),
        ("Claim", "stale"),
        ("Birth", "counted"),
        ("Delta", "counted"),
        ("Delta", "zombie"),
        ("Delta", "unaware"),
        ("Idle", "counted"),
        ("Gap", "counted"),
        ("Retire", "counted"),
        ("BaselineInForce", "counted"),
        ("BaselineInForce", "duplicate"),
        ("VerdictClaim", "counted"),
        ("Trim", "counted"),
        ("Trim", "zombie"),
    }
    for seed in range(200):
        world = run(seed)
        seen.update((type(record).__name__, outcome.value) for record, outcome in world.told)
        facts.update(fact.kind for fact in world.god.facts)
        repeated += world.sent - len(world.out)
        if wanted <= seen.keys() and {"gap", "idle", "retire"} <= facts.keys() and repeated:
            return
    pytest.fail(f"never reached: {wanted - seen.keys()}, {facts}, {repeated} results sent twice")
