"""Schedules, executions and alerts as Model Monitor's API describes them, with what is ours under names of its own.

Source: DescribeMonitoringSchedule, MonitoringExecutionSummary, MonitoringAlertSummary and MonitoringAlertHistorySummary of the
SageMaker API. Names that look like ARNs are unique here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from driftline.contracts.cloudevents import rfc3339
from driftline.contracts.control import Schedule, ScheduleAnswer
from driftline.contracts.execution import execution_name
from driftline.schedules.alerts import alert_history, alert_status
from driftline.schedules.book import Recorded
from driftline.schedules.cadence import NOW
from driftline.schedules.changes import cadence_of, is_active, status_of

ARN: Final = "arn:driftline:sagemaker:::{}/{}"

Document = dict[str, Any]


def schedule_arn(name: str) -> str:
    """The name of a schedule among all things.

    >>> schedule_arn("hourly")
    'arn:driftline:sagemaker:::monitoring-schedule/hourly'
    """
    return ARN.format("monitoring-schedule", name)


def describe_schedule(
    schedule: Schedule,
    answer: ScheduleAnswer | None,
    executions: Sequence[Recorded] = (),
    *,
    now: int | None = None,
    timezone: str = "UTC",
) -> Document:
    """Everything about a schedule as of ``now``: with it, and a schedule that is started, also when it runs next."""
    document = schedule_summary(schedule, answer) | {"MonitoringScheduleConfig": _configuration(schedule)}
    if executions:
        document["LastMonitoringExecutionSummary"] = execution_summary(executions[-1])
    if now is not None and is_active(schedule) and schedule.expression != NOW:
        cadence = cadence_of(schedule)
        document["NextScheduledTime"] = None if cadence is None else rfc3339(cadence.next_end(now, timezone))
    return document | {"Alert": alert_summary(schedule, executions)}


def schedule_summary(schedule: Schedule, answer: ScheduleAnswer | None) -> Document:
    """What a list shows of a schedule."""
    status, reason = status_of(schedule, answer)
    return _without_blanks(
        {
            "MonitoringScheduleArn": schedule_arn(schedule.name),
            "MonitoringScheduleName": schedule.name,
            "MonitoringScheduleStatus": status,
            "MonitoringType": schedule.monitoring_type,
            "FailureReason": reason,
            "CreationTime": rfc3339(schedule.created),
            "LastModifiedTime": rfc3339(schedule.modified),
            "EndpointName": schedule.endpoint or schedule.model,
            "ScheduleExpression": schedule.expression,
            "Model": schedule.model,
            "Version": schedule.version,
        }
    )


def execution_summary(recorded: Recorded) -> Document:
    """An execution; a record's time of writing is both times here, since nothing in it depends on the clock."""
    execution = recorded.execution
    return _without_blanks(
        {
            "MonitoringScheduleName": execution.schedule,
            "ScheduledTime": rfc3339(execution.scheduled),
            "CreationTime": rfc3339(recorded.written),
            "LastModifiedTime": rfc3339(recorded.written),
            "MonitoringExecutionStatus": execution.status,
            "ProcessingJobArn": ARN.format("processing-job", execution_name(execution)),
            "EndpointName": execution.endpoint,
            "MonitoringType": execution.monitoring_type,
            "FailureReason": execution.failure_reason,
            "ExitMessage": execution.exit_message,
            "State": execution.state,
            "Window": {
                "Label": execution.window.label,
                "Start": rfc3339(execution.window.start),
                "End": rfc3339(execution.window.end),
                "TimeZone": execution.window.timezone,
            },
            "Rows": execution.rows,
            "Violations": execution.violations,
            "BaselineId": execution.baseline_id or "",
            "Report": execution.report,
        }
    )


def alert_summary(schedule: Schedule, executions: Sequence[Recorded]) -> Document:
    """The one alert that a schedule has."""
    return {
        "MonitoringAlertName": schedule.name,
        "CreationTime": rfc3339(schedule.created),
        "LastModifiedTime": rfc3339(schedule.modified),
        "AlertStatus": alert_status(schedule.alert, (one.execution for one in executions)),
        "DatapointsToAlert": schedule.alert.datapoints,
        "EvaluationPeriod": schedule.alert.period,
        "Actions": {"ModelDashboardIndicator": {"Enabled": True}},
    }


def alert_changes(schedule: Schedule, executions: Sequence[Recorded]) -> list[Document]:
    """Every change of the alert, newest first as there."""
    changes = alert_history(schedule.alert, (one.execution for one in executions))
    return [
        {
            "MonitoringScheduleName": schedule.name,
            "MonitoringAlertName": schedule.name,
            "CreationTime": rfc3339(change.scheduled),
            "AlertStatus": change.status,
            "Violating": change.violating,
        }
        for change in reversed(changes)
    ]


def _configuration(schedule: Schedule) -> Document:
    timing = {
        "ScheduleExpression": schedule.expression,
        "DataAnalysisStartTime": schedule.analysis_start,
        "DataAnalysisEndTime": schedule.analysis_end,
    }
    job = {
        "BaselineConfig": _without_blanks({"BaselineId": schedule.baseline}),
        "MonitoringInputs": [{"EndpointInput": {"EndpointName": schedule.endpoint or schedule.model}}],
        "MonitoringOutputConfig": {"MonitoringOutputs": [{"S3Output": {"S3Uri": schedule.output}}]},
        "MonitoringAppSpecification": _without_blanks(
            {
                "RecordPreprocessorSourceUri": schedule.preprocess,
                "PostAnalyticsProcessorSourceUri": schedule.postprocess,
            }
        ),
        "Environment": {"publish_cloudwatch_metrics": "Enabled" if schedule.emit_metrics else "Disabled"},
    }
    return {
        "ScheduleConfig": _without_blanks(timing),
        "MonitoringJobDefinition": job,
        "MonitoringType": schedule.monitoring_type,
    }


def _without_blanks(document: Document) -> Document:
    """Model Monitor leaves out what there is none of."""
    return {name: value for name, value in document.items() if value != ""}
