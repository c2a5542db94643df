"""``driftline report``: a window, a day, a week or an incident as one HTML file or as Markdown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from driftline.cli.common import AsJson, Bootstrap, ConfigFile, Exit, configuration, errors, examples, until_interrupted
from driftline.cli.results import Model, Version, once, read_results
from driftline.errors import ConfigError, DriftlineError
from driftline.printable import printable

if TYPE_CHECKING:
    from driftline.config import Config
    from driftline.contracts.violation import Violation
    from driftline.report import Gathered, Period, Report
    from driftline.report.content import Shelf

EXAMPLES: Final = examples(
    ("driftline report --model churn --day 2026-11-20 -o report.html", "a day, on the model's own clock"),
    ("driftline report --week 2026-W47 -o report.md", "a week of every model, as Markdown"),
    ("driftline report --incident 6c902b1e -o incident.html", "an incident and what was before it"),
    ("driftline report --window 2026-11-20T14:00Z/1h --json", "one window, for a program"),
)
HTML: Final = frozenset({".html", ".htm"})
MARKDOWN: Final = frozenset({".md", ".markdown"})

Day = Annotated[str | None, typer.Option("--day", help="A day, YYYY-MM-DD, on the models' own clocks.")]
Week = Annotated[str | None, typer.Option("--week", help="A week, YYYY-Wnn or any day of it; Monday to Sunday.")]
OneWindow = Annotated[str | None, typer.Option("--window", help="One window, START/LENGTH.")]
Incident = Annotated[str | None, typer.Option("--incident", help="An incident's id, or the beginning of it.")]
Length = Annotated[
    str | None, typer.Option("--length", help="Windows of this length only; else the shortest there are.")
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="File to write, .html or .md; without it Markdown is printed.")
]


def report(  # noqa: PLR0917  (options, not arguments)
    config_file: ConfigFile = None,
    bootstrap: Bootstrap = None,
    model: Model = None,
    version: Version = None,
    day: Day = None,
    week: Week = None,
    window: OneWindow = None,
    incident: Incident = None,
    length: Length = None,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Write what was judged in a window, a day, a week or an incident, from the topics of statistics and violations.

    An HTML file has its charts inside and needs nothing else. Exit code 1 when a window was violated or an incident was open.
    """
    with errors(), until_interrupted():
        _check_output(output)
        known = _period(day, week, window, incident)
        settings = configuration(config_file, bootstrap)
        events = _events(settings, model, version)
        period = known or _story(incident or "", events)
        told = _told(settings, period, length, (model, version), events)
        _write(told, output, as_json=as_json)
        if told.violations:
            raise typer.Exit(Exit.VIOLATIONS)


def _check_output(output: Path | None) -> None:
    """Before anything is read: nobody should wait for a file that can't be written."""
    if output is not None and output.suffix.lower() not in HTML | MARKDOWN:
        raise ConfigError(f"--output must end in .html or .md, got {str(output)!r}")


def _period(day: str | None, week: str | None, window: str | None, incident: str | None) -> Period | None:
    """What was asked for; None for an incident, of which its events have to be read first."""
    from driftline.report import period

    given = [one for one in (day, week, window, incident) if one is not None]
    if len(given) != 1:
        raise ConfigError(f"report needs one of --day, --week, --window and --incident, got {len(given)} of them")
    if day is not None:
        return period.day(day)
    if week is not None:
        return period.week(week)
    return None if window is None else period.one_window(window)


def _story(incident: str, events: list[Violation]) -> Period:
    from driftline.report import period

    return period.story(incident, events)


def _events(settings: Config, model: str | None, version: str | None) -> list[Violation]:
    from driftline.contracts.violation import decode_violation

    found = once(read_results(settings, "violations", decode_violation), lambda event: event.event_id)
    return [event for _, event in found if model in {None, event.model} and version in {None, event.version}]


def _told(
    settings: Config,
    period: Period,
    length: str | None,
    wanted: tuple[str | None, str | None],
    events: list[Violation],
) -> Report:
    """The report of what is on the topic of statistics."""
    from driftline.contracts.statistics import decode_statistics
    from driftline.report import Gathered, Story, report_of

    model, version = (period.model, period.version) if isinstance(period, Story) else wanted
    gathered: Gathered = Gathered(period, length)
    for _, statistics in read_results(settings, "statistics", decode_statistics):
        if model in {None, statistics.model} and version in {None, statistics.version}:
            gathered.add(statistics)
    return report_of(gathered, events, _shelf(settings))


def _shelf(settings: Config) -> Shelf:
    """The baselines on their topic, by id; without them there are no histograms, which is said."""
    from driftline.broker.baselines import published

    try:
        held = {one.id: one for one in published(settings)}
    except DriftlineError as error:
        typer.echo(f"driftline: no histograms, as the baselines cannot be read: {error}", err=True)
        held = {}
    return held.get


def _write(told: Report, output: Path | None, *, as_json: bool) -> None:
    from driftline.report import html_of, markdown_of

    if output is not None:
        text = html_of(told) if output.suffix.lower() in HTML else markdown_of(told)
        try:
            output.write_text(text, encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"{output}: cannot be written: {error.strerror}") from error
    if as_json:
        import msgspec

        typer.echo(msgspec.json.encode(told).decode())
    elif output is None:
        typer.echo(printable(markdown_of(told)), nl=False)
    else:
        typer.echo(f"{output}: {_summary(told)}")


def _summary(told: Report) -> str:
    incidents = sum(len(tale.incidents) for tale in told.models)
    windows = sum(len(tale.windows) for tale in told.models)
    return f"{told.title}; models {len(told.models)}, windows {windows}, incidents {incidents}"
