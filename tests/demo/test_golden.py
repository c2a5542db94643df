"""The demo from end to end, broker and worker and all, against an independent computation of its whole result."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from support import flights_oracle as oracle
from support.demo_run import Finished
from support.pages import Reader

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
Key = tuple[str, str]

LANE = "sequential_drift_check"
"""Beside the windows, and river's own: it opens no incident, and has tests of its own."""


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return oracle.predicted()


@pytest.fixture(scope="module")
def expected(frame: pd.DataFrame, finished: Finished) -> dict[str, dict[Key, oracle.Answer]]:
    baseline = oracle.Baseline(finished.folder / "baseline")
    by_day = {day: oracle.answers(rows, baseline) for day, rows in oracle.days(frame).items()}
    volumes = oracle.volume({day: len(rows) for day, rows in oracle.days(frame).items()})
    for day, answer in volumes.items():
        by_day[day]["", "volume_check"] = answer
        by_day[day]["", "extra_column_check"] = oracle.Answer("OK", 0.0)
    return by_day


def date_of(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(ZoneInfo("America/New_York")).date().isoformat()


def test_the_baseline_is_january(frame: pd.DataFrame, finished: Finished) -> None:
    january, baseline = oracle.january(frame), oracle.Baseline(finished.folder / "baseline")
    assert baseline.rows == len(january) == 27_004
    assert {name for name, one in baseline.columns.items() if one["role"] in {"feature", "prediction"}} == {
        *oracle.NUMBERS,
        *oracle.TEXTS,
    }
    for name in oracle.NUMBERS:
        values, written = january[name].dropna(), baseline.counts(name)
        assert (written["count"], written["missing"]) == (len(values), len(january) - len(values))
        assert written["mean"] == pytest.approx(values.mean())
        edges = [-np.inf, *written["edges"], np.inf]
        assert written["counts"] == pd.cut(values, edges, right=False).value_counts(sort=False).tolist()
    for name in oracle.TEXTS:
        assert baseline.counts(name)["categories"] == january[name].value_counts().to_dict()


def test_every_answer_of_every_day_is_the_oracles(
    expected: dict[str, dict[Key, oracle.Answer]], finished: Finished
) -> None:
    windows = finished.lines("statistics.jsonl")
    assert [date_of(one["window"]["start"]) for one in windows] == sorted(expected)
    for window in windows:
        readings = [*window["readings"], *(one for feature in window["features"] for one in feature["readings"])]
        told = {(one["feature"], one["check"]): one for one in readings if one["check"] != LANE}
        day = date_of(window["window"]["start"])
        assert {key: reading["state"] for key, reading in told.items()} == {
            key: answer.state for key, answer in expected[day].items()
        }, day
        for key, answer in expected[day].items():
            assert told[key]["observed"] == pytest.approx(answer.observed, abs=1e-9), (day, key)


def test_the_whole_table_of_incidents_is_the_oracles(
    expected: dict[str, dict[Key, oracle.Answer]], finished: Finished
) -> None:
    told = [
        oracle.Story(
            one["feature"],
            one["check"],
            one["severity"],
            tuple(breach["day"] for breach in one["breaches"]),
            one["resolved"],
        )
        for one in finished.summary["incidents"]
    ]
    assert told == oracle.stories(expected)


def test_the_blizzard_is_found_and_nothing_else_is_missing_flights(finished: Finished) -> None:
    told = finished.summary["incidents"]
    mine = [one for one in told if (one["feature"], one["check"]) == ("dep_delay", "completeness_check")]
    days = {breach["day"]: breach["observed"] for one in mine for breach in one["breaches"]}
    near_the_line = {"2013-02-11", "2013-03-07", "2013-03-25"}
    assert set(days) - near_the_line == {"2013-02-08", "2013-02-09", "2013-03-06", "2013-03-08"}
    assert days["2013-02-08"] == pytest.approx(0.49, abs=0.005)
    assert days["2013-02-09"] == pytest.approx(0.43, abs=0.005)
    assert {one["opened"] for one in mine} >= {"2013-02-08", "2013-03-06", "2013-03-08"}
    assert not {one["feature"] for one in told} & {"distance", "carrier", "air_time", "origin", "dest"}


def test_no_flight_is_lost(frame: pd.DataFrame, finished: Finished) -> None:
    rows = {day: len(one) for day, one in oracle.days(frame).items()}
    windows = finished.lines("statistics.jsonl")
    assert {date_of(one["window"]["start"]): one["rows"] for one in windows} == rows
    assert {one["window"]["end"] - one["window"]["start"] for one in windows} == {82_800_000, 86_400_000}
    told = finished.summary
    assert (told["windows"], told["rows"], told["late"], told["rejected"]) == (59, sum(rows.values()), 0, 0)
    assert all(one["ledger"]["complete"] for one in windows)


def test_the_report_is_written_named_and_the_reports_own(finished: Finished) -> None:
    named = finished.summary["files"]
    page, words = Path(named["report"]).read_text(), Path(named["report in words"]).read_text()
    Reader(page)
    for incident in finished.summary["incidents"]:
        assert incident["id"][:8] in page
        assert incident["id"][:8] in words
    assert page.count("<svg") > 12
    assert all(Path(path).exists() for path in named.values())
