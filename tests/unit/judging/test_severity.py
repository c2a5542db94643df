"""Who is critical, and who only warns."""

from __future__ import annotations

import pytest

from driftline.judging.severity import Severity, SeverityPolicy, severity_of, violated_share
from driftline.judging.states import Reading, State, worst


def reading(check: str, observed: float | None = 0.2, state: State = State.VIOLATED, feature: str = "x") -> Reading:
    return Reading(feature, check, state, observed)


@pytest.mark.parametrize(
    ("told", "share", "severity"),
    [
        (reading("baseline_drift_check"), 0.1, Severity.WARNING),
        (reading("baseline_drift_check"), 1 / 3, Severity.CRITICAL),
        (reading("prediction_drift_check"), 0.0, Severity.CRITICAL),
        (reading("missing_column_check"), 0.0, Severity.CRITICAL),
        (reading("data_type_check", 0.5), 0.0, Severity.WARNING),
        (reading("data_type_check", 0.51), 0.0, Severity.CRITICAL),
        (reading("volume_check", 1.0, feature=""), 0.0, Severity.WARNING),
        (reading("volume_check", 0.0, feature=""), 0.0, Severity.CRITICAL),
        (reading("completeness_check", 0.0), 0.0, Severity.WARNING),
        (reading("sequential_drift_check", state=State.WATCH), 1.0, Severity.INFO),
    ],
)
def test_rules(told: Reading, share: float, severity: Severity) -> None:
    assert severity_of(told, share) is severity


def test_the_users_word_comes_first() -> None:
    policy = SeverityPolicy({"missing_column_check": Severity.INFO})
    assert severity_of(reading("missing_column_check"), 1.0, policy) is Severity.INFO


def test_the_share_counts_features_and_not_readings() -> None:
    readings = (
        reading("baseline_drift_check", feature="a"),
        reading("completeness_check", feature="a"),
        reading("prediction_drift_check", feature="p"),
        reading("baseline_drift_check", feature="b", state=State.OK),
    )
    assert violated_share(readings, frozenset("abc")) == pytest.approx(1 / 3)
    assert violated_share(readings, frozenset()) == 0.0


def test_states_are_ordered_and_the_worst_wins() -> None:
    assert [state.rank for state in (State.OK, State.WATCH, State.UNKNOWN, State.VIOLATED)] == [0, 1, 2, 3]
    assert worst([State.WATCH, State.UNKNOWN]) is State.UNKNOWN
    assert worst([]) is State.UNKNOWN
