"""Ranges as people type them: relative to now, absolute, and what is neither."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.analysis.moments import Span, moment, parse_offset, span_of
from driftline.errors import ConfigError

NOW = 1_763_700_000_000
HOUR = 3_600_000


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 5000))
def test_a_duration_is_the_sum_of_its_parts(weeks: int, days: int, hours: int, minutes: int, seconds: int) -> None:
    text = f"P{weeks}W{days}DT{hours}H{minutes}M{seconds}S"
    expected = ((weeks * 7 + days) * 24 * 3600 + hours * 3600 + minutes * 60 + seconds) * 1000
    assert parse_offset(text) == expected
    assert parse_offset("-" + text) == -expected


@pytest.mark.parametrize("text", ["PT", "P", "", "1H", "PT1", "P1H", "PT1D", "P-1D", "P1M", "-P1Y", "PT1H ago", "P٣D"])
def test_what_is_no_duration_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(ConfigError, match="expected an ISO 8601 duration such as -PT1H"):
        parse_offset(text)


def test_months_are_refused_by_name() -> None:
    with pytest.raises(ConfigError, match="no fixed length: say days"):
        moment("-P1M", NOW, "--start")


def test_the_last_hour_as_model_monitor_writes_it() -> None:
    assert span_of("-PT1H", "-PT0H", NOW) == Span(NOW - HOUR, NOW)
    assert span_of(None, "PT0H", NOW) == Span(0, NOW)
    assert span_of("-pt1h", None, NOW) == Span(NOW - HOUR, NOW)
    assert span_of(None, None, NOW) is None


def test_absolute_times_are_utc_unless_they_say_otherwise() -> None:
    same = [
        "2025-11-21T04:40:00Z",
        "2025-11-21T04:40",
        "2025-11-21 05:40+01:00",
        "1763700000000",
        "2025-11-21T04:40:00.000",
    ]
    assert {moment(text, 0, "--start") for text in same} == {NOW}


@pytest.mark.parametrize(("start", "end"), [("-PT0H", "-PT1H"), ("-PT1H", "-PT1H"), ("2026-01-01", "2025-01-01")])
def test_an_empty_range_is_refused(start: str, end: str) -> None:
    with pytest.raises(ConfigError, match="--start must be before --end"):
        span_of(start, end, NOW)


@pytest.mark.parametrize("text", ["yesterday", "2025-13-01", "-P9999999W", "999999999999999", "nan", "PT1e3S"])
def test_what_is_no_time_names_the_option(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^--end must be a duration from now .* got "):
        moment(text, NOW, "--end")
