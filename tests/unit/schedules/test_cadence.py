"""Schedule expressions: the windows that each names, when they end, and what is refused in which words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.errors import ConfigError
from driftline.schedules.cadence import parse_cadence
from driftline.schedules.expressions import daily, daily_every_x_hours, hourly, now
from driftline.windows.spec import Window
from driftline.windows.stamp import utc

HOUR_MS = 3_600_000

GOLDEN = {
    # Model Monitor's own: hourly, daily, every x hours
    "cron(0 * ? * * *)": ("1h", ["01:00", "02:00", "03:00"]),
    "cron(0 0 ? * * *)": ("1d", ["2T00:00", "3T00:00", "4T00:00"]),
    "cron(0 12 ? * * *)": ("1d/12h", ["12:00", "2T12:00", "3T12:00"]),
    "cron(0 23 ? * * *)": ("1d/1h", ["23:00", "2T23:00", "3T23:00"]),
    "cron(0 0/2 ? * * *)": ("2h", ["02:00", "04:00", "06:00"]),
    "cron(0 0/6 ? * * *)": ("6h", ["06:00", "12:00", "18:00"]),
    "cron(0 17/12 ? * * *)": ("12h/1h", ["05:00", "17:00", "2T05:00"]),
    "cron(0 3/24 ? * * *)": ("1d/3h", ["03:00", "2T03:00", "3T03:00"]),
    "cron(0 0/5 ? * * *)": ("5h/1h", ["05:00", "10:00", "15:00", "20:00", "2T00:00", "2T05:00"]),
    # finer and wider than there
    "cron(0/5 * ? * * *)": ("5m", ["00:05", "00:10", "00:15"]),
    "cron(0/1 * * * ? *)": ("1m", ["00:01", "00:02", "00:03"]),
    "cron(15 * ? * * *)": ("1h/15m", ["00:15", "01:15", "02:15"]),
    "cron(30 9 ? * * *)": ("1d/30m", ["09:30", "2T09:30", "3T09:30"]),
    "cron(0 6 ? * FRI *)": ("7d/6h", ["2T06:00", "9T06:00"]),  # 2026-01-02 is a Friday
    "cron(0 0 ? * MON *)": ("7d", ["5T00:00", "12T00:00"]),
    "rate(5 minutes)": ("5m", ["00:05", "00:10", "00:15"]),
    "rate(1 hour)": ("1h", ["01:00", "02:00", "03:00"]),
    "rate(6 hours)": ("6h", ["06:00", "12:00", "18:00"]),
    "rate(1 day)": ("1d", ["2T00:00", "3T00:00"]),
    "rate(7 days)": ("7d", ["5T00:00", "12T00:00"]),
}


def at(text: str) -> int:
    day, _, time = text.rpartition("T")
    hour, minute = map(int, time.split(":"))
    return int(datetime(2026, 1, int(day or 1), hour, minute, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(("expression", "expected"), GOLDEN.items(), ids=GOLDEN)
def test_an_expression_is_aligned_windows_and_their_ends(expression: str, expected: tuple[str, list[str]]) -> None:
    label, ends = expected
    cadence = parse_cadence(expression)
    assert cadence.label == label
    found = cadence.ends(at("00:00"), at("28T00:00"), "UTC")
    assert [next(found) for _ in ends] == [at(end) for end in ends]


REFUSED = {
    "": "six fields",
    "@hourly": "six fields",
    "cron(0 * * * *)": "six fields",
    "NOW": "runs once",
    "cron(0 0 1 * ? *)": "day of month, month and year",
    "cron(0 0 ? 1 * *)": "day of month, month and year",
    "cron(0 0 ? * * 2026)": "day of month, month and year",
    "cron(0 24 ? * * *)": "hour must be .* got '24'",
    "cron(60 * ? * * *)": "minute must be .* got '60'",
    "cron(0 1,2 ? * * *)": "hour must be .* got '1,2'",
    "cron(0 1-5 ? * * *)": "hour must be .* got '1-5'",
    "cron(0 0/0 ? * * *)": "hour must be .* got '0/0'",
    "cron(0 0/25 ? * * *)": "hour must be .* got '0/25'",
    "cron(0/7 * ? * * *)": "must divide the hour",
    "cron(0/5 9 ? * * *)": "must divide the hour",
    "cron(0 0 ? * MON-FRI *)": "day of week must be",
    "cron(0 * ? * MON *)": "one moment of the day",
    "rate(7 minutes)": "must divide the hour",
    "rate(0 hours)": "must divide the hour",
    "rate(5 weeks)": "six fields",
    "cron(０ * ? * * *)": "minute must be",
}


@pytest.mark.parametrize(("expression", "reason"), REFUSED.items(), ids=REFUSED)
def test_what_has_no_aligned_windows_is_refused_in_words(expression: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        parse_cadence(expression)


def test_a_refusal_names_the_forms_that_there_are() -> None:
    with pytest.raises(ConfigError, match=r"hourly cron\(0 \* \? \* \* \*\), daily .* once NOW"):
        parse_cadence("every hour")


@given(st.integers(0, 23), st.integers(1, 24), st.integers(0, 10**12))
def test_an_interval_that_divides_the_day_covers_every_instant_once(hour: int, interval: int, ts: int) -> None:
    cadence = parse_cadence(f"cron(0 {hour}/{interval} ? * * *)")
    spec = cadence.spec("UTC")
    covered = [window for window in spec.windows_of(ts) if cadence.covers(window, "UTC")]
    assert all(window.end - window.start == interval * HOUR_MS for window in covered)
    if 24 % interval == 0:
        assert len(covered) == 1
        assert (utc(covered[0].end).hour - hour) % interval == 0
    else:
        assert len(covered) >= 1, "windows overlap where an interval does not divide the day, and leave nothing out"


@given(
    st.sampled_from(sorted(GOLDEN)),
    st.integers(0, 4 * 10**12),
    st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata"]),
)
def test_the_next_end_is_the_first_one_after(expression: str, after: int, timezone: str) -> None:
    cadence = parse_cadence(expression)
    end = cadence.next_end(after, timezone)
    assert end > after
    assert cadence.covers(cadence.spec(timezone).window_ending(end), timezone)
    assert list(cadence.ends(after, end, timezone)) == [end]


def test_hours_are_those_of_the_models_clock_also_when_it_is_changed() -> None:
    at_two = parse_cadence("cron(0 2 ? * * *)")
    noon = int(datetime(2026, 3, 28, 12, tzinfo=UTC).timestamp() * 1000)
    skipped = at_two.next_end(noon, "Europe/Berlin")
    assert utc(skipped) == datetime(2026, 3, 29, 1, tzinfo=UTC), (
        "02:00 is skipped that night: the instant it would have been"
    )
    autumn = int(datetime(2026, 10, 24, 12, tzinfo=UTC).timestamp() * 1000)
    twice = list(at_two.ends(autumn, autumn + 24 * HOUR_MS, "Europe/Berlin"))
    assert [utc(end) for end in twice] == [datetime(2026, 10, 25, 0, tzinfo=UTC)], (
        "02:00 is shown twice: the first time"
    )


def test_every_hour_is_covered_in_the_night_that_has_one_more() -> None:
    hourly = parse_cadence("cron(0 * ? * * *)")
    begin = int(datetime(2026, 10, 24, 22, tzinfo=UTC).timestamp() * 1000)
    assert len(list(hourly.ends(begin, begin + 25 * HOUR_MS, "Europe/Berlin"))) == 25


def test_other_windows_of_the_same_length_are_not_covered() -> None:
    daily = parse_cadence("cron(0 6 ? * * *)")
    assert daily.covers(Window(at("1T06:00"), at("2T06:00")), "UTC")
    assert not daily.covers(Window(at("1T12:00"), at("2T12:00")), "UTC")


@given(st.integers(0, 23), st.integers(1, 24))
def test_whatever_the_generator_makes_is_understood(hour: int, interval: int) -> None:
    assert parse_cadence(daily(hour)).marks == (hour * 60,)
    every = parse_cadence(daily_every_x_hours(interval, hour))
    assert every.length == interval * 60
    assert hour * 60 in every.marks
    assert parse_cadence(hourly()).label == "1h"
    assert now() == "NOW"


@pytest.mark.parametrize(("hour", "interval"), [(24, 1), (-1, 1), (0, 0), (0, 25), (0, 1.5), (True, 1), ("1", 1)])
def test_hours_that_there_are_not_are_refused(hour: int, interval: int) -> None:
    with pytest.raises(ConfigError, match="must be a whole number from"):
        daily_every_x_hours(interval, hour)
