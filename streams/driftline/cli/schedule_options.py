"""What the commands of ``driftline schedule`` share: options, where schedules are kept, and how they tell what they did."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from driftline.cli.common import Exit
from driftline.errors import ConfigError
from driftline.printable import printable_line

if TYPE_CHECKING:
    from driftline.config import Config
    from driftline.contracts.control import Schedule
    from driftline.schedules.book import ScheduleBook

ANSWER_SECONDS: Final = 30.0
"""How long ``--wait`` waits for a worker. Chosen: a worker that starts meanwhile has answered by then."""

Name = Annotated[str, typer.Argument(help="Name of the schedule: letters, digits and hyphens.", metavar="NAME")]
OptionalName = Annotated[str | None, typer.Argument(help="Name of the schedule (default: all).", metavar="NAME")]
Store = Annotated[
    Path | None, typer.Option("--store", help="Keep schedules and executions in this folder instead of Kafka.")
]
Cron = Annotated[
    str | None,
    typer.Option("--cron", help="cron(0 * ? * * *), cron(0 6 ? * * *), cron(0 0/6 ? * * *), rate(5 minutes) or NOW."),
]
Endpoint = Annotated[str | None, typer.Option("--endpoint", help="Name that reports stand under (default: the model).")]
Output = Annotated[str | None, typer.Option("--output", "-o", help="Folder or URL, one of reports.outputs or below.")]
Baseline = Annotated[
    str | None, typer.Option("--baseline", help="Id of the baseline that must have judged (default: any).")
]
Preprocess = Annotated[str | None, typer.Option("--preprocess", help="File name of the script that workers must have.")]
Postprocess = Annotated[str | None, typer.Option("--postprocess", help="The same for the script after a report.")]
Alert = Annotated[str | None, typer.Option("--alert", help="M/N: in alert while M of the last N had violations.")]
Metrics = Annotated[bool | None, typer.Option("--metrics/--no-metrics", help="Whether its metrics are exported.")]
Start = Annotated[str | None, typer.Option("--start", help="With NOW: begin of the range, -PT1H or a time.")]
End = Annotated[str | None, typer.Option("--end", help="With NOW: end of the range, -PT0H or a time.")]
Wait = Annotated[
    bool, typer.Option("--wait", help="Wait for a worker's answer; exit code 3 when it is Failed, or none came.")
]


def book_of(settings: Config, store: Path | None) -> ScheduleBook:
    """Where schedules are kept: in a folder if one is named, else on Kafka."""
    from driftline.schedules.local import FolderBook
    from driftline.schedules.topic import TopicBook

    return TopicBook(settings, _skipped) if store is None else FolderBook(store)


def _skipped(why: str) -> None:
    typer.echo(f"driftline: {printable_line(why)}", err=True)


def now_ms() -> int:
    """The clock on the wall, in ms UTC: when people do things is part of what they do."""
    return time.time_ns() // 1_000_000


def fields(
    *,
    cron: str | None,
    endpoint: str | None,
    output: str | None,
    baseline: str | None,
    preprocess: str | None,
    postprocess: str | None,
    alert: str | None,
    metrics: bool | None,
    start: str | None,
    end: str | None,
) -> dict[str, Any]:
    """What was named on the command line, as fields of a schedule."""
    _check_range(start, end)
    given = {
        "expression": cron,
        "endpoint": endpoint,
        "output": output,
        "baseline": baseline,
        "preprocess": preprocess,
        "postprocess": postprocess,
        "alert": None if alert is None else _alert(alert),
        "emit_metrics": metrics,
        "analysis_start": start,
        "analysis_end": end,
    }
    return {name: value for name, value in given.items() if value is not None}


def _alert(text: str) -> dict[str, int]:
    first, _, second = text.partition("/")
    if not (first.strip().isdecimal() and second.strip().isdecimal()):
        raise ConfigError(f"--alert must be M/N, as 2/3, got {text!r}")
    return {"datapoints": int(first), "period": int(second)}


def _check_range(start: str | None, end: str | None) -> None:
    """Both ends are read now, so that a slip is told now and not by the run."""
    from driftline.analysis.moments import Span, moment

    now = now_ms()
    ends = [moment(text, now, name) for name, text in (("--start", start), ("--end", end)) if text is not None]
    if len(ends) == 2:  # noqa: PLR2004 - both of them
        Span(*ends)


def tell(book: ScheduleBook, schedule: Schedule, *, wait: bool, as_json: bool) -> None:
    """What became of it, with the answer of a worker if that is waited for."""
    from driftline.cli.schedule_text import schedule_line
    from driftline.schedules.describe import schedule_summary

    until, answer = time.monotonic() + (ANSWER_SECONDS if wait else 0.0), book.answers().get(schedule.name)
    summary = schedule_summary(schedule, answer)
    while summary["MonitoringScheduleStatus"] == "Pending" and time.monotonic() < until:
        time.sleep(0.2)
        summary = schedule_summary(schedule, book.answers().get(schedule.name))
    typer.echo(schedule_line(summary, as_json=as_json))
    if wait and summary["MonitoringScheduleStatus"] in {"Pending", "Failed"}:
        raise typer.Exit(Exit.FAILED)
