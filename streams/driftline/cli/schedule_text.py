"""Schedules, executions and alerts as lines and tables for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from driftline.printable import printable_line

_COLOURS: Final = {
    "Scheduled": "green",
    "Completed": "green",
    "CompletedWithViolations": "bold red",
    "Failed": "bold red",
    "InAlert": "bold red",
    "Pending": "yellow",
    "Stopped": "yellow",
}
Document = dict[str, Any]


def as_line(document: Document) -> str:
    """One document a line, for programs."""
    return json.dumps(document, ensure_ascii=False)


def schedule_line(summary: Document, *, as_json: bool) -> str:
    """What a schedule is and what it says, in one line."""
    if as_json:
        return as_line(summary)
    reason = summary.get("FailureReason", "")
    head = f"{summary['MonitoringScheduleName']} {summary['MonitoringScheduleStatus']}: {summary['ScheduleExpression']}"
    text = f"{head} of {summary['Model']}/{summary['Version']}" + (f"; {reason}" if reason else "")
    if summary["MonitoringScheduleStatus"] == "Pending":
        text += "; no worker has answered yet (driftline schedule describe tells, or --wait)"
    return printable_line(text)


def schedule_table(summaries: Sequence[Document]) -> Table:
    """One row a schedule."""
    table = Table("name", "status", "model", "runs", "endpoint", "why")
    for one in summaries:
        table.add_row(
            one["MonitoringScheduleName"],
            coloured(one["MonitoringScheduleStatus"]),
            f"{one['Model']}/{one['Version']}",
            one["ScheduleExpression"],
            one["EndpointName"],
            one.get("FailureReason", ""),
        )
    return table


def execution_table(summaries: Sequence[Document]) -> Table:
    """One row an execution."""
    table = Table("scheduled", "schedule", "status", "state", "rows", "violations", "message")
    for one in summaries:
        table.add_row(
            short_time(one["ScheduledTime"]),
            one["MonitoringScheduleName"],
            coloured(one["MonitoringExecutionStatus"]),
            one["State"],
            str(one["Rows"]),
            str(one["Violations"]),
            one.get("FailureReason") or one.get("ExitMessage", ""),
        )
    return table


def execution_line(one: Document) -> str:
    """When, what came of it, and where it stands."""
    message = one.get("FailureReason") or one.get("ExitMessage", "")
    place = f" in {one['Report']}" if one.get("Report") else ""
    return printable_line(f"{short_time(one['ScheduledTime'])} {one['MonitoringExecutionStatus']}{place}: {message}")


def alert_table(summaries: Sequence[Document]) -> Table:
    """One row an alert."""
    table = Table("schedule", "alert", "when")
    for one in summaries:
        rule = f"{one['DatapointsToAlert']} of the last {one['EvaluationPeriod']} with violations"
        table.add_row(one["MonitoringAlertName"], coloured(one["AlertStatus"]), rule)
    return table


def history_table(changes: Sequence[Document]) -> Table:
    """One row a change of an alert."""
    table = Table("since", "schedule", "alert", "violating")
    for one in changes:
        table.add_row(
            short_time(one["CreationTime"]),
            one["MonitoringScheduleName"],
            coloured(one["AlertStatus"]),
            str(one["Violating"]),
        )
    return table


def details(document: Document, indent: str = "") -> list[str]:
    """A document in full, one line a figure; lists and tables below their name."""
    lines = []
    for name, value in document.items():
        held = value[0] if isinstance(value, list) and len(value) == 1 else value
        if isinstance(held, dict):
            lines += [f"{indent}{name}", *details(held, f"{indent}  ")] if held else []
        else:
            lines.append(printable_line(f"{indent}{name:{max(30 - len(indent), 1)}} {held}"))
    return lines


def short_time(text: str) -> str:
    """RFC 3339 without what is nought.

    >>> short_time("2026-05-01T13:00:00.000Z")
    '2026-05-01 13:00'
    """
    return text.replace("T", " ").removesuffix("Z").removesuffix(".000").removesuffix(":00")


def coloured(word: str) -> Text:
    """A status in its colour."""
    return Text(word, style=_COLOURS.get(word, ""))
