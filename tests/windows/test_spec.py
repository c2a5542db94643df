"""Windows in drawings: `|` is a boundary that belongs to what follows it, `x` an instant asked for."""

from datetime import UTC, datetime
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest

from driftline.durations import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, format_duration, parse_duration
from driftline.errors import ConfigError
from driftline.windows import Window, WindowSpec

NEW_YORK = "America/New_York"


def local(text: str, timezone: str = NEW_YORK, fold: int = 0) -> int:
    at = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone), fold=fold)
    return int(at.timestamp()) * 1000


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def hours(window: Window) -> float:
    return (window.end - window.start) / HOUR_MS


# ------------------------------------------------------------------------------------------------ durations
@pytest.mark.parametrize(
    ("text", "ms"),
    [("500ms", 500), ("10s", 10_000), ("1m", 60_000), ("15m", 900_000), ("1h", 3_600_000), ("1d", 86_400_000)],
)
def test_durations_read_and_write_the_same(text: str, ms: int) -> None:
    assert parse_duration(text) == ms
    assert format_duration(ms) == text


def test_a_duration_is_written_in_the_largest_unit_that_divides_it() -> None:
    assert format_duration(24 * HOUR_MS) == "1d"
    assert format_duration(90 * MINUTE_MS) == "90m"
    assert format_duration(1_001) == "1001ms"


@pytest.mark.parametrize("text", ["", "0s", "-1s", "1.5h", "1h30m", "10", "h", "1 h", "1H", "١h", "1e3s", "1s\n1s"])
def test_what_is_no_duration_is_refused_and_quoted(text: str) -> None:
    with pytest.raises(ConfigError, match="duration must be a positive whole number with a unit") as caught:
        parse_duration(text)
    assert repr(text) in str(caught.value)


# ------------------------------------------------------------------------------------------------ tumbling
def test_tumbling_windows_are_half_open() -> None:
    #        0      10      20      30     seconds
    #        |-------|-------|-------|
    #               x|x             x|
    spec = WindowSpec.parse("10s")
    assert spec.windows_of(10 * SECOND_MS - 1) == ((0, 10_000),)
    assert spec.windows_of(10 * SECOND_MS) == ((10_000, 20_000),)
    assert spec.windows_of(10 * SECOND_MS + 1) == ((10_000, 20_000),)
    assert spec.start_of(30 * SECOND_MS - 1) == 20_000


def test_time_before_the_epoch_is_cut_the_same_way() -> None:
    #      -20     -10       0
    #        |-------|-------|
    #                       x|
    assert WindowSpec.parse("10s").windows_of(-1) == ((-10_000, 0),)
    assert WindowSpec.parse("10s").windows_of(-10_000) == ((-10_000, 0),)


def test_weeks_begin_on_monday() -> None:
    spec = WindowSpec.parse("7d")
    assert spec.windows_of(utc("2026-11-21T12:00")) == ((utc("2026-11-16"), utc("2026-11-23")),)
    there = WindowSpec.parse("7d", NEW_YORK)
    assert there.windows_of(utc("2026-11-21T12:00")) == ((local("2026-11-16"), local("2026-11-23")),)


# ------------------------------------------------------------------------------------------------ hopping
def test_a_pane_is_in_length_over_step_hopping_windows_oldest_first() -> None:
    #    0    15    30    45    60    75    90    minutes
    #    |-----------------------|
    #          |-----------------------|
    #                |-----------------------|
    #                      |------------------------|
    #                       x
    spec = WindowSpec.parse("1h/15m")
    minutes = [(0, 60), (15, 75), (30, 90), (45, 105)]
    assert spec.windows_of(45 * MINUTE_MS) == tuple((a * MINUTE_MS, b * MINUTE_MS) for a, b in minutes)
    assert spec.start_of(45 * MINUTE_MS - 1) == 30 * MINUTE_MS
    assert spec.label == "1h/15m"
    assert spec.overlap == 4


def test_at_the_edge_of_a_hop_one_millisecond_changes_one_window() -> None:
    spec = WindowSpec.parse("30s/10s")
    before, at, behind = (spec.windows_of(60_000 + d) for d in (-1, 0, 1))
    assert before == ((30_000, 60_000), (40_000, 70_000), (50_000, 80_000))
    assert at == behind == ((40_000, 70_000), (50_000, 80_000), (60_000, 90_000))


# ------------------------------------------------------------------------------------------------ local days
def test_a_day_follows_the_clock_of_its_zone() -> None:
    #  UTC   04:00               12:00                04:00
    #        |------------------- x -------------------|
    #  NY    00:00                                    00:00
    spec = WindowSpec.parse("1d", NEW_YORK)
    window = spec.windows_of(utc("2026-07-01T12:00"))[0]
    assert window == (utc("2026-07-01T04:00"), utc("2026-07-02T04:00"))


def test_the_spring_day_has_23_hours_and_no_gap_beside_it() -> None:
    #  NY    Mar 8 00:00 EST      02→03            Mar 9 00:00 EDT
    #        |------- 2 h ---------|------ 21 h ----------|
    spec = WindowSpec.parse("1d", NEW_YORK)
    day, after = islice(spec.next_ends(local("2026-03-08"), local("2026-03-20")), 2)
    assert day == (local("2026-03-08"), local("2026-03-09"))
    assert hours(day) == 23
    assert after.start == day.end
    assert hours(after) == 24
    assert spec.windows_of(day.end - 1) == (day,)
    assert spec.windows_of(day.end) == (after,)


def test_the_autumn_day_has_25_hours() -> None:
    #  NY    Nov 1 00:00 EDT   01  01'             Nov 2 00:00 EST
    #        |-----------------|---|----------------------|
    spec = WindowSpec.parse("1d", NEW_YORK)
    day = spec.windows_of(local("2026-11-01T12:00"))[0]
    assert day == (local("2026-11-01"), local("2026-11-02"))
    assert hours(day) == 25


def test_the_spring_day_has_23_windows_of_an_hour_each_one_hour_long() -> None:
    #  NY    00    01    03    04
    #        |-----|-----|-----|
    spec = WindowSpec.parse("1h", NEW_YORK)
    windows = list(spec.next_ends(local("2026-03-08"), local("2026-03-09")))
    assert len(windows) == 23
    assert {hours(window) for window in windows} == {1.0}
    assert [window.start for window in windows[:3]] == [local(f"2026-03-08T{h}:00") for h in ("00", "01", "03")]


def test_the_hour_shown_twice_in_autumn_is_two_windows() -> None:
    #  NY    00    01    01'   02
    #        |-----|-----|-----|
    spec = WindowSpec.parse("1h", NEW_YORK)
    windows = list(spec.next_ends(local("2026-11-01"), local("2026-11-02")))
    assert len(windows) == 25
    assert {hours(window) for window in windows} == {1.0}
    assert windows[1].end == windows[2].start == local("2026-11-01T01:00", fold=1)


@pytest.mark.parametrize(("day", "lengths"), [("2026-03-08", [5, 6, 6, 6]), ("2026-11-01", [7, 6, 6, 6])])
def test_quarters_of_a_day_stay_at_the_hours_on_the_wall(day: str, lengths: list[int]) -> None:
    #  NY    00        06        12        18        24
    #        |- 5 or 7 |--- 6 ---|--- 6 ---|--- 6 ---|
    spec = WindowSpec.parse("6h", NEW_YORK)
    windows = list(islice(spec.next_ends(local(day), local(day) + 2 * DAY_MS), 4))
    assert [hours(window) for window in windows] == lengths
    assert [window.start for window in windows] == [local(f"{day}T{h}:00") for h in ("00", "06", "12", "18")]


def test_hours_that_hop_over_the_skipped_hour_meet_on_the_other_side() -> None:
    #  NY    01:30 01:45 03:00 03:15 03:30
    #        |-----------------------|
    spec = WindowSpec.parse("1h/15m", NEW_YORK)
    oldest = spec.windows_of(local("2026-03-08T03:15"))[0]
    assert oldest == (local("2026-03-08T01:30"), local("2026-03-08T03:30"))
    assert hours(oldest) == 1.0


def test_a_day_whose_midnight_is_skipped_begins_with_its_first_instant() -> None:
    #  Beirut  Mar 25 24:00 → Mar 26 01:00
    spec = WindowSpec.parse("1d", "Asia/Beirut")
    day = spec.windows_of(local("2023-03-26T12:00", "Asia/Beirut"))[0]
    assert day.start == utc("2023-03-25T22:00")
    assert hours(day) == 23


def test_a_day_whose_midnight_comes_twice_begins_at_the_first() -> None:
    #  Havana  Nov 1 00:00  00:00'
    spec = WindowSpec.parse("1d", "America/Havana")
    day = spec.windows_of(local("2026-11-01T12:00", "America/Havana"))[0]
    assert hours(day) == 25
    assert day.start == utc("2026-11-01T04:00")


def test_a_day_that_a_zone_left_out_has_no_window() -> None:
    #  Samoa crossed the date line: 29 December 2011 was followed by the 31st
    spec = WindowSpec.parse("1d", "Pacific/Apia")
    windows = list(spec.next_ends(utc("2011-12-29T00:00"), utc("2012-01-02T00:00")))
    assert [hours(window) for window in windows] == [24, 24, 24, 24]
    assert all(left.end == right.start for left, right in pairwise(windows))


def test_half_an_hour_of_summer_time_makes_half_an_hour_of_difference() -> None:
    spec = WindowSpec.parse("1d", "Australia/Lord_Howe")
    assert hours(spec.windows_of(local("2026-04-05T12:00", "Australia/Lord_Howe"))[0]) == 24.5
    assert hours(spec.windows_of(local("2026-10-04T12:00", "Australia/Lord_Howe"))[0]) == 23.5


def test_short_windows_do_not_look_at_the_zone() -> None:
    spec = WindowSpec.parse("15m", "Asia/Kathmandu")
    assert not spec.follows_local_clock
    assert spec.windows_of(0) == ((0, 15 * MINUTE_MS),)


# ------------------------------------------------------------------------------------------------ next_ends
def test_next_ends_begins_behind_and_includes_the_last() -> None:
    #     0    10    20    30
    #     |-----|-----|-----|
    #          (x           x]
    spec = WindowSpec.parse("10s")
    assert list(spec.next_ends(10_000, 30_000)) == [(10_000, 20_000), (20_000, 30_000)]
    assert list(spec.next_ends(9_999, 10_000)) == [(0, 10_000)]
    assert list(spec.next_ends(10_000, 19_999)) == []
    assert list(spec.next_ends(20_000, 10_000)) == []


def test_next_ends_of_hopping_windows_comes_in_the_order_of_ends() -> None:
    spec = WindowSpec.parse("30s/10s")
    assert list(spec.next_ends(0, 30_000)) == [(-20_000, 10_000), (-10_000, 20_000), (0, 30_000)]


def test_a_gap_of_a_thousand_years_costs_only_what_is_asked_for() -> None:
    ends = WindowSpec.parse("10s").next_ends(0, 1000 * 365 * DAY_MS)
    assert list(islice(ends, 2)) == [(0, 10_000), (10_000, 20_000)]


def test_window_ending_is_the_inverse_of_end() -> None:
    spec = WindowSpec.parse("1d", NEW_YORK)
    assert spec.window_ending(local("2026-03-09")) == (local("2026-03-08"), local("2026-03-09"))
    assert spec.next_end(local("2026-03-08")) == local("2026-03-09")
    with pytest.raises(ValueError, match="no 1d window ends at"):
        spec.window_ending(local("2026-03-09") + 1)


# ------------------------------------------------------------------------------------------------ refusals
@pytest.mark.parametrize(
    ("length", "step", "timezone", "message"),
    [
        (0, 1, "UTC", "window length must be a positive multiple of its step, got 0 ms and 1 ms"),
        (10, 0, "UTC", "window length must be a positive multiple of its step, got 10 ms and 0 ms"),
        (10, 3, "UTC", "window length must be a positive multiple of its step, got 10 ms and 3 ms"),
        (5 * HOUR_MS, 5 * HOUR_MS, "UTC", "must divide the day or be whole days, got 5h"),
        (36 * HOUR_MS, 36 * HOUR_MS, "UTC", "must divide the day or be whole days, got 36h"),
        (DAY_MS, SECOND_MS, "UTC", "would overlap 86400 times, at most 1440 allowed"),
        (HOUR_MS, HOUR_MS, "Mars/Olympus", "timezone must be an IANA name such as Europe/Berlin, got 'Mars/Olympus'"),
        (HOUR_MS, HOUR_MS, "../etc/passwd", "timezone must be an IANA name"),
    ],
)
def test_what_cannot_tile_time_is_refused(length: int, step: int, timezone: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("(", r"\(")):
        WindowSpec(length, step, timezone)


def test_a_local_clock_ends_with_the_calendar() -> None:
    with pytest.raises(ValueError, match="a local clock is known for the years 2 to 9998"):
        WindowSpec.parse("1h", NEW_YORK).start_of(-(2**62))
