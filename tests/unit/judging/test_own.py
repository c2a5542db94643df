"""Own checks: what they see, what they may answer, and what becomes of one that fails."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import pytest

from driftline.engine.panes import Merged
from driftline.engine.results import ClosedWindow, judge, preview
from driftline.judging.incidents import IncidentBook
from driftline.judging.own import MOST_READINGS, Check, OwnCheck, OwnWindow, own_readings
from driftline.judging.states import Reading, State
from driftline.judging.volume import VolumeHistory
from driftline.windows.spec import Window, WindowSpec
from support.judged import HOUR, baseline_of, numeric, profile_of, window_of

BASELINE = baseline_of(numeric("age", [float(age) for age in range(200)]), rows=200)
PROFILE = profile_of(BASELINE, age=[float(age) for age in range(100)])


def even(window: OwnWindow) -> Iterator[Reading]:
    """The share of each column in the upper half of the baseline's bins."""
    for name, column in window.columns.items():
        half = len(column.counts) // 2
        share = float(column.counts[half:].sum() / column.count)
        state = State.VIOLATED if share < 0.25 else State.OK
        yield Reading(name, "", state, observed=share, limit=0.25, n=column.rows, reason="too few old customers")


def closed(*checks: OwnCheck) -> ClosedWindow:
    merged = Merged(PROFILE, {})
    return ClosedWindow("m", "1", WindowSpec(HOUR, HOUR), Window(0, HOUR), "UTC", merged, (), (), checks)


def answer(check: Check, **other: object) -> tuple[Reading, ...]:
    return own_readings(window_of(BASELINE, PROFILE, **other), [OwnCheck("even", check)])


def test_a_check_sees_the_window_as_rules_do_and_answers_under_its_name() -> None:
    seen: list[OwnWindow] = []

    def look(window: OwnWindow) -> Iterable[Reading]:
        seen.append(window)
        return even(window)

    (reading,) = answer(look)
    assert (reading.feature, reading.check, reading.n) == ("age", "even", 100)
    window = seen[0]
    assert (window.model, window.version, window.label, window.start_ms, window.end_ms) == ("m", "1", "1h", 0, HOUR)
    assert (window.baseline, window.rows) == (BASELINE, 100)
    assert window.columns["age"].count == 100


def test_its_violation_is_an_incident_a_reading_and_a_line_of_model_monitors_file() -> None:
    statistics, events = judge(closed(OwnCheck("even", even)), BASELINE, VolumeHistory(), IncidentBook(), ())
    own = [event for event in events if event.check == "even"]
    assert [(event.feature, event.kind, event.severity) for event in own] == [("age", "opened", "critical")]
    assert "even" in {reading.check for feature in statistics.features for reading in feature.readings}
    assert "even" in {line.constraint_check_type for line in statistics.sagemaker}
    early = preview(closed(OwnCheck("even", even)), BASELINE)
    assert "even" in {reading.check for feature in early.features for reading in feature.readings}


def test_a_check_that_fails_is_unknown_with_its_error_and_the_others_answer() -> None:
    def fails(window: OwnWindow) -> Iterable[Reading]:
        yield Reading("", "", State.OK)
        raise ZeroDivisionError(f"in {window.model}")

    readings = own_readings(window_of(BASELINE, PROFILE), [OwnCheck("first", fails), OwnCheck("even", even)])
    assert [(reading.check, reading.state) for reading in readings] == [
        ("first", State.UNKNOWN),
        ("even", State.VIOLATED),
    ]
    assert readings[0].reason.startswith("ZeroDivisionError: in m (test_own.py:")
    assert readings[0].n == 100


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([5], "must answer Readings, got a int"),
        (5, "TypeError: 'int' object is not iterable"),
        (None, "TypeError: 'NoneType' object is not iterable"),
        ([Reading("", "volume_check", State.OK)], "must not answer under the name of our own volume_check"),
        ([Reading("", "", State.OK, observed=math.nan)], "observed must be finite, got nan"),
        ([Reading("", "", State.OK, details={"p": math.inf})], "p must be finite, got inf"),
        ([Reading("", "", "fine")], "state must be a State, got 'fine'"),  # type: ignore[arg-type] # on purpose
        ([Reading("", "", State.OK), Reading("", "", State.OK)], "must answer once for even"),
        ([Reading("x" * 201, "", State.OK)], "must have at most 200 characters"),
        ([Reading(str(n), "", State.OK) for n in range(MOST_READINGS + 1)], "must answer at most 10000 Readings"),
    ],
)
def test_what_no_rule_may_answer_is_unknown(answers: Iterable[Reading], reason: str) -> None:
    (reading,) = answer(lambda _window: answers)
    assert reading.state is State.UNKNOWN
    assert reason in reading.reason


def test_a_window_that_is_not_complete_is_unknown_and_nobody_is_asked() -> None:
    def asked(_window: OwnWindow) -> Iterable[Reading]:
        pytest.fail("a check was asked")

    (reading,) = answer(asked, complete=False, incomplete_reasons=("captures[0] [5, 9): retention",))
    assert (reading.check, reading.state) == ("even", State.UNKNOWN)
    assert "retention" in reading.reason


def test_without_a_baseline_or_rows_a_check_is_asked_and_sees_no_columns() -> None:
    def count(window: OwnWindow) -> Iterable[Reading]:
        yield Reading("", "", State.OK, observed=float(window.rows), details={"columns": len(window.columns)})

    for window in (window_of(None, None), window_of(None, PROFILE)):
        (reading,) = own_readings(window, [OwnCheck("count", count)])
        assert reading.observed == window.rows
        assert reading.details == {"columns": 0}
