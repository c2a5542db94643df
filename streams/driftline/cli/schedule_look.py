"""``driftline schedule list|describe|alerts|run`` and ``driftline executions``: what schedules found, and once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from driftline.cli.common import (
    AsJson,
    Bootstrap,
    ConfigFile,
    Exit,
    configuration,
    console,
    errors,
    examples,
    until_interrupted,
)
from driftline.cli.schedule import app
from driftline.cli.schedule_options import Name, OptionalName, Store, book_of, now_ms
from driftline.errors import ConfigError

if TYPE_CHECKING:
    from driftline.config import Config
    from driftline.schedules.book import Recorded

executions_app = typer.Typer(
    help="Executions of schedules: what they found, and where the report is.", no_args_is_help=True
)


@app.command("list", epilog=examples(("driftline schedule list -c driftline.toml", "all, with what workers answered")))
def list_schedules(
    store: Store = None, config: ConfigFile = None, bootstrap: Bootstrap = None, as_json: AsJson = False
) -> None:
    """List schedules with their status: Pending, Scheduled, Failed (and why), Stopped."""
    with errors():
        from driftline.cli.schedule_text import as_line, schedule_table
        from driftline.schedules.describe import schedule_summary

        book = book_of(configuration(config, bootstrap), store)
        answers = book.answers()
        found = [schedule_summary(one, answers.get(name)) for name, one in sorted(book.schedules().items())]
    if as_json:
        for one in found:
            typer.echo(as_line(one))
    elif found:
        console().print(schedule_table(found))
    else:
        typer.echo("no schedules")


@app.command(epilog=examples(("driftline schedule describe churn-hourly --json", "Model Monitor's own document")))
def describe(
    name: Name, store: Store = None, config: ConfigFile = None, bootstrap: Bootstrap = None, as_json: AsJson = False
) -> None:
    """Describe a schedule: status and why, configuration, last execution, next one, alert."""
    with errors():
        from driftline.cli.schedule_text import as_line, details
        from driftline.schedules.book import schedule_named
        from driftline.schedules.describe import describe_schedule

        settings = configuration(config, bootstrap)
        book = book_of(settings, store)
        held = schedule_named(book, name)
        zone = "UTC" if store is not None else settings.model(held.model, held.version).timezone
        document = describe_schedule(held, book.answers().get(name), book.executions(name), now=now_ms(), timezone=zone)
    typer.echo(as_line(document) if as_json else "\n".join(details(document)))


@app.command(
    epilog=examples(
        ("driftline schedule alerts", "which schedules are in alert; exit code 1 when one is"),
        ("driftline schedule alerts churn-hourly --history", "every change, newest first"),
    )
)
def alerts(
    name: OptionalName = None,
    history: Annotated[bool, typer.Option("--history", help="Every change of the alert, newest first.")] = False,
    store: Store = None,
    config: ConfigFile = None,
    bootstrap: Bootstrap = None,
    as_json: AsJson = False,
) -> None:
    """Show alerts: M of the last N executions had violations. Exit code 1 while one is in alert."""
    with errors():
        from driftline.cli.schedule_text import alert_table, as_line, history_table
        from driftline.schedules.book import schedule_named
        from driftline.schedules.describe import alert_changes, alert_summary

        book = book_of(configuration(config, bootstrap), store)
        wanted = (
            sorted(book.schedules().values(), key=lambda one: one.name)
            if name is None
            else [schedule_named(book, name)]
        )
        ran = book.executions(name)
        mine = {one.name: [each for each in ran if each.execution.schedule == one.name] for one in wanted}
        summaries = [alert_summary(one, mine[one.name]) for one in wanted]
        shown = [change for one in wanted for change in alert_changes(one, mine[one.name])] if history else summaries
    if as_json:
        for document in shown:
            typer.echo(as_line(document))
    elif shown:
        console().print(history_table(shown) if history else alert_table(shown))
    else:
        typer.echo("the alert has never changed" if history and wanted else "no schedules")
    if any(one["AlertStatus"] == "InAlert" for one in summaries):
        raise typer.Exit(Exit.VIOLATIONS)


@executions_app.command(
    "list",
    epilog=examples(
        ("driftline executions list --schedule churn-hourly", "oldest first"),
        ("driftline executions list --status CompletedWithViolations --json", "one a line"),
    ),
)
def list_executions(
    schedule: Annotated[str | None, typer.Option("--schedule", help="Only of this schedule.")] = None,
    status: Annotated[str | None, typer.Option("--status", help="Only with this status.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many, the newest; --json shows all.")] = 50,
    store: Store = None,
    config: ConfigFile = None,
    bootstrap: Bootstrap = None,
    as_json: AsJson = False,
) -> None:
    """List executions: Completed, CompletedWithViolations, Failed and why. Exit code 1 when the newest had violations."""
    with errors(), until_interrupted():
        from driftline.cli.schedule_text import as_line, execution_table
        from driftline.schedules.describe import execution_summary

        _check_status(status)
        found = book_of(configuration(config, bootstrap), store).executions(schedule)
        shown = [execution_summary(one) for one in found if status in {None, one.execution.status}]
        if as_json:
            for one in shown:
                typer.echo(as_line(one))
        elif shown:
            console().print(execution_table(shown[-limit:]))
        else:
            typer.echo("no executions")
        if found and found[-1].execution.status == "CompletedWithViolations":
            raise typer.Exit(Exit.VIOLATIONS)


@executions_app.command(
    "show",
    epilog=examples(
        ("driftline executions show churn-hourly", "the last one, with its violations"),
        ("driftline executions show churn-hourly-20260501T130000Z --json", "one of them, for programs"),
    ),
)
def show_execution(
    name: Annotated[str, typer.Argument(help="A schedule (its last one) or an execution's own name.", metavar="NAME")],
    store: Store = None,
    config: ConfigFile = None,
    bootstrap: Bootstrap = None,
    as_json: AsJson = False,
) -> None:
    """Show an execution and the violations in its report. Exit code 1 when there are any."""
    with errors(), until_interrupted():
        from driftline.cli.schedule_text import as_line, details
        from driftline.schedules.describe import execution_summary

        settings = configuration(config, bootstrap)
        found = _named(book_of(settings, store).executions(), name)
        lines = _violations(settings, found)
        document = execution_summary(found) | {"Entries": lines}
        if as_json:
            typer.echo(as_line(document))
        else:
            del document["Entries"]
            typer.echo("\n".join(details(document)))
            for line in lines:
                typer.echo("\n".join(["", *details(line)]))
        if found.execution.violations:
            raise typer.Exit(Exit.VIOLATIONS)


def _check_status(status: str | None) -> None:
    from driftline.schedules.states import FOLLOWS

    if status is not None and status not in FOLLOWS:
        raise ConfigError(f"--status must be one of {', '.join(FOLLOWS)}, got {status!r}")


def _named(found: list[Recorded], name: str) -> Recorded:
    from driftline.contracts.execution import execution_name

    mine = [one for one in found if name in {one.execution.schedule, execution_name(one.execution)}]
    if not mine:
        raise ConfigError(f"there is no execution {name!r}; driftline executions list shows those that there are")
    return mine[-1]


def _violations(settings: Config, found: Recorded) -> list[dict[str, str]]:
    """The entries of the report, read from its place."""
    import msgspec

    from driftline.judging.monitor.report import read_violations
    from driftline.schedules.report import VIOLATIONS
    from driftline.schedules.store import open_store

    place = found.execution.report
    if not place or not found.execution.violations:
        return []
    data = open_store(place, settings.reports.store).read(place, VIOLATIONS)
    return [msgspec.to_builtins(line) for line in read_violations(data)]
