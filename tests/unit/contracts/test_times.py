"""Event times: what is read, what is refused and why, and that batches are read as single values are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.contracts.times import MAX_MS, Faults, Longs, event_time, event_times
from driftline.errors import ContractError

zones = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 30), timezones=st.one_of(zones, st.just(UTC)))  # noqa: DTZ001 - zones are drawn
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def floor_ms(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


def single(value: object) -> object:
    """The time of one value, or why it has none."""
    try:
        return event_time(value)
    except ContractError as error:
        return (error.reason, error.message)


def outcome(times: Longs, faults: Faults, row: int) -> object:
    """The same of a row of a batch."""
    return (faults[row].reason, faults[row].message) if row in faults else int(times[row])


@given(moments)
def test_dates_of_any_zone_are_floored_to_milliseconds(moment: datetime) -> None:
    assert event_time(moment.isoformat()) == floor_ms(moment)


@given(
    st.lists(
        st.one_of(moments.map(datetime.isoformat), moments.map(lambda m: m.astimezone(UTC).isoformat()[:-6] + "Z")),
        max_size=5,
    )
)
def test_batches_are_read_as_single_values(texts: list[str]) -> None:
    texts = texts * 40
    times, faults = event_times(texts)
    assert not faults
    assert times.tolist() == [event_time(text) for text in texts]


@given(st.lists(st.text("0123456789-:.TZ+ z", min_size=20, max_size=25), min_size=1, max_size=4), st.integers(0, 28))
def test_batches_refuse_what_single_values_refuse(texts: list[str], place: int) -> None:
    good = "2024-05-01T12:00:00.1234+05:45"
    spoilt = [good[:place] + text[:1] + good[place + 1 :] for text in texts]
    mixed = (texts + spoilt + [good]) * 40
    times, faults = event_times(mixed)
    for row, text in enumerate(mixed):
        assert outcome(times, faults, row) == single(text)


@given(
    st.lists(st.one_of(st.integers(-10, 2 * MAX_MS), st.floats(), st.booleans(), st.none(), st.just("x")), max_size=8)
)
def test_numbers_in_batches(values: list[object]) -> None:
    times, faults = event_times(values)
    for row, value in enumerate(values):
        assert outcome(times, faults, row) == single(value)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.9999Z", -1),
        ("2000-02-29t12:00:00.5+0000", 951_825_600_500),
        ("2024-12-31 23:59:59.999999999-00:01", 1_735_689_659_999),
    ],
)
def test_golden_dates(text: str, wanted: int) -> None:
    assert event_time(text) == wanted
    assert event_times([text] * 40)[0].tolist() == [wanted] * 40


@pytest.mark.parametrize(
    ("value", "reason", "words"),
    [
        ("2024-05-01T12:00:00", "time_zone", "must name its zone"),
        ("2023-02-29T12:00:00Z", "time", "that exist"),
        ("1900-02-29T12:00:00Z", "time", "that exist"),
        ("2024-13-01T12:00:00Z", "time", "that exist"),
        ("2024-05-01T24:00:00Z", "time", "that exist"),
        ("2024-05-01T12:00:60Z", "time", "that exist"),
        ("2024-05-01T12:00:00+24:00", "time", "zone within a day"),
        ("2024-05-01", "time", "RFC 3339"),
        ("２０24-05-01T12:00:00Z", "time", "RFC 3339"),
        (1_714_564_800, "time_seconds", "looks like seconds"),
        (10**400, "time_range", "beyond 64 bits"),
        (float("inf"), "time", "must be finite"),
        ({}, "time", "an object"),
    ],
)
def test_refusals_say_why(value: object, reason: str, words: str) -> None:
    with pytest.raises(ContractError, match=words) as refusal:
        event_time(value)
    assert refusal.value.reason == reason
    assert refusal.value.path == "$.time"


def test_no_rows() -> None:
    times, faults = event_times([])
    assert times.tolist() == []
    assert faults == {}
