"""Schedules made, changed, started and stopped: statuses, revisions, and which windows they look at."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.contracts.control import Schedule, ScheduleAnswer, decode_schedule, encode_control
from driftline.errors import ConfigError
from driftline.schedules.changes import (
    CALENDAR,
    MAX_SPANS,
    covers,
    is_active,
    new_schedule,
    started,
    status_of,
    stopped,
    updated,
)
from driftline.schedules.execute import planned
from support.schedules import HOUR, NOON, hourly, window_of


def test_a_new_schedule_is_pending_until_a_worker_has_answered_to_its_revision() -> None:
    schedule = hourly()
    answer = ScheduleAnswer(name=schedule.name, revision=1, status="Scheduled")
    assert status_of(schedule, None) == ("Pending", "")
    assert status_of(schedule, answer) == ("Scheduled", "")
    changed = updated(schedule, NOON + 1, expression="cron(0 0 ? * * *)")
    assert changed.revision == 2
    assert changed.modified == NOON + 1
    assert status_of(changed, answer) == ("Pending", "")
    refused = ScheduleAnswer(name=schedule.name, revision=2, status="Failed", reason="no such windows")
    assert status_of(changed, refused) == ("Failed", "no such windows")
    assert status_of(stopped(changed, NOON + 2), refused) == ("Stopped", "")


steps = st.lists(st.tuples(st.sampled_from(["start", "stop", "update"]), st.integers(0, 3 * HOUR)), max_size=30)


@given(steps, st.integers(0, 60))
def test_a_window_is_covered_if_and_only_if_the_schedule_was_active_when_it_ended(
    plan: list[tuple[str, int]], hours: int
) -> None:
    """Against an oracle that replays the steps: windows that end later than a start, and no later than the next stop."""
    schedule, now, active_from, spans = hourly(), NOON, NOON, []
    begins: int | None = active_from
    for step, later in plan:
        now += later
        before = schedule
        if step == "start":
            schedule = started(schedule, now)
            begins = now if begins is None else begins
        elif step == "stop":
            schedule = stopped(schedule, now)
            spans += [] if begins is None else [(begins, now)]
            begins = None
        else:
            schedule = updated(schedule, now, endpoint=f"e{now}")
        assert schedule.revision - before.revision in {0, 1}
        assert (schedule.revision == before.revision) == (schedule == before)
    spans += [] if begins is None else [(begins, 10**15)]
    end = NOON + hours * HOUR
    assert covers(schedule, window_of(end)) == any(start < end <= stop for start, stop in spans)
    assert is_active(schedule) == (begins is not None)


def test_starts_and_stops_that_are_remembered_have_a_bound() -> None:
    schedule = hourly()
    for turn in range(3 * MAX_SPANS):
        schedule = started(stopped(schedule, NOON + 2 * turn), NOON + 2 * turn + 1)
    assert len(schedule.active) == MAX_SPANS
    assert is_active(schedule)
    assert len(encode_control(schedule)) < 10_000
    assert decode_schedule(encode_control(schedule)) == schedule


@pytest.mark.parametrize(
    ("fields", "covered"),
    [
        ({}, True),
        ({"model": "other"}, False),
        ({"version": "2"}, False),
        ({"slice": "country=fr"}, False),
        ({"label": "1m"}, False),
        ({"label": "1h/15m"}, False),
    ],
)
def test_only_windows_of_its_model_and_length_are_covered(fields: dict[str, Any], covered: bool) -> None:
    assert covers(hourly(), window_of(NOON + HOUR, **fields)) is covered


def test_a_window_that_ended_when_the_schedule_was_made_is_not_covered_unless_asked_for() -> None:
    assert not covers(hourly(), window_of(NOON))
    fields = {"model": "churn", "version": "1", "expression": "cron(0 * ? * * *)"}
    assert covers(new_schedule("past", NOON, covers_from=0, **fields), window_of(NOON))


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "expression": ({"expression": "hourly"}, "schedule expression 'hourly' cannot be used"),
    "alert": ({"alert": {"datapoints": 3, "period": 2}}, "M of N with M at most N, got 3 of 2"),
    "alert 0": ({"alert": {"datapoints": 0, "period": 2}}, r"a schedule cannot be made: .*`\$.alert.datapoints`"),
    "alert 101": ({"alert": {"datapoints": 1, "period": 101}}, r"`\$.alert.period`"),
    "type": ({"monitoring_type": "Quality"}, r"`\$.monitoring_type`"),
    "no model": ({"model": ""}, r"`\$.model`"),
    "range": ({"analysis_start": "-PT1H"}, "a range is for schedules that run NOW"),
    "NOW without range": ({"expression": "NOW"}, "needs both ends of its range"),
    "half a range": ({"expression": "NOW", "analysis_start": "-PT1H"}, "got '-PT1H' and ''"),
    "nobody's": ({"revision": 7}, "a schedule has no setting 'revision'"),
    "unknown": ({"cron": "x"}, "known are alert, analysis_end"),
}


@pytest.mark.parametrize(("fields", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused_in_words(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        hourly(**fields)
    with pytest.raises(ConfigError, match=message):
        updated(hourly(), NOON, **fields)


@pytest.mark.parametrize("name", ["", "a b", "-a", "a/b", "../x", "a" * 64, "é"])
def test_a_name_is_one_that_model_monitor_would_take(name: str) -> None:
    with pytest.raises(ConfigError, match=r"name of a schedule must match .* \(Model Monitor's rule\)"):
        new_schedule(name, NOON, model="m", version="1", expression="cron(0 * ? * * *)")


@pytest.mark.parametrize("end", [10**17, -(10**15), CALENDAR[1], CALENDAR[0] - 1])
def test_times_that_no_calendar_has_are_not_covered(end: int) -> None:
    schedule = new_schedule("past", NOON, covers_from=-(10**18), model="churn", version="1", expression="rate(1 hour)")
    assert not covers(schedule, window_of(end))


@pytest.mark.parametrize("end", [CALENDAR[0], 0, CALENDAR[1] - HOUR])
def test_times_within_the_calendar_make_a_report(end: int) -> None:
    schedule = new_schedule("past", NOON, covers_from=-(10**18), model="churn", version="1", expression="rate(1 hour)")
    assert covers(schedule, window_of(end))
    assert planned(schedule, window_of(end), ["/r"]).status == "Completed"


def test_a_range_runs_once_and_covers_no_window() -> None:
    once: Schedule = hourly(expression="NOW", analysis_start="-PT1H", analysis_end="-PT0H")
    assert not covers(once, window_of(NOON + HOUR))
