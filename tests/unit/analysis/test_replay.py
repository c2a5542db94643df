"""A replay says what the workers have said, byte for byte, whatever the clock, the crashes and the other models did to them."""

from __future__ import annotations

import random

import pytest

from driftline.analysis.moments import Span
from support import replayed
from support.replayed import START

MINUTE = 60_000


@pytest.mark.parametrize("seed", range(3))
def test_a_replay_of_everything_is_equal(seed: int) -> None:
    rng = random.Random(seed)
    job = replayed.live(rng)
    told = replayed.told_by(job, "a")
    result = replayed.replayed(job, Span(START - 60 * MINUTE, START + 60 * MINUTE), told, rng)
    found = replayed.compared(job, result, told)
    assert found.different == ()
    assert (found.equal_windows, found.untold) == (len(told.records), 0)
    assert found.equal_windows > 10


@pytest.mark.parametrize("seed", range(25))
def test_a_replay_of_a_part_is_equal(seed: int) -> None:
    rng = random.Random(seed)
    job = replayed.live(rng)
    told = replayed.told_by(job, "a")
    begin = START + rng.randint(0, 18) * MINUTE + rng.choice([0, 0, 12_345])
    result = replayed.replayed(job, Span(begin, begin + rng.randint(1, 9) * MINUTE), told, rng)
    found = replayed.compared(job, result, told)
    assert found.different == ()
    assert found.untold == 0
