"""The own history: slots of the week, bounded, equal after a restart."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.errors import DriftlineError
from driftline.judging.volume import DEPTH, VolumeHistory, slot_of

MINUTE = 60_000
HOUR = 3_600_000
DAY = 24 * HOUR
WEEK = 7 * DAY
MARCH_29 = 1_774_742_400_000
"""2026-03-29T00:00Z, a Sunday: Berlin has no 02:00 that day."""


@pytest.mark.parametrize(
    ("start", "end", "zone", "slot", "instance"),
    [
        (4 * DAY, 4 * DAY + HOUR, "UTC", 0, 4 * DAY),  # Monday, midnight
        (4 * DAY + 90 * MINUTE, 4 * DAY + 91 * MINUTE, "UTC", 1, 4 * DAY + HOUR),  # a minute belongs to its hour
        (11 * DAY - HOUR, 11 * DAY, "UTC", 167, 11 * DAY - HOUR),
        (3 * DAY - HOUR, 3 * DAY, "Asia/Shanghai", 6 * 24 + 7, 3 * DAY - HOUR),  # Saturday 23:00Z is Sunday 07:00
        (MARCH_29, MARCH_29 + HOUR, "Europe/Berlin", 6 * 24 + 1, MARCH_29),
        (MARCH_29 + HOUR, MARCH_29 + 2 * HOUR, "Europe/Berlin", 6 * 24 + 3, MARCH_29 + HOUR),
        (MARCH_29 - HOUR, MARCH_29 + 22 * HOUR, "Europe/Berlin", 6, MARCH_29 - HOUR),  # a day of 23 hours is a day
        (MARCH_29, MARCH_29 + WEEK, "UTC", 6, MARCH_29),
    ],
)
def test_slots(start: int, end: int, zone: str, slot: int, instance: int) -> None:
    assert slot_of(start, end, zone) == (slot, instance)


def test_minutes_are_compared_with_this_hour_until_there_are_three_weeks_of_it() -> None:
    history = VolumeHistory()

    def minute(number: int) -> tuple[str, int, int, str]:
        return "1m", number * MINUTE, (number + 1) * MINUTE, "UTC"

    for number, rows in enumerate((100, 110, 90)):
        assert history.reference(*minute(number), enough=3) is None
        history.observe(*minute(number), rows)
    reference = history.reference(*minute(3), enough=3)
    assert reference is not None
    assert (reference.rows, reference.windows, reference.settled) == (100.0, 3, False)
    for week in (1, 2, 3):
        for number in range(60):
            history.observe("1m", week * WEEK + number * MINUTE, week * WEEK + (number + 1) * MINUTE, "UTC", 50 * week)
    later = 4 * WEEK + 5 * MINUTE
    reference = history.reference("1m", later, later + MINUTE, "UTC", enough=3)
    assert reference is not None
    assert (reference.rows, reference.settled) == (100.0, True)  # median of 100, 50, 100, 150
    assert reference.windows == 183


def test_a_running_hour_is_no_history_of_itself_once_there_are_weeks() -> None:
    history = VolumeHistory()
    for week in range(3):
        history.observe("1m", week * WEEK, week * WEEK + MINUTE, "UTC", 100)
    for number in range(30):
        history.observe("1m", 3 * WEEK + number * MINUTE, 3 * WEEK + (number + 1) * MINUTE, "UTC", 0)
    reference = history.reference("1m", 3 * WEEK + HOUR // 2, 3 * WEEK + HOUR // 2 + MINUTE, "UTC", enough=3)
    assert reference is not None
    assert reference.rows == 100.0


def test_memory_is_bounded() -> None:
    history = VolumeHistory()
    for hour in range(168 * (DEPTH + 3)):
        history.observe("1h", hour * HOUR, (hour + 1) * HOUR, "UTC", hour)
    assert len(history.slots) == 168
    assert {len(instances) for instances in history.slots.values()} == {DEPTH}


def test_labels_are_apart() -> None:
    history = VolumeHistory()
    history.observe("1h", 0, HOUR, "UTC", 5)
    assert history.reference("1h/15m", WEEK, WEEK + HOUR, "UTC", enough=1) is None


def test_states_of_another_version_are_refused() -> None:
    with pytest.raises(DriftlineError, match="must have version 1, got None"):
        VolumeHistory.from_state({})


@given(rows=st.lists(st.integers(0, 10**9), max_size=40), cut=st.integers(0, 40))
def test_a_restart_changes_nothing(rows: list[int], cut: int) -> None:
    whole, history = VolumeHistory(), VolumeHistory()
    for number, count in enumerate(rows):
        if number == cut:
            history = VolumeHistory.from_state(msgspec.msgpack.decode(msgspec.msgpack.encode(history.to_state())))
        for one in (whole, history):
            one.observe("6h", number * 6 * HOUR, (number + 1) * 6 * HOUR, "UTC", count)
    assert history == whole
    assert history.to_state() == whole.to_state()
