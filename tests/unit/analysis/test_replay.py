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


@pytest.mark.parametrize("seed", range(20))
def test_a_replay_of_a_part_is_equal(seed: int) -> None:
    rng = random.Random(seed)
    job = replayed.live(rng)
    told = replayed.told_by(job, "a")
    begin = START + rng.randint(0, 18) * MINUTE + rng.choice([0, 0, 12_345])
    result = replayed.replayed(job, Span(begin, begin + rng.randint(1, 9) * MINUTE), told, rng)
    found = replayed.compared(job, result, told)
    assert found.different == ()
    assert found.untold == 0


@pytest.mark.parametrize("seed", range(8))
def test_a_replay_by_model_monitors_rules_is_equal(seed: int) -> None:
    rng = random.Random(seed)
    job = replayed.live(rng, rules=replayed.RULES)
    told = replayed.told_by(job, "a")
    begin = START + rng.randint(0, 12) * MINUTE
    result = replayed.replayed(job, Span(begin, begin + 8 * MINUTE), told, rng)
    found = replayed.compared(job, result, told)
    assert found.different == ()
    assert found.equal_windows > 0
    assert bool(result.lines) == result.violated


def test_without_what_the_clock_refused_it_is_different_and_says_in_what() -> None:
    different: list[str] = []
    for seed in range(6):
        rng = random.Random(seed)
        job = replayed.live(rng)
        told = replayed.told_by(job, "a")
        span = Span(START - 60 * MINUTE, START + 60 * MINUTE)
        result = replayed.replayed(job, span, told, rng, with_letters=False)
        different += replayed.compared(job, result, told).different
    assert any("rows and has" in line for line in different)


@pytest.mark.parametrize("seed", range(3))
def test_captures_that_are_gone_make_their_windows_unknown_and_no_others(seed: int) -> None:
    rng = random.Random(seed)
    job = replayed.live(rng)
    told = replayed.told_by(job, "a")
    low = min(len(records) for records in job.records) // 2
    result = replayed.replayed(job, Span(START - 60 * MINUTE, START + 60 * MINUTE), told, rng, low=low)
    assert len(result.windows) == len(told.records)
    for window in result.windows:
        statistics = window.statistics
        record = told.by_key[statistics.window.label, (statistics.window.start, statistics.window.end)]  # type: ignore[index]
        gone = any(first < min(low, end) for first, end in record.ranges.values())
        assert (not statistics.ledger.complete) == gone
        assert not gone or statistics.state == "UNKNOWN"
    assert all("the topic no longer holds these offsets" in note for note in result.notes)
    assert result.notes
