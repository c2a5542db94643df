"""What became of schedules, as the API of SageMaker tells it; the facade alone says Failed of a window without data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from driftline.contracts.execution import execution_name
from driftline.schedules.book import Recorded
from driftline.schedules.describe import execution_summary
from driftline.schedules.states import NO_DATA

TIMES: Final = frozenset({"CreationTime", "LastModifiedTime", "ScheduledTime", "NextScheduledTime"})

_JOB_STATUS: Final = {"CompletedWithViolations": "Completed"}
"""Statuses of a processing job where they are other words than an execution's."""


def as_there(recorded: Recorded) -> dict[str, Any]:
    """Summary of an execution with Model Monitor's own status: no data is a failure there."""
    summary = with_times(execution_summary(recorded))
    if summary["MonitoringExecutionStatus"] == "Completed" and not recorded.execution.rows:
        summary |= {"MonitoringExecutionStatus": "Failed", "FailureReason": NO_DATA}
        summary.pop("ExitMessage", None)
    return summary


def job_document(recorded: Recorded, output: str) -> dict[str, Any]:
    """The execution as DescribeProcessingJob would describe its job; ``output`` is the URI of its report."""
    summary = as_there(recorded)
    status = summary["MonitoringExecutionStatus"]
    outputs = [{"OutputName": "result", "S3Output": {"S3Uri": output, "LocalPath": "/opt/ml/processing/output"}}]
    told = {
        "ProcessingJobName": execution_name(recorded.execution),
        "ProcessingJobArn": summary["ProcessingJobArn"],
        "ProcessingJobStatus": _JOB_STATUS.get(status, status),
        "ProcessingOutputConfig": {"Outputs": outputs},
        "ExitMessage": summary.get("ExitMessage", summary.get("FailureReason", "")),
        "CreationTime": summary["CreationTime"],
        "LastModifiedTime": summary["LastModifiedTime"],
        "MonitoringScheduleName": recorded.execution.schedule,
    }
    return told | ({"FailureReason": summary["FailureReason"]} if "FailureReason" in summary else {})


def with_times(document: Mapping[str, Any]) -> dict[str, Any]:
    """Times as boto gives them: datetimes with a zone."""
    return {
        name: datetime.fromisoformat(value) if name in TIMES and isinstance(value, str) else value
        for name, value in document.items()
    }
