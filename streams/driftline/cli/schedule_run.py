"""``driftline schedule run``: the range of a schedule that runs NOW, or the reports of windows that were told before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from driftline.cli.common import AsJson, Bootstrap, ConfigFile, Exit, configuration, errors, examples, until_interrupted
from driftline.cli.schedule_options import Name, Store, book_of, now_ms

if TYPE_CHECKING:
    from driftline.config import Config
    from driftline.contracts.control import Schedule
    from driftline.contracts.execution import Execution
    from driftline.contracts.statistics import WindowStatistics
    from driftline.schedules.run import Places


EXAMPLES: Final = examples(
    (
        "driftline schedule run churn-hourly --start -P1D",
        "the reports of the last day, also of hours when it was stopped",
    ),
    ("driftline schedule run once", "the range of a schedule that runs NOW"),
)


def run(
    name: Name,
    start: Annotated[
        str | None,
        typer.Option("--start", help="Only windows that end after this: -P1D or a time (default: since its start)."),
    ] = None,
    end: Annotated[str | None, typer.Option("--end", help="Only windows that end by this time (default: now).")] = None,
    store: Store = None,
    config: ConfigFile = None,
    bootstrap: Bootstrap = None,
    as_json: AsJson = False,
) -> None:
    """Leave the reports of a schedule now, here, without a worker. Exit code 1 when there are violations.

    What the workers said of the windows is read from the statistics topic, as far back as it goes, and reported once more, to
    the same places, with the same bytes.
    """
    with errors(), until_interrupted():
        settings = configuration(config, bootstrap)
        from driftline.schedules.book import schedule_named
        from driftline.schedules.run import run_again

        book = book_of(settings, store)
        held = schedule_named(book, name)
        windows = _windows(settings, held, _range(held, start, end))
        statuses = set()
        for execution in run_again(book, held, windows, _places(settings, held, store)):
            statuses.add(execution.status)
            typer.echo(_told(execution, as_json=as_json))
        if not statuses and not as_json:
            typer.echo("no windows that the schedule looks at")
        if "Failed" in statuses:
            raise typer.Exit(Exit.FAILED)
        if "CompletedWithViolations" in statuses:
            raise typer.Exit(Exit.VIOLATIONS)


def _range(held: Schedule, start: str | None, end: str | None) -> tuple[int, int]:
    from driftline.analysis.moments import Span, moment

    now = now_ms()
    first = held.active[0].start if start is None and held.active else 0
    span = Span(
        first if start is None else moment(start, now, "--start"), now if end is None else moment(end, now, "--end")
    )
    return span.start_ms, span.end_ms


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
