"""One execution: a closed window that a schedule looks at, its report put into its place, and the record of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from driftline.contracts.control import Schedule
from driftline.contracts.execution import Execution
from driftline.contracts.statistics import WindowStatistics
from driftline.errors import ConfigError
from driftline.schedules.outputs import output_of
from driftline.schedules.report import execution_of, report_files
from driftline.schedules.store import open_store


def planned(schedule: Schedule, statistics: WindowStatistics, outputs: Sequence[str]) -> Execution:
    """The execution as it will be once its report is written; Failed at once where there can be none. Pure."""
    execution = execution_of(schedule, statistics, "")
    wanted, judged = schedule.baseline, statistics.baseline_id or "none"
    if wanted and wanted != judged:
        return failed(execution, f"the schedule wants windows judged by baseline {wanted}, this one was by {judged}")
    try:
        return execution_of(schedule, statistics, output_of(schedule.output, outputs))
    except ConfigError as error:
        return failed(execution, str(error))


def failed(execution: Execution, reason: str) -> Execution:
    """The execution without a report, and why."""
    return msgspec.structs.replace(
        execution, status="Failed", failure_reason=reason, exit_message="", report="", files=()
    )


def write_report(execution: Execution, statistics: WindowStatistics, options: Mapping[str, str]) -> None:
    """Put the files of an execution into its place; nothing where it has none. Blocks; raises ReportError."""
    if execution.report:
        open_store(execution.report, options).write(execution.report, report_files(statistics))
