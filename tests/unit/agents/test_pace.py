"""Flushes are a second apart, and further where they are dear."""

from __future__ import annotations

import pytest

from driftline.agents.pace import LONGEST_SECONDS, SHARE, BusyTime, FlushPace


def test_the_first_is_due_at_once() -> None:
    assert FlushPace(1.0).is_due(0.0)


@pytest.mark.parametrize(
    ("seconds", "spent", "apart"),
    [(1.0, 0.01, 1.0), (1.0, 0.4, SHARE * 0.4), (1.0, 60.0, LONGEST_SECONDS), (30.0, 0.01, 30.0), (30.0, 60.0, 30.0)],
)
def test_the_next_is_due_by_what_the_last_has_cost(seconds: float, spent: float, apart: float) -> None:
    pace = FlushPace(seconds)
    pace.flushed(100.0, spent)
    assert not pace.is_due(100.0 + apart - 0.001)
    assert pace.is_due(100.0 + apart)


def test_the_turns_of_others_are_not_what_a_flush_costs() -> None:
    busy = BusyTime(100.0)
    busy.others(100.25, 101.0)
    busy.others(101.25, 103.0)
    assert busy.until(103.5) == 1.0
