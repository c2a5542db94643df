"""What a report says of a window: the files that Model Monitor leaves, and the execution."""

from __future__ import annotations

import json

import msgspec
import pytest

from driftline.contracts.statistics import decode_statistics
from driftline.schedules.report import execution_of, report_files, unjudged
from support.schedules import HOUR, NOON, hourly, window_of


def test_the_files_of_a_report_hold_what_the_window_held() -> None:
    window = window_of(NOON + HOUR, violations=2)
    files = report_files(window)
    assert sorted(files) == ["constraint_violations.json", "constraints.json", "statistics.json", "window.json"]
    assert decode_statistics(files["window.json"]) == window
    violations = json.loads(files["constraint_violations.json"])["violations"]
    assert [entry["feature_name"] for entry in violations] == ["f0", "f1"]
    assert list(violations[0]) == ["feature_name", "constraint_check_type", "description"]
    assert files["constraint_violations.json"].startswith(b'{\n  "violations" : [ {\n    "feature_name" : "f0",\n')
    told = json.loads(files["statistics.json"])
    assert told["dataset"] == {"item_count": window.rows}
    assert [feature["name"] for feature in told["features"]] == [feature.name for feature in window.features]
    assert files["statistics.json"].startswith(b'{\n  "version" : 0.0,\n')


def test_figures_of_a_feature_have_model_monitors_names() -> None:
    window = window_of(NOON + HOUR)
    (feature, *_) = window.features
    feature = msgspec.structs.replace(
        feature,
        name="x",
        kind="Fractional",
        present=4,
        missing=1,
        completeness=0.8,
        mean=2.5,
        std=1.0,
        min=1.0,
        max=4.0,
    )
    text = msgspec.structs.replace(feature, name="c", kind="String", distinct=3)
    gone = msgspec.structs.replace(
        feature, name="g", kind="Integral", present=0, mean=None, std=None, min=None, max=None
    )
    files = report_files(msgspec.structs.replace(window, features=(feature, text, gone)))
    numeric, string, empty = json.loads(files["statistics.json"])["features"]
    assert numeric == {
        "name": "x",
        "inferred_type": "Fractional",
        "numerical_statistics": {
            "common": {"num_present": 4, "num_missing": 1},
            "mean": 2.5,
            "sum": 10.0,
            "std_dev": 1.0,
            "min": 1.0,
            "max": 4.0,
        },
    }
    assert string["string_statistics"] == {"common": {"num_present": 4, "num_missing": 1}, "distinct_count": 3.0}
    assert empty["inferred_type"] == "Unknown"
    suggested = json.loads(files["constraints.json"])["features"]
    assert suggested[0] == {
        "name": "x",
        "inferred_type": "Fractional",
        "completeness": 0.8,
        "num_constraints": {"is_non_negative": True},
    }


def test_equal_records_give_equal_reports_and_executions() -> None:
    assert report_files(window_of(NOON)) == report_files(window_of(NOON))
    assert execution_of(hourly(), window_of(NOON), "/r") == execution_of(hourly(), window_of(NOON), "/r")


@pytest.mark.parametrize(
    ("violations", "status"), [(0, "Completed"), (1, "CompletedWithViolations"), (60, "CompletedWithViolations")]
)
def test_an_execution_says_how_many_violations_there_were(violations: int, status: str) -> None:
    execution = execution_of(hourly(), window_of(NOON + HOUR, violations=violations), "s3://b/r")
    assert (execution.status, execution.violations) == (status, violations)
    assert execution.exit_message.startswith(
        f"{status}: Job completed successfully with {violations or 'no'} violations."
    )
    assert execution.report == "s3://b/r/churn/churn-hourly/2026/05/01/13"
    assert execution.scheduled == NOON + HOUR


def test_a_window_without_rows_is_unknown_and_leaves_no_report_that_looks_fine() -> None:
    execution = execution_of(hourly(), window_of(NOON + HOUR, rows=0, state="UNKNOWN", features=(), readings=()), "/r")
    assert (execution.status, execution.state, execution.report, execution.files) == ("Completed", "UNKNOWN", "", ())
    assert execution.exit_message == "Completed: Job inputs had no data: UNKNOWN, which is not the same as fine."


def test_what_could_not_be_judged_is_told_with_the_commonest_reason() -> None:
    window = window_of(NOON + HOUR)
    (reading, *_) = [reading for feature in window.features for reading in feature.readings]
    readings = [
        msgspec.structs.replace(reading, state=state, reason=reason)
        for state, reason in [("UNKNOWN", "few"), ("UNKNOWN", "gap"), ("UNKNOWN", "gap"), ("OK", "")]
    ]
    feature = msgspec.structs.replace(window.features[0], readings=tuple(readings))
    unknown = msgspec.structs.replace(window, state="UNKNOWN", features=(feature,), readings=())
    assert unjudged(unknown) == "3 of 4 checks could not be made, gap"
    assert unjudged(msgspec.structs.replace(unknown, state="OK")) == ""
