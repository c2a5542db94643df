"""Executions: states and messages, alerts of M of N, names and folders."""

from __future__ import annotations

import itertools
import posixpath

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.contracts.control import AlertRule
from driftline.contracts.execution import TERMINAL, Execution, execution_key
from driftline.contracts.violation import Window
from driftline.schedules.alerts import AlertChange, alert_history, alert_status
from driftline.schedules.layout import report_path
from driftline.schedules.report import execution_of
from driftline.schedules.states import FOLLOWS, exit_message, moved
from support.schedules import HOUR, NOON, hourly, window_of

STATUSES = ("Pending", "InProgress", "Completed", "CompletedWithViolations", "Failed", "Stopping", "Stopped")


def execution(status: str, at: int = 0) -> Execution:
    made = execution_of(hourly(), window_of(NOON + at * HOUR), "/r")
    return msgspec.structs.replace(made, status=status)


@given(st.lists(st.sampled_from(STATUSES), max_size=8))
def test_an_execution_ends_once_and_nothing_follows(path: list[str]) -> None:
    now, ended = execution("Pending"), False
    for status in path:
        if status in FOLLOWS[now.status]:
            assert not ended
            now = moved(now, status)  # type: ignore[arg-type] # one of the seven
            ended = now.status in TERMINAL
        else:
            with pytest.raises(ValueError, match=f"{status} cannot follow {now.status}"):
                moved(now, status)  # type: ignore[arg-type] # one of the seven


def test_every_state_can_end() -> None:
    assert set(FOLLOWS) == set(STATUSES)
    for status in set(STATUSES) - TERMINAL:
        reached = {status}
        for _ in STATUSES:
            reached |= {after for before in reached for after in FOLLOWS[before]}
        assert reached & TERMINAL
        assert "Failed" in reached


def test_exit_messages_are_model_monitors_own() -> None:
    assert exit_message(0) == "Completed: Job completed successfully with no violations."
    assert exit_message(1) == "CompletedWithViolations: Job completed successfully with 1 violations."
    assert exit_message(0, "Job inputs had no data") == (
        "Completed: Job inputs had no data: UNKNOWN, which is not the same as fine."
    )


@given(
    st.lists(st.sampled_from(["Completed", "CompletedWithViolations", "Failed", "InProgress"]), max_size=40),
    st.integers(1, 6),
    st.integers(1, 6),
)
def test_an_alert_holds_while_m_of_the_last_n_have_violations(path: list[str], m: int, n: int) -> None:
    rule = AlertRule(datapoints=min(m, n), period=n)
    executions = [execution(status, at) for at, status in enumerate(path)]
    ended = [one for one in executions if one.status in TERMINAL]
    expected = []
    for at in range(len(ended)):
        last = ended[max(0, at + 1 - n) : at + 1]
        expected.append(sum(one.status == "CompletedWithViolations" for one in last) >= rule.datapoints)
    assert alert_status(rule, reversed(executions)) == ("InAlert" if expected and expected[-1] else "OK")
    changes = [after for before, after in itertools.pairwise([False, *expected]) if before != after]
    assert [change.status == "InAlert" for change in alert_history(rule, executions)] == changes


def test_the_example_of_the_guide() -> None:
    """2 of 3: raised before there are three, held until fewer than two are left."""
    path = ["Violations", "Violations", "", "Violations", "", "", "Violations"]
    executions = [execution("CompletedWithViolations" if one else "Completed", at) for at, one in enumerate(path)]
    assert alert_history(AlertRule(datapoints=2, period=3), executions) == [
        AlertChange(NOON + 1 * HOUR, "InAlert", 2),
        AlertChange(NOON + 4 * HOUR, "OK", 1),
    ]


def test_reports_stand_where_model_monitor_puts_them() -> None:
    schedule = hourly(endpoint="churn-endpoint")
    assert report_path(schedule, window_of(NOON + HOUR).window) == "churn-endpoint/churn-hourly/2026/05/01/13"
    assert report_path(schedule, window_of(NOON, label="1d").window) == "churn-endpoint/churn-hourly/2026/05/01/12"


def test_schedules_finer_than_an_hour_have_a_folder_each() -> None:
    ends = [NOON + minutes * 60_000 for minutes in range(0, 120, 5)]
    paths = [report_path(hourly(), window_of(end, label="5m").window) for end in ends]
    assert paths[:2] == ["churn/churn-hourly/2026/05/01/12/00", "churn/churn-hourly/2026/05/01/12/05"]
    assert len(set(paths)) == len(ends)


def test_runs_at_any_moment_have_a_folder_each() -> None:
    ends = [NOON + 61_001, NOON + 61_002, NOON + 62_001]
    paths = [report_path(hourly(), Window(label="1h", start=end - HOUR, end=end)) for end in ends]
    assert paths[0] == "churn/churn-hourly/2026/05/01/12/01-01-001"
    assert len(set(paths)) == len(ends)


@given(st.text(min_size=1, max_size=40))
def test_no_name_of_an_endpoint_leads_out_of_the_output(endpoint: str) -> None:
    path = report_path(hourly(endpoint=endpoint), Window(label="1h", start=NOON, end=NOON + HOUR))
    assert posixpath.normpath(f"/out/{path}") == f"/out/{path}"
    assert path.count("/") == 5
    assert path.endswith("/churn-hourly/2026/05/01/13")


def test_a_window_that_is_told_twice_has_one_key() -> None:
    first, again = execution("Completed", 1), execution("Completed", 1)
    assert execution_key(first) == execution_key(again) == b"churn-hourly/20260501T130000Z"
    assert execution_key(execution("Completed", 2)) != execution_key(first)
