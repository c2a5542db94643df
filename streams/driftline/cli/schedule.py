"""``driftline schedule``: reports of closed windows by the clock, as Model Monitor's schedules leave them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from driftline.cli.common import AsJson, Bootstrap, ConfigFile, configuration, errors, examples
from driftline.cli.schedule_options import (
    Alert,
    Baseline,
    Cron,
    End,
    Endpoint,
    Metrics,
    Name,
    Output,
    Postprocess,
    Preprocess,
    Start,
    Store,
    Wait,
    book_of,
    fields,
    now_ms,
    tell,
)
from driftline.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from driftline.contracts.control import Schedule
    from driftline.schedules.book import ScheduleBook

app = typer.Typer(
    help="Schedules of reports: make, change, start, stop, run, look at their alerts.", no_args_is_help=True
)


@app.command(
    epilog=examples(
        (
            'driftline schedule create churn-hourly -m churn --version 1 --cron "cron(0 * ? * * *)" --alert 2/3',
            "every hour",
        ),
        (
            "driftline schedule create once -m churn --version 1 --cron NOW --start -PT1H --end -PT0H",
            "for schedule run",
        ),
    )
)
def create(
    name: Name,
    *,
    model: Annotated[str, typer.Option("--model", "-m", help="Model that it looks at.")],
    version: Annotated[str, typer.Option("--version", help="Version of the model.")],
    cron: Cron = None,
    endpoint: Endpoint = None,
    output: Output = None,
    baseline: Baseline = None,
    preprocess: Preprocess = None,
    postprocess: Postprocess = None,
    alert: Alert = None,
    metrics: Metrics = None,
    start: Start = None,
    end: End = None,
    covers_from: Annotated[
        str | None,
        typer.Option("--from", help="Windows that end after this time count (RFC 3339 or ms; default: now)."),
    ] = None,
    wait: Wait = False,
    store: Store = None,
    config: ConfigFile = None,
    bootstrap: Bootstrap = None,
    as_json: AsJson = False,
) -> None:
    """Make a schedule and start it. Workers answer whether they can serve it: its status is Pending until then."""
    with errors():
        from driftline.analysis.moments import moment
        from driftline.schedules.book import add_new
        from driftline.schedules.changes import new_schedule

        if cron is None:
            raise ConfigError('say when it runs: --cron "cron(0 * ? * * *)" is every hour, --cron NOW once')
        given = fields(
            cron=cron,
            endpoint=endpoint,
            output=output,
            baseline=baseline,
            preprocess=preprocess,
            postprocess=postprocess,
            alert=alert,
            metrics=metrics,
            start=start,
            end=end,
        )
        now = now_ms()
        begin = None if covers_from is None else moment(covers_from, now, "--from")
        made = new_schedule(name, now, covers_from=begin, model=model, version=version, **given)
        book = book_of(configuration(config, bootstrap), store)
        add_new(book, made)
        tell(book, made, wait=wait, as_json=as_json)


@app.command(
    epilog=examples(
        ('driftline schedule update churn-hourly --cron "cron(0 0/6 ? * * *)"', "from now on every six hours"),
        ("driftline schedule update churn-hourly --alert 3/5", "what is not named stays"),
    )
)
def update(
    name: Name,
    *,
    model: Annotated[str | None, typer.Option("--model", "-m", help="Model that it looks at.")] = None,
    version: Annotated[str | None, typer.Option("--version", help="Version of the model.")] = None,
    cron: Cron = None,
    endpoint: Endpoint = None,
    output: Output = None,
    baseline: Baseline = None,
    preprocess: Preprocess = None,
    postprocess: Postprocess = None,
    alert: Alert = None,
    metrics: Metrics = None,
    start: Start = None,
    end: End = None,
    wait: Wait = False,
    store: Store = None,
    config: ConfigFile = None,
    bootstrap: Bootstrap = None,
    as_json: AsJson = False,
) -> None:
    """Change a schedule; what is not named stays as it is. Executions that it has had stay, too."""
    with errors():
        from driftline.schedules.book import schedule_named
        from driftline.schedules.changes import updated

        given = fields(
            cron=cron,
            endpoint=endpoint,
            output=output,
            baseline=baseline,
            preprocess=preprocess,
            postprocess=postprocess,
            alert=alert,
            metrics=metrics,
            start=start,
            end=end,
        )
        given |= {name: value for name, value in (("model", model), ("version", version)) if value is not None}
        if not given:
            raise ConfigError("name at least one thing to change, as --cron or --alert")
        book = book_of(configuration(config, bootstrap), store)
        changed = updated(schedule_named(book, name), now_ms(), **given)
        book.save(changed)
        tell(book, changed, wait=wait, as_json=as_json)


@app.command(epilog=examples(("driftline schedule start churn-hourly", "windows that end from now on")))
def start(
    name: Name,
    wait: Wait = False,
    store: Store = None,
    config: ConfigFile = None,
    bootstrap: Bootstrap = None,
    as_json: AsJson = False,
) -> None:
    """Start a schedule that was stopped. Windows that ended meanwhile are left out; schedule run makes up for them."""
    with errors():
        from driftline.schedules.changes import started

        _change(book_of(configuration(config, bootstrap), store), name, started, wait=wait, as_json=as_json)


@app.command(epilog=examples(("driftline schedule stop churn-hourly", "no reports of windows that end from now on")))
def stop(
    name: Name,
    store: Store = None,
    config: ConfigFile = None,
    bootstrap: Bootstrap = None,
    as_json: AsJson = False,
) -> None:
    """Stop a schedule: windows that end from now on are not reported. Gauges, violations and statistics go on."""
    with errors():
        from driftline.schedules.changes import stopped

        _change(book_of(configuration(config, bootstrap), store), name, stopped, wait=False, as_json=as_json)


def _change(
    book: ScheduleBook, name: str, change: Callable[[Schedule, int], Schedule], *, wait: bool, as_json: bool
) -> None:
    """Save what has become of a schedule, if anything has, and tell it."""
    from driftline.schedules.book import schedule_named

    held = schedule_named(book, name)
    changed = change(held, now_ms())
    if changed != held:
        book.save(changed)
    tell(book, changed, wait=wait, as_json=as_json)


@app.command(epilog=examples(("driftline schedule delete churn-hourly", "its executions and reports stay")))
def delete(
    name: Name,
    store: Store = None,
    config: ConfigFile = None,
    bootstrap: Bootstrap = None,
    as_json: AsJson = False,
) -> None:
    """Delete a schedule. Its executions stay until they fall to retention, its reports stay where they are."""
    with errors():
        import json

        from driftline.schedules.book import schedule_named

        book = book_of(configuration(config, bootstrap), store)
        schedule_named(book, name)
        book.remove(name)
        typer.echo(json.dumps({"deleted": name}) if as_json else f"deleted {name}")
