from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.contracts.statistics import WindowStatistics
from driftline.contracts.violation import Violation, Window
from driftline.errors import ConfigError
from driftline.report import Gathered, Period, Report, day, html_of, markdown_of, one_window, report_of, story, week
from driftline.report.gather import MODELS
from driftline.report.tables import WINDOWS
from support.pages import DAY, HOUR, START, Reader, baseline, feature, violation, window

MONDAY = START - 2 * DAY
"""2023-11-13."""


def told(
    period: Period, windows: list[WindowStatistics], events: tuple[Violation, ...] = (), length: str | None = None
) -> Report:
    gathered = Gathered(period, length)
    for one in windows:
        gathered.add(one)
    return report_of(gathered, events, lambda _: baseline())


def days(*distances: float | None, model: str = "churn") -> list[WindowStatistics]:
    """One day each, from Monday, with a feature so far from normal and one that never is."""
    return [
        window(
            feature("age", distance, counts=(0, 30, 60, 0)),
            feature("plan", 0.01, counts=(40, 50, 0)),
            start=MONDAY + index * DAY,
            model=model,
        )
        for index, distance in enumerate(distances)
    ]


def test_the_figures_of_a_window_are_those_of_its_record() -> None:
    report = told(one_window("2023-11-15/1d"), days(0.05, 0.3, 0.2345))
    html, markdown = Reader(html_of(report)), markdown_of(report)
    row = html.row("age")
    assert row[1:8] == ["feature", "VIOLATED", "baseline drift", "2.3 ×", "0.234", "0.1", "L∞ robust"]
    assert row[9:12] == ["90 %", "2023-11-15 00:00 UTC", "1 of 1"]
    assert html.row("2023-11-15 00:00 UTC") == [
        "2023-11-15 00:00 UTC",
        "VIOLATED",
        "100",
        "1",
        "yes",
        "the distribution moved",
    ]
    assert "| age | feature | VIOLATED | baseline drift | 2.3 × | 0.234 | 0.1 | L∞ robust | 90 % |" in markdown
    assert "Distance 0.234 in the window of 2023-11-15 00:00 UTC, limit 0.1." in markdown
    assert report.violations


def test_of_a_week_each_feature_is_told_in_its_farthest_window() -> None:
    report = told(week("2023-W46"), days(0.05, 0.3, None, 0.2, 0.05, 0.06, 0.07, 0.9))
    (tale,) = report.models
    assert [one.view.name for one in tale.features] == ["age", "plan"]
    age = tale.features[0]
    assert (age.view.distance, age.start, age.violated, age.windows) == (0.3, MONDAY + DAY, 2, 7)
    assert [point.value for point in age.view.trend] == [0.05, 0.3, None, 0.2, 0.05, 0.06, 0.07]
    assert (tale.rows, len(tale.windows), tale.state) == (700, 7, "VIOLATED")
    assert week("2023-11-19") == week("2023-W46") == week("2023W46")


def test_order_and_repetition_of_records_change_nothing() -> None:
    records, events = days(0.05, 0.3, 0.2, 0.3), (violation("resolved", start=START + DAY), violation())
    one = told(week("2023-W46"), records, events)
    other = told(week("2023-W46"), [*records[::-1], *records], (*events[::-1], *events))
    assert msgspec.json.encode(one) == msgspec.json.encode(other)


def test_a_day_is_on_the_clock_of_its_model() -> None:
    """New York's 10 March 2013 has 23 hours; windows that reach out of the day are not its."""
    zone, midnight = "America/New_York", 1_362_891_600_000
    hour = [
        Window(label="1h", start=midnight + i * HOUR, end=midnight + (i + 1) * HOUR, timezone=zone)
        for i in range(-1, 24)
    ]
    covered = [one.start for one in hour if day("2013-03-10").covers(one)]
    assert covered == [midnight + i * HOUR for i in range(23)]
    whole = Window(label="1d", start=midnight, end=midnight + 23 * HOUR, timezone=zone)
    assert day("2013-03-10").covers(whole)
    assert one_window("2013-03-10/1d").covers(whole)
    assert one_window("2013-03-10T05:00Z/1d").covers(whole)
    assert not one_window("2013-03-10T00:00Z/1d").covers(whole)


def test_incidents_are_told_if_they_were_open_in_the_period() -> None:
    events = (
        violation(incident="a" * 32, opened=MONDAY, start=MONDAY),
        violation("resolved", incident="a" * 32, opened=MONDAY, start=MONDAY + DAY),
        violation(incident="b" * 32, opened=MONDAY + DAY, start=MONDAY + DAY, name="plan"),
        violation(incident="c" * 32, opened=START + DAY, start=START + DAY),
        violation(incident="d" * 32, opened=START, start=START, model="other"),
    )
    (tale,) = told(day("2023-11-15"), days(0.0, 0.0, 0.3), events).models
    assert [one.incident_id[0] for one in tale.incidents] == ["b"], "still open"
    row = Reader(html_of(told(day("2023-11-14"), days(0.0, 0.0, 0.3), events))).row("plan")
    assert row[3:5] == ["2023-11-14 01:00 … 02:00 UTC", "2023-11-14 00:00 UTC, 1d"]


def test_the_report_of_an_incident_shows_what_was_before_it() -> None:
    records = days(*[0.0] * 8, 0.3, 0.4, 0.0, 0.0)
    opened = MONDAY + 8 * DAY
    events = [
        violation(incident="ab" * 16, opened=opened, start=opened),
        violation("updated", incident="ab" * 16, opened=opened, start=opened + DAY),
        violation("resolved", incident="ab" * 16, opened=opened, start=opened + 2 * DAY),
        violation(incident="ac" * 16, opened=opened, start=opened, name="plan"),
    ]
    (tale,) = told(story("ab", events), records, tuple(events)).models
    assert [one.start for one in tale.windows] == [MONDAY + i * DAY for i in range(2, 11)]
    assert [one.incident_id for one in tale.incidents] == ["ab" * 16]
    for asked, count in (("a", 2), ("x", 0), ("", 2)):
        with pytest.raises(ConfigError, match=f"is that of {count}"):
            story(asked, events)


def test_of_several_lengths_the_shortest_is_told_unless_one_is_asked_for() -> None:
    records = [*days(0.3), window(feature("age"), start=MONDAY, length=HOUR, label="1h")]
    (shortest,) = told(day("2023-11-13"), records).models
    assert (shortest.window, shortest.others, shortest.state) == ("1h", ("1d",), "OK")
    (asked,) = told(day("2023-11-13"), records, length="1d").models
    assert (asked.window, asked.others, asked.state) == ("1d", (), "VIOLATED")


def test_an_empty_period_is_not_called_fine() -> None:
    report = told(day("2030-01-01"), days(0.3))
    assert not report.violations
    for text in (html_of(report), markdown_of(report)):
        assert "nothing is known of it, which is not the same as fine" in text
    Reader(html_of(report))


def test_windows_without_baseline_or_features_are_told() -> None:
    bare = window(start=MONDAY, state="UNKNOWN", baseline_id=None)
    html = Reader(html_of(told(day("2023-11-13"), [bare])))
    assert "none: nothing can be judged" in html.text
    assert "The windows have no features." in html.text


def test_a_week_of_minutes_and_more_models_than_fit_stay_bounded() -> None:
    minutes = [
        window(feature("age", 0.3 if i == 4_321 else 0.05), start=MONDAY + i * 60_000, length=60_000, label="1m")
        for i in range(10_080)
    ]
    report = told(week("2023-W46"), minutes)
    html = html_of(report)
    assert len(html) < 300_000
    assert report.models[0].features[0].start == MONDAY + 4_321 * 60_000
    assert f"{10_080 - 1} further windows are not listed" in html
    assert WINDOWS < 10_080
    many = [one for index in range(MODELS + 3) for one in days(0.0, model=f"m{index}")]
    assert told(day("2023-11-13"), many).notes == ("3 further models are left out; name one with --model.",)


@pytest.mark.parametrize(
    ("make", "text"),
    [(day, "13.11.2023"), (week, "2023-W54"), (week, "x"), (one_window, "2023-11-13"), (one_window, "2023-11-13/day")],
)
def test_what_was_typed_wrong_is_said_with_an_example(make: object, text: str) -> None:
    with pytest.raises(ConfigError, match=rf"must be .* such as 20.*{re.escape(repr(text))}"):
        make(text)  # type: ignore[operator]


def hostile(name: str) -> tuple[str, str]:
    record = window(feature(name, 0.3), model=name, version=name, start=MONDAY)
    event = violation(name=name, model=name, version=name, opened=MONDAY, start=MONDAY)
    report = told(day("2023-11-13"), [record], (event,))
    return html_of(report), markdown_of(report)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
@settings(max_examples=60, deadline=None)
def test_no_name_becomes_markup(name: str) -> None:
    html, markdown = hostile(name)
    plain_html, plain_markdown = hostile("age")
    assert Reader(html).elements == Reader(plain_html).elements
    assert len(markdown.splitlines()) == len(plain_markdown.splitlines())
    pipes = [len(re.findall(r"(?<!\\)\|", line)) for line in markdown.splitlines()]
    assert pipes == [len(re.findall(r"(?<!\\)\|", line)) for line in plain_markdown.splitlines()]
    assert not re.search(r"(?<!\\)[<\[`]", markdown)


def test_naughty_names_stay_text(shared_data: Path) -> None:
    plain = Reader(hostile("age")[0]).elements
    for name in json.loads((shared_data / "badinput/blns/blns.json").read_text(encoding="utf-8")):
        assert Reader(hostile(name or "-")[0]).elements == plain, name


def test_the_file_needs_nothing_and_runs_nothing() -> None:
    html = html_of(told(week("2023-W46"), days(0.1, 0.3), (violation(),)))
    read = Reader(html)
    assert "script" not in read.elements
    assert "http" not in html.replace("http-equiv", "")
    assert not re.search(r"\s(on\w+|style|src)=", html)
    assert set(read.values("href")) == {"data:,", "#content"}
    assert read.elements.count("caption") == read.elements.count("table")
    ids = read.values("id")
    assert len(ids) == len(set(ids))
