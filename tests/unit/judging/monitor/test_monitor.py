"""What is said of windows that are judged as Model Monitor would, besides the entries of its file."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driftline.baseline import Baseline, load
from driftline.baseline.layout import layout_of
from driftline.contracts.statistics import Ledger, Tally, decode_statistics, encode_statistics
from driftline.contracts.violation import Violation
from driftline.drawing.reading import overlay
from driftline.judging.evaluate import evaluate_window
from driftline.judging.incidents import IncidentBook, WindowRef
from driftline.judging.monitor.shape import shape_of
from driftline.judging.severity import violated_share
from driftline.judging.states import Reading, State
from driftline.judging.story import violations
from driftline.judging.summary import window_statistics
from driftline.stats.columns import Columns
from driftline.stats.forms import Forms
from driftline.stats.profile import Profile
from support.judged import HOUR, window_of
from support.monitor_files import constraints, statistics, written
from support.monitor_rows import profile_of

GOOD = [["1", "free", ""], ["2", "paid", ""], ["2", "free", ""], ["7", "free", ""]]
BAD = [["1.5", "free", ""], ["2", "none", ""], ["x", "free", ""], ["7", "", ""]]
LEDGER = Ledger(complete=True, reasons=(), records=Tally(), rows=Tally(), sources=())


def baseline_of(told: dict[str, Any] | None = None, limits: dict[str, Any] | None = None) -> Baseline:
    with tempfile.TemporaryDirectory() as folder:
        return load(written(Path(folder), told or statistics(), limits or constraints()))


def by_check(readings: tuple[Reading, ...]) -> dict[tuple[str, str], Reading]:
    assert len({(reading.feature, reading.check) for reading in readings}) == len(readings)
    return {(reading.feature, reading.check): reading for reading in readings}


def test_every_check_has_a_reading_and_none_is_driftlines_own() -> None:
    baseline = baseline_of()
    readings = by_check(evaluate_window(window_of(baseline, profile_of(baseline, GOOD))))
    assert {key: reading.state for key, reading in readings.items()} == {
        ("", "missing_column_check"): State.OK,
        ("", "extra_column_check"): State.OK,
        ("age", "completeness_check"): State.OK,
        ("age", "data_type_check"): State.OK,
        ("age", "baseline_drift_check"): State.OK,
        ("plan", "completeness_check"): State.OK,
        ("plan", "categorical_values_check"): State.OK,
        ("plan", "baseline_drift_check"): State.OK,
    }


def test_numbers_have_the_units_they_always_have_and_model_monitors_beside_them() -> None:
    baseline = baseline_of()
    readings = by_check(evaluate_window(window_of(baseline, profile_of(baseline, BAD))))
    wrong = readings["age", "data_type_check"]
    assert (wrong.observed, wrong.limit, wrong.n) == (0.5, 0.0, 4)
    assert wrong.details == {"value": 0.5, "threshold": 1.0}
    unknown = readings["plan", "categorical_values_check"]
    assert unknown.observed == pytest.approx(1 / 3)
    assert unknown.details == {"value": 2 / 3, "threshold": 1.0}
    gone = readings["plan", "completeness_check"]
    assert (gone.observed, gone.limit, gone.bound) == (0.75, 1.0, 0.75)
    moved = readings["plan", "baseline_drift_check"]
    assert moved.details["baseline_n"] == 6.0
    assert moved.details["window_n"] == 3.0
    assert moved.details["simple"] == pytest.approx(1 / 3)
    assert readings["age", "baseline_drift_check"].reason == "values of another type"


@pytest.mark.parametrize("case", ["no profile", "no rows", "incomplete"])
def test_without_a_whole_window_every_check_is_unknown(case: str) -> None:
    baseline = baseline_of()
    profile = {"no profile": None, "no rows": profile_of(baseline, []), "incomplete": profile_of(baseline, BAD)}[case]
    other: dict[str, Any] = {"complete": False, "incomplete_reasons": ("gap",)} if case == "incomplete" else {}
    readings = evaluate_window(window_of(baseline, profile, **other))
    assert len(readings) == 8
    assert {reading.state for reading in readings} == {State.UNKNOWN}
    assert {reading.reason for reading in readings} == {"incomplete: gap" if case == "incomplete" else "no traffic"}


def test_a_dataset_of_another_width_is_one_violation_and_nothing_else_is_known() -> None:
    baseline = baseline_of()
    readings = evaluate_window(window_of(baseline, profile_of(baseline, [["x", "y"]] * 3 + GOOD[:2])))
    checks = by_check(readings)
    missing = checks["", "missing_column_check"]
    assert (missing.state, missing.observed, missing.limit) == (State.VIOLATED, 2.0, 3.0)
    assert missing.details == {"rows_of_another_width": 2.0}
    assert checks["", "extra_column_check"].state is State.OK
    rest = [reading for reading in readings if reading.feature]
    assert len(rest) == 6
    assert {(r.state, r.reason) for r in rest} == {
        (State.UNKNOWN, "not checked: 2 columns where the constraints have 3")
    }


def test_a_few_rows_of_another_width_are_told_and_enter_no_column() -> None:
    baseline = baseline_of()
    window = window_of(baseline, profile_of(baseline, [*GOOD, ["x"], ["x", "y", "z", "w"]]))
    readings = by_check(evaluate_window(window))
    assert readings["", "missing_column_check"].details == {"rows_of_another_width": 2.0}
    assert readings["age", "completeness_check"].n == 4
    assert all(reading.state is State.OK for reading in readings.values())
    wire = window_statistics(window, tuple(readings.values()), LEDGER)
    assert (wire.rows, wire.features[0].present, wire.features[0].missing) == (6, 4, 0)


def named(baseline: Baseline, keys: list[set[str]], extras: dict[str, list[int]] | None = None) -> Profile:
    """Rows that come with names, each with some of the columns."""
    layout = layout_of(baseline)
    columns = Columns.blank(layout, len(keys))
    for row, held in enumerate(keys):
        if "age" in held:
            columns.numeric[0, row] = 2.0
        if "plan" in held:
            columns.codes[0, row] = 0
    unknown = {name: np.array(rows) for name, rows in (extras or {}).items()}
    columns.extras = unknown
    widths = [len(held) + sum(row in rows for rows in unknown.values()) for row, held in enumerate(keys)]
    columns.forms = Forms(np.array(widths, dtype=np.int32), np.ones(len(keys), dtype=np.bool_))
    profile = Profile.empty(layout)
    profile.update(columns)
    return profile


@pytest.mark.parametrize(
    ("keys", "extras", "columns"),
    [
        ([{"age", "plan", "gone"}] * 3, {}, 3),
        ([{"age", "plan"}] * 3, {}, 2),
        ([{"age", "plan", "gone"}] * 3, {"new": [0, 1, 2]}, 4),
        ([{"age"}, {"plan"}, {"age"}], {}, 2),
        ([{"age"}, {"plan"}, {"age"}], {"a": [0], "b": [1]}, 4),
    ],
    ids=["all", "one less", "one more", "some in each", "new ones in each"],
)
def test_columns_of_rows_with_names_are_those_of_all_of_them(
    keys: list[set[str]], extras: dict[str, list[int]], columns: int
) -> None:
    baseline = baseline_of()
    assert baseline.monitor is not None
    assert shape_of(baseline.monitor, named(baseline, keys, extras)).columns == columns


@pytest.mark.parametrize(
    ("rows", "check", "hint"),
    [
        ([["x", "1", "free", ""]] * 3, "extra_column_check", "3 rows: looks shifted by one column from 'age' on"),
        ([["free", ""]] * 2, "missing_column_check", "2 rows: looks shifted by one column from 'age' on"),
    ],
    ids=["a value too many", "one left out"],
)
def test_columns_that_were_moved_are_told_where(rows: list[list[str]], check: str, hint: str) -> None:
    baseline = baseline_of()
    readings = by_check(evaluate_window(window_of(baseline, profile_of(baseline, rows))))
    assert hint in readings["", check].reason


def test_nothing_is_checked_where_the_file_says_so_and_that_is_said() -> None:
    limits = constraints()
    limits["monitoring_config"]["evaluate_constraints"] = "Disabled"
    baseline = baseline_of(limits=limits)
    (reading,) = evaluate_window(window_of(baseline, profile_of(baseline, BAD)))
    assert (reading.check, reading.state) == ("evaluate_constraints", State.UNKNOWN)


def test_numbers_without_a_sketch_have_no_drift_and_texts_without_a_distribution_none_to_miss() -> None:
    told = statistics()
    del told["features"][0]["numerical_statistics"]["distribution"]
    del told["features"][1]["string_statistics"]["distribution"]
    baseline = baseline_of(told)
    readings = by_check(evaluate_window(window_of(baseline, profile_of(baseline, GOOD))))
    assert readings["age", "baseline_drift_check"].state is State.UNKNOWN
    assert readings["age", "baseline_drift_check"].reason == "the baseline has no distribution of it"
    assert ("plan", "baseline_drift_check") not in readings


def story(baseline: Baseline, rows: list[list[str]]) -> tuple[Violation, ...]:
    window = window_of(baseline, profile_of(baseline, rows))
    readings = evaluate_window(window)
    ref = WindowRef("m", "1", "1h", 0, HOUR, baseline.id)
    share = violated_share(readings, frozenset(("age", "plan", "gone")))
    return violations(IncidentBook().observe(ref, readings, share), window, readings)


def test_events_and_statistics_carry_the_same_entries() -> None:
    baseline = baseline_of()
    events = story(baseline, BAD)
    window = window_of(baseline, profile_of(baseline, BAD))
    wire = window_statistics(window, evaluate_window(window), LEDGER)
    assert tuple(event.sagemaker for event in events) == wire.sagemaker
    assert [line.constraint_check_type for line in wire.sagemaker] == [
        "data_type_check",
        "completeness_check",
        "categorical_values_check",
    ]
    assert decode_statistics(encode_statistics(wire)) == wire
    assert [event.check for event in events] == [line.constraint_check_type for line in wire.sagemaker]


def test_a_missing_column_is_one_incident_of_the_model() -> None:
    (event,) = story(baseline_of(), [["1", "free"]])
    assert (event.feature, event.check, event.severity) == ("", "missing_column_check", "critical")
    assert event.sagemaker.feature_name == "Missing columns"


def test_an_incident_that_ends_says_what_its_check_saw_then() -> None:
    baseline, book = baseline_of(), IncidentBook()
    for place, rows in enumerate((BAD, GOOD)):
        window = window_of(baseline, profile_of(baseline, rows), start=place * HOUR)
        readings = evaluate_window(window)
        ref = WindowRef("m", "1", "1h", place * HOUR, (place + 1) * HOUR, baseline.id)
        events = violations(book.observe(ref, readings), window, readings)
    assert {event.kind for event in events} == {"resolved"}
    assert {event.sagemaker.description for event in events if event.check == "completeness_check"} == {
        "Value: 1.0 does not meet the constraint requirement! "
    }


def test_switches_of_metrics_reach_the_statistics() -> None:
    limits = constraints()
    limits["features"][0]["monitoringConfigOverrides"] = {"emit_metrics": "Disabled"}
    baseline = baseline_of(limits=limits)
    window = window_of(baseline, profile_of(baseline, GOOD))
    assert window_statistics(window, evaluate_window(window), LEDGER).without_metrics == ("age",)


def wide() -> Baseline:
    """A feature whose sketch retains 2,000 values."""
    told = statistics()
    values = np.random.default_rng(5).normal(50.0, 20.0, 2000).tolist()
    told["features"][0]["inferred_type"] = "Fractional"
    numbers = told["features"][0]["numerical_statistics"]
    numbers["distribution"]["kll"]["sketch"]["data"] = [values]
    numbers |= {"min": min(values), "max": max(values), "std_dev": 20.0, "mean": 50.0}
    limits = constraints()
    limits["features"][0]["inferred_type"] = "Fractional"
    return baseline_of(told, limits)


def test_people_are_shown_some_fifty_bins_of_a_sketch_and_verdicts_are_made_on_all() -> None:
    baseline = wide()
    moved = [[str(value), "free", ""] for value in np.random.default_rng(6).normal(80.0, 20.0, 500)]
    (event,) = [event for event in story(baseline, moved) if event.feature == "age" and "drift" in event.check]
    assert event.baseline_histogram is not None
    assert event.window_histogram is not None
    assert event.baseline_histogram.edges is not None
    assert len(event.baseline_histogram.edges) == 51
    assert sum(event.baseline_histogram.counts) == 2000
    assert max(event.baseline_histogram.counts) <= 2000 / 50 + 1
    assert sum(event.window_histogram.counts) == 500
    window = window_of(baseline, profile_of(baseline, moved))
    wire = window_statistics(window, evaluate_window(window), LEDGER)
    drawn = overlay(baseline, "age", wire.features[0].counts)
    assert drawn is not None
    assert drawn.edges == event.baseline_histogram.edges
    distances = {distance.name: distance.value for distance in wire.features[0].distances}
    assert distances["linf_simple"] == event.details["simple"]
    assert distances["linf_robust"] == event.observed
    assert distances["ks"] is not None
    assert event.details["simple"] - 1 / 50 <= distances["ks"] <= event.details["simple"]
