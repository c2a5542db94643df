"""Runs that somebody asks for: every state is recorded, whatever becomes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from driftline.contracts.control import Schedule
from driftline.contracts.execution import Execution
from driftline.contracts.statistics import WindowStatistics
from driftline.errors import BrokerError
from driftline.schedules.execute import planned
from driftline.schedules.local import FolderBook
from driftline.schedules.run import Judge, Places, run_again, run_once
from support.schedules import HOUR, NOON, hourly, window_of

SPAN = (NOON + 7, NOON + HOUR + 7)


class Noted(FolderBook):
    """A folder that remembers every record."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.all: list[Execution] = []

    def record(self, execution: Execution) -> None:
        super().record(execution)
        self.all.append(execution)


@pytest.fixture
def book(tmp_path: Path) -> Noted:
    return Noted(tmp_path)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places([str(tmp_path / "reports")])


def once() -> Schedule:
    return hourly(expression="NOW", analysis_start="-PT1H", analysis_end="-PT0H")


def judged(**fields: Any) -> Judge:  # noqa: ANN401 - of a wire type
    return lambda _schedule, _start, end: [window_of(end, **fields)]


def test_a_run_is_in_progress_until_its_report_is_there(book: Noted, places: Places) -> None:
    seen: list[tuple[str, bool]] = []

    def judge(schedule: Schedule, start: int, end: int) -> list[WindowStatistics]:
        (recorded,) = book.executions(schedule.name)
        seen.append((recorded.execution.status, Path(places.outputs[0]).exists()))
        assert (start, end) == SPAN
        return [window_of(end, violations=3)]

    ended = run_once(book, once(), judge, places, SPAN)
    assert seen == [("InProgress", False)]
    assert [one.status for one in book.all] == ["InProgress", "CompletedWithViolations"]
    assert [one.execution for one in book.executions()] == [ended], "one record of the run is left"
    assert ended.violations == 3
    assert sorted(path.name for path in Path(ended.report).iterdir()) == list(ended.files)


def test_a_range_without_rows_is_unknown_and_no_failure(book: Noted, places: Places) -> None:
    for judge in (judged(rows=0, state="UNKNOWN"), lambda _schedule, _start, _end: []):
        ended = run_once(book, once(), judge, places, SPAN)
        assert (ended.status, ended.state, ended.report) == ("Completed", "UNKNOWN", "")
        assert "Job inputs had no data" in ended.exit_message


def test_a_run_that_fails_is_recorded_with_its_reason(book: Noted, places: Places) -> None:
    def judge(*_: object) -> list[WindowStatistics]:
        raise BrokerError("Kafka does not answer")

    with pytest.raises(BrokerError):
        run_once(book, once(), judge, places, SPAN)
    assert [one.status for one in book.all] == ["InProgress", "Failed"]
    assert book.all[-1].failure_reason == "Kafka does not answer"


def test_a_run_that_is_interrupted_is_stopped(book: Noted, places: Places) -> None:
    def judge(*_: object) -> list[WindowStatistics]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_once(book, once(), judge, places, SPAN)
    assert [one.status for one in book.all] == ["InProgress", "Stopping", "Stopped"]


def test_a_report_that_cannot_be_written_fails_its_execution_alone(book: Noted, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    windows = [window_of(NOON + hours * HOUR) for hours in (1, 2)]
    (first, second) = run_again(book, hourly(), windows, Places([str(tmp_path / "file")]))
    assert (first.status, first.report, first.files) == ("Failed", "", ())
    assert "must be written" in first.failure_reason
    assert second.status == "Failed"


def test_windows_that_the_schedule_does_not_look_at_are_passed_over(book: Noted, places: Places) -> None:
    windows = [window_of(NOON + HOUR, label="1m"), window_of(NOON + HOUR, model="other"), window_of(NOON - HOUR)]
    found = list(run_again(book, hourly(), windows, places))
    assert [one.scheduled for one in found] == [NOON - HOUR], "also of the time before it was made: it was asked for"


def test_a_window_that_another_baseline_judged_fails() -> None:
    window = window_of(NOON + HOUR)
    assert planned(hourly(baseline=window.baseline_id), window, ["/r"]).status == "Completed"
    found = planned(hourly(baseline="0123"), window, ["/r"])
    assert (found.status, found.report) == ("Failed", "")
    assert (
        found.failure_reason
        == f"the schedule wants windows judged by baseline 0123, this one was by {window.baseline_id}"
    )
