"""``driftline schedule run``: the range of a schedule that runs NOW, or the reports of windows that were told before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from driftline.cli.common import AsJson, Bootstrap, ConfigFile, Exit, configuration, errors, examples, until_interrupted
from driftline.cli.schedule_options import Name, Store, book_of, now_ms
from driftline.contracts.cloudevents import rfc3339
from driftline.errors import ConfigError
from driftline.printable import printable_line

if TYPE_CHECKING:
    from driftline.analysis.moments import Span
    from driftline.config import Config
    from driftline.contracts.control import Schedule
    from driftline.contracts.execution import Execution
    from driftline.contracts.statistics import WindowStatistics
    from driftline.schedules.book import ScheduleBook
    from driftline.schedules.run import Places


EXAMPLES: Final = examples(
    (
        "driftline schedule run churn-hourly --start -P1D",
        "the reports of the last day, also of hours when it was stopped",
    ),
    ("driftline schedule run once", "the range of a schedule that runs NOW"),
    (
        "driftline schedule run once --store s --input captures --statistics s.json --constraints c.json",
        "the same of files",
    ),
)


Input = Annotated[
    list[Path] | None,
    typer.Option("--input", "-i", help="Files or folders to judge, instead of what Kafka has."),
]
Statistics = Annotated[
    Path | None, typer.Option("--statistics", help="With --input: statistics.json of Model Monitor.")
]
Constraints = Annotated[
    Path | None, typer.Option("--constraints", help="With --input: constraints.json of Model Monitor.")
]
BaselineName = Annotated[
    str | None,
    typer.Option("--baseline", help="With NOW or --input: folder of a baseline, or the id of a published one."),
]
Start = Annotated[
    str | None, typer.Option("--start", help="Windows that end after this, or the range of NOW: -P1D or a time.")
]
End = Annotated[
    str | None, typer.Option("--end", help="Windows that end by this time (default: now), or the range of NOW.")
]


TimeColumn = Annotated[
    str | None, typer.Option("--time", help="With --input: column of a table that holds the event time.")
]


@dataclass(frozen=True)
class Ask:
    """What was typed beside the name of the schedule."""

    start: str | None
    end: str | None
    inputs: tuple[Path, ...]
    statistics: Path | None
    constraints: Path | None
    baseline: str | None
    time: str | None


def run(
    name: Name,
    *,
    start: Start = None,
    end: End = None,
    inputs: Input = None,
    statistics: Statistics = None,
    constraints: Constraints = None,
    baseline: BaselineName = None,
    time_column: TimeColumn = None,
    store: Store = None,
    config: ConfigFile = None,
    bootstrap: Bootstrap = None,
    as_json: AsJson = False,
) -> None:
    """Leave the reports of a schedule now, here, without a worker. Exit code 1 when there are violations.

    One that runs NOW judges its range, of captures in Kafka or of files. Of any other, what the workers said of its windows
    is read from the statistics topic, as far back as it goes, and reported once more: to the same places, with the same bytes;
    with --input, the windows of files are judged here.
    """
    with errors(), until_interrupted():
        settings = configuration(config, bootstrap)
        from driftline.schedules.book import schedule_named
        from driftline.schedules.cadence import NOW

        book = book_of(settings, store)
        held = schedule_named(book, name)
        ask = Ask(start, end, tuple(inputs or ()), statistics, constraints, baseline, time_column)
        places = _places(settings, held, store)
        if held.expression == NOW:
            found: Iterable[Execution] = [_once(settings, book, held, places, ask)]
        else:
            found = _again(settings, book, held, places, ask)
        _tell(found, as_json=as_json)


def _tell(found: Iterable[Execution], *, as_json: bool) -> None:
    """Each as it comes, and the exit code."""
    statuses = set()
    for execution in found:
        statuses.add(execution.status)
        typer.echo(_told(execution, as_json=as_json))
    if not statuses and not as_json:
        typer.echo("no windows that the schedule looks at")
    if "Failed" in statuses:
        raise typer.Exit(Exit.FAILED)
    if "CompletedWithViolations" in statuses:
        raise typer.Exit(Exit.VIOLATIONS)


def _once(settings: Config, book: ScheduleBook, held: Schedule, places: Places, ask: Ask) -> Execution:
    from driftline.analysis.moments import Span, moment
    from driftline.schedules.run import run_once

    now = now_ms()
    start, end = ask.start or held.analysis_start, ask.end or held.analysis_end
    span = Span(moment(start, now, "--start"), moment(end, now, "--end"))

    def judge(schedule: Schedule, _start: int, _end: int) -> list[WindowStatistics]:
        return _judged(settings, schedule, ask, span)

    return run_once(book, held, judge, places, (span.start_ms, span.end_ms))


def _judged(settings: Config, held: Schedule, ask: Ask, span: Span, window: str = "range") -> list[WindowStatistics]:
    """The range as one window, or in windows of one length, by ``driftline analyze``'s own run.

    What that has to remark goes to standard error.
    """
    from driftline.cli.analyze_run import Asked, job_of, of_files

    asked = Asked(
        inputs=ask.inputs,
        statistics=ask.statistics,
        constraints=ask.constraints,
        baseline=ask.baseline or (None if ask.statistics or ask.constraints else held.baseline or None),
        model=held.model,
        version=held.version,
        start=rfc3339(span.start_ms),
        end=rfc3339(span.end_ms),
        window=window,
        time=ask.time,
    )
    if ask.inputs:
        result = of_files(job_of(asked))
    else:
        from driftline.cli.analyze_kafka import of_topics

        result, _ = of_topics(asked, settings)
    for line in [*result.notes, *result.refused.lines()]:
        typer.echo(f"driftline: {printable_line(line)}", err=True)
    return [one.statistics for one in result.checked().windows]


def _again(settings: Config, book: ScheduleBook, held: Schedule, places: Places, ask: Ask) -> Iterator[Execution]:
    """Windows that are over: as files have them if any are named, else as the workers told them."""
    from driftline.analysis.moments import Span, moment
    from driftline.schedules.run import run_again

    now = now_ms()
    since = held.active[0].start if held.active else 0
    first = since if ask.start is None else moment(ask.start, now, "--start")
    span = Span(first, now if ask.end is None else moment(ask.end, now, "--end"))
    if not ask.inputs and (ask.baseline or ask.statistics or ask.constraints):
        raise ConfigError(
            f"{held.name} looks at windows that workers judged; baselines go with --input, or with schedules that run NOW"
        )
    windows = (
        _of_files(settings, held, ask, span) if ask.inputs else _windows(settings, held, (span.start_ms, span.end_ms))
    )
    return run_again(book, held, windows, places)


def _of_files(settings: Config, held: Schedule, ask: Ask, span: Span) -> list[WindowStatistics]:
    """The windows in files that are whole in the range."""
    from driftline.schedules.changes import cadence_of

    cadence = cadence_of(held)
    found = [] if cadence is None else _judged(settings, held, ask, span, cadence.label)
    return [one for one in found if span.start_ms <= one.window.start and one.window.end <= span.end_ms]


def _windows(settings: Config, held: Schedule, span: tuple[int, int]) -> Iterator[WindowStatistics]:
    """What the workers said of the model's windows in the range, each once."""
    from driftline.cli.results import once, read_results
    from driftline.contracts.statistics import decode_statistics

    found = once(
        read_results(settings, "statistics", decode_statistics), lambda one: (one.model, one.version, one.window)
    )
    for _, statistics in found:
        is_ours = (statistics.model, statistics.version) == (held.model, held.version)
        if is_ours and span[0] < statistics.window.end <= span[1]:
            yield statistics


def _places(settings: Config, held: Schedule, store: Path | None) -> Places:
    """As configured; a schedule in a folder may write where its author says, or below the folder."""
    from driftline.schedules.run import Places

    outputs = settings.reports.outputs if store is None else (held.output or str(store.absolute() / "reports"),)
    return Places(outputs, settings.reports.store)


def _told(execution: Execution, *, as_json: bool) -> str:
    from driftline.cli.schedule_text import as_line, execution_line
    from driftline.schedules.book import Recorded
    from driftline.schedules.describe import execution_summary

    summary = execution_summary(Recorded(execution, now_ms()))
    return as_line(summary) if as_json else execution_line(summary)
