"""Executions that somebody asks for: the range of a schedule that runs NOW, or windows that were told before, once more.

How a range is judged is handed in (:data:`Judge`), so that files, topics and tests are run alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from driftline.contracts.control import Schedule
from driftline.contracts.execution import Execution
from driftline.contracts.statistics import WindowStatistics
from driftline.contracts.violation import Window
from driftline.durations import format_duration
from driftline.errors import DriftlineError, ReportError
from driftline.schedules.book import ScheduleBook
from driftline.schedules.changes import looks_at
from driftline.schedules.execute import failed, planned, write_report
from driftline.schedules.states import NO_DATA, exit_message, moved

Judge = Callable[[Schedule, int, int], Sequence[WindowStatistics]]
"""The final statistics of the one window [start, end), in ms UTC; none where there was nothing."""


@dataclass(frozen=True)
class Places:
    """Where reports may go, and the settings of their store."""

    outputs: Sequence[str]
    store: Mapping[str, str] = field(default_factory=dict)


def run_once(book: ScheduleBook, schedule: Schedule, judge: Judge, places: Places, span: tuple[int, int]) -> Execution:
    """Judge a range and leave its report; every state on the way is recorded.

    An interruption is recorded as Stopped, a failure as Failed with its reason, and both are raised further.
    """
    execution = begun(schedule, span)
    book.record(execution)
    try:
        found = judge(schedule, *span)
        ended = _ended(execution, execute(schedule, found[-1], places)) if found else _empty(execution)
    except KeyboardInterrupt:
        stopping = moved(execution, "Stopping")
        book.record(stopping)
        book.record(moved(stopping, "Stopped"))
        raise
    except DriftlineError as error:
        book.record(moved(execution, "Failed", failure_reason=str(error)))
        raise
    book.record(ended)
    return ended


def run_again(
    book: ScheduleBook, schedule: Schedule, windows: Iterable[WindowStatistics], places: Places
) -> Iterator[Execution]:
    """Leave the reports of windows that were told before; those that the schedule does not look at are passed over."""
    for statistics in windows:
        if looks_at(schedule, statistics):
            execution = execute(schedule, statistics, places)
            book.record(execution)
            yield execution


def execute(schedule: Schedule, statistics: WindowStatistics, places: Places) -> Execution:
    """The execution of a closed window, its report written; Failed where that could not be done. Blocks."""
    execution = planned(schedule, statistics, places.outputs)
    try:
        write_report(execution, statistics, places.store)
    except ReportError as error:
        return failed(execution, str(error))
    return execution


def begun(schedule: Schedule, span: tuple[int, int]) -> Execution:
    """The execution of a range as it begins: InProgress, and nothing known yet."""
    start, end = span
    return Execution(
        schedule=schedule.name,
        model=schedule.model,
        version=schedule.version,
        endpoint=schedule.endpoint or schedule.model,
        monitoring_type=schedule.monitoring_type,
        scheduled=end,
        window=Window(label=format_duration(end - start), start=start, end=end),
        status="InProgress",
        state="UNKNOWN",
    )


def _ended(begun_as: Execution, ended: Execution) -> Execution:
    """What was found, under the name that it began with."""
    return msgspec.structs.replace(ended, scheduled=begun_as.scheduled, window=begun_as.window)


def _empty(execution: Execution) -> Execution:
    return moved(execution, "Completed", exit_message=exit_message(0, NO_DATA))
