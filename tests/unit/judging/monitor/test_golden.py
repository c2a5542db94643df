"""Windows and the violations file that Model Monitor writes of them, one readable file a case; and that each of them tells."""

import json

import pytest

from driftline.judging.monitor import distances, evaluate, facts, rules, shape, texts
from driftline.judging.monitor.report import read_violations, violations_file
from support.monitor_golden import CASES, baseline_of, case_of
from support.monitor_oracle import near, violations
from support.monitor_rows import lines_of


def told(name: str) -> list[dict[str, str]]:
    """What a window of the case's rows is said to violate, by way of the file that says it."""
    lines = lines_of(baseline_of(name), case_of(name)["rows"])
    data = violations_file(lines)
    assert read_violations(data) == lines
    found: list[dict[str, str]] = json.loads(data)["violations"]
    return found


@pytest.mark.parametrize("name", CASES)
def test_the_file_has_the_entries_that_model_monitor_writes(name: str) -> None:
    case = case_of(name)
    assert told(name) == case["violations"]
    assert near(violations(case["statistics"], case["constraints"], case["rows"]), case["violations"])


def _exact(baseline: distances.Counts, window: distances.Counts) -> float | None:
    return (
        None
        if not window.sum()
        else float(abs(baseline.cumsum() / baseline.sum() - window.cumsum() / window.sum())[:-2].max())
    )


SABOTAGES: dict[str, tuple[object, str, object]] = {
    "1.7 for 1.8": (distances, "C_ALPHA", 1.7),
    "no correction": (rules, "robust", lambda simple, *_sizes: simple),
    "always corrected": (rules, "chi_squared", lambda *_counts: None),
    "the last bins left out": (rules, "numeric_distance", _exact),
    "unseen as one": (rules, "categorical_distance", lambda b, w, u: distances.categorical_distance(b, w, (sum(u),))),
    "unseen forgotten": (rules, "categorical_distance", lambda b, w, _u: distances.categorical_distance(b, w)),
    "other numbers": (texts, "java_double", repr),
    "120 texts are many": (facts, "MOST_VALUES", 100_000),
    "drift in spite of the type": (evaluate, "DATA_TYPE", "another_check"),
    "no expected count is too small": (distances, "_is_regular", lambda _expected: False),
    "columns are never counted": (shape.Shape, "fits", True),
}


@pytest.mark.parametrize("how", SABOTAGES)
def test_a_wrong_rule_is_found_out(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place, name, wrong = SABOTAGES[how]
    monkeypatch.setattr(place, name, wrong)
    assert any(told(case) != case_of(case)["violations"] for case in CASES)
