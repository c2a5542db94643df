"""The oracle against the engine without Kafka: equal where nothing is wrong, and every kind of wrong is called by its name."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from driftline.baseline import create, load, save
from oracle.capture import Record
from oracle.compare import Report, compare, tally
from oracle.ledger import OUTCOMES, Source
from oracle.offline import Expected, recompute
from oracle.setup import load_baseline
from support import served
from support.in_memory import TOPIC
from support.offline_run import OfflineRun, Results, the_same_setup

PARTITIONS = 2
MINUTES = range(25)
END = served.START + 3 * 3_600_000
Records = dict[Source, list[Record]]


@pytest.fixture(scope="module")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("baseline")
    data = served.table(folder / "churn.csv", served.scored(served.churn))
    save(create(data, model="churn", version="1", roles={"prediction": "prediction"}), folder)
    return folder


@pytest.fixture(scope="module")
def records() -> Records:
    found: Records = {}
    for partition in range(PARTITIONS):
        values = [value for _, value in served.events(partition, MINUTES, 60)]
        values.append(served.closing(END))
        place = (TOPIC, partition)
        found[place] = [Record(*place, offset, value) for offset, value in enumerate(values)]
    return found


def product(records: Records, folder: Path, seed: int = 0) -> Results:
    """The engine's answers; batches, flushes and owners change by chance."""
    run = OfflineRun(PARTITIONS, END, seed, unrest=0.05)
    run.announce(folder)
    run.feed(records)
    return run.results()


def expected(records: Records, folder: Path) -> Expected:
    setup = the_same_setup()
    setup.lines["churn", "1"] = [(float("-inf"), load_baseline(folder, load(folder).id))]
    return recompute(setup, records)


def check(wanted: Expected, found: Results) -> Report:
    return compare(wanted, found.statistics, found.violations, found.letters)


@pytest.fixture(scope="module")
def wanted(records: Records, baseline: Path) -> Expected:
    return expected(records, baseline)


@pytest.fixture(scope="module")
def results(records: Records, baseline: Path) -> Results:
    return product(records, baseline)


def test_they_agree(wanted: Expected, results: Results) -> None:
    report = check(wanted, results)
    assert report.is_clean, str(report)
    assert len(wanted.windows) > 90
    assert Counter(event["kind"] for event in wanted.events.values()).keys() == {"opened", "updated", "resolved"}
    assert all(any(counts[outcome] for counts in wanted.ledger.records.values()) for outcome in OUTCOMES)


def test_batches_and_flushes_change_no_byte_of_what_has_a_baseline(
    records: Records, baseline: Path, results: Results
) -> None:
    again = product(records, baseline, seed=1)
    assert again.violations == results.violations
    assert sorted(again.letters, key=str) == sorted(results.letters, key=str)
    judged = [[value for value in one.statistics if b'"baseline_id":null' not in value] for one in (results, again)]
    assert sorted(judged[0]) == sorted(judged[1])


def accepted(wanted: Expected) -> tuple[Source, int]:
    """Some record of the model with a baseline that stands for exactly one row."""
    kept = wanted.ledger.panes["churn", "1"][served.START + 60_000]
    alone = Counter((one.source, one.offset) for one in kept)
    return next(place for place in sorted(alone) if alone[place] == 1)


def without(records: Records, source: Source, offset: int) -> Records:
    """The same, with a tombstone in place of one record."""
    held = list(records[source])
    held[offset] = replace(held[offset], value=None)
    return {**records, source: held}


def test_a_skipped_event_is_found(records: Records, baseline: Path, wanted: Expected) -> None:
    source, offset = accepted(wanted)
    report = check(wanted, product(without(records, source, offset), baseline))
    assert tally(report)["events lost"] == 3  # of the window of a minute, and of the two that hop over it
    assert "1 rows;" in report.found["events lost"][0]


def test_a_doubled_event_is_found(records: Records, baseline: Path, wanted: Expected, results: Results) -> None:
    source, offset = accepted(wanted)
    report = check(expected(without(records, source, offset), baseline), results)
    assert tally(report)["events doubled"] == 3
    assert f"{source[0]}[{source[1]}]" in report.found["events doubled"][0]


def first_of(results: Results) -> bytes:
    """The first window that has a baseline and enough rows to be judged."""
    tables = ((value, json.loads(value)) for value in results.statistics)
    return next(value for value, window in tables if window["baseline_id"] and window["rows"] >= 30)


def changed(value: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    table = json.loads(value)
    change(table)
    return json.dumps(table).encode()


def another_mean(window: dict[str, Any]) -> None:
    window["features"][0]["mean"] *= 1.001


def another_state(window: dict[str, Any]) -> None:
    window["features"][1]["readings"][0]["state"] = "VIOLATED"


def another_window(window: dict[str, Any]) -> None:
    window["window"]["start"] += 1


WRONG = {
    "window missing": lambda r: replace(r, statistics=[v for v in r.statistics if v != first_of(r)]),
    "conflicting": lambda r: replace(r, statistics=[*r.statistics, changed(first_of(r), another_mean)]),
    "window wrong": lambda r: replace(
        r, statistics=[changed(v, another_mean) if v == first_of(r) else v for v in r.statistics]
    ),
    "window extra": lambda r: replace(r, statistics=[*r.statistics, changed(first_of(r), another_window)]),
    "violation missing": lambda r: replace(r, violations=r.violations[1:]),
    "violation extra": lambda r: replace(
        r, violations=[*r.violations, changed(r.violations[0], lambda e: e.update(event_id="0"))]
    ),
    "violation wrong": lambda r: replace(
        r, violations=[changed(r.violations[0], lambda e: e.update(severity="info")), *r.violations[1:]]
    ),
    "dead letter missing": lambda r: replace(r, letters=r.letters[1:]),
    "dead letter extra": lambda r: replace(r, letters=[*r.letters, (("captures", 0, 10**6, None), "late")]),
    "dead letter wrong": lambda r: replace(r, letters=[(r.letters[0][0], "because"), *r.letters[1:]]),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_is_called_by_its_name(kind: str, wanted: Expected, results: Results) -> None:
    assert set(tally(check(wanted, WRONG[kind](results)))) == {kind}


def test_a_record_that_is_counted_as_something_else_is_seen(wanted: Expected, results: Results) -> None:
    ledger = wanted.ledger
    accounts = {source: (dict(counts), dict(ledger.rows[source])) for source, counts in ledger.records.items()}
    told = (results.statistics, results.violations, results.letters)
    assert compare(wanted, *told, accounts).is_clean
    accounts[TOPIC, 1][0]["late"] -= 1
    accounts[TOPIC, 1][0]["duplicate"] += 1
    assert compare(wanted, *told, accounts).found["ledger wrong"] == [
        f"captures[1] of {ledger.records[TOPIC, 1].total()} records: {count} {outcome} records expected, got {count + more}"
        for outcome, more in (("late", -1), ("duplicate", 1))
        for count in [ledger.records[TOPIC, 1][outcome]]
    ]


def test_another_state_of_one_check_is_seen(wanted: Expected, results: Results) -> None:
    values = [changed(v, another_state) if v == first_of(results) else v for v in results.statistics]
    report = check(wanted, replace(results, statistics=values))
    assert tally(report)["window wrong"] == 1
    assert "OK expected, got VIOLATED" in report.found["window wrong"][0]


def test_written_twice_alike_is_no_fault(wanted: Expected, results: Results) -> None:
    report = check(wanted, replace(results, statistics=results.statistics * 2, letters=results.letters * 2))
    assert report.is_clean
    assert report.same_twice == len(results.statistics) + len(results.letters)
