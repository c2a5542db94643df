"""The command ``driftline``. Help and completion import nothing heavy: each command imports what it needs when it runs."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from driftline import __version__
from driftline.cli import (
    analyze,
    baseline,
    config,
    demo,
    dlq,
    doctor,
    hooks,
    quality,
    report,
    results,
    schedule,
    schedule_look,
    schedule_run,
    top,
    topics,
)
from driftline.cli.common import Bootstrap, ConfigFile, Exit, configuration, errors, examples

app = typer.Typer(
    name="driftline",
    help="Watch machine-learning models through Kafka: captures in, violations and gauges out.\n\n"
    "Exit codes: 0 fine, 1 violations, 2 usage or configuration, 3 failed.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"driftline {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Options before any command."""


@app.command(
    epilog=examples(
        ("driftline worker -c driftline.toml", "until Ctrl-C"),
        ("DRIFTLINE__METRICS__PORT=0 driftline worker -c driftline.toml", "one more on the same machine"),
    )
)
def worker(config_file: ConfigFile = None, bootstrap: Bootstrap = None) -> None:
    """Run a worker until Ctrl-C or SIGTERM. To scale out, start more with the same configuration."""
    with errors():
        settings = configuration(config_file, bootstrap)
        from driftline.agents.worker import run

        run(settings)


app.command(epilog=demo.EXAMPLES)(demo.demo)
app.add_typer(config.app, name="config")
app.command(epilog=doctor.CHECK_EXAMPLES)(doctor.check)
app.command(epilog=doctor.DOCTOR_EXAMPLES)(doctor.doctor)
app.add_typer(topics.app, name="topics")
app.add_typer(baseline.app, name="baseline")
app.add_typer(quality.app, name="quality")
app.command(epilog=results.VIOLATIONS_EXAMPLES)(results.violations)
app.command(epilog=results.STATISTICS_EXAMPLES)(results.statistics)
app.command(epilog=analyze.EXAMPLES)(analyze.analyze)
app.command(epilog=report.EXAMPLES)(report.report)
app.command(epilog=top.EXAMPLES)(top.top)
schedule.app.command(epilog=schedule_run.EXAMPLES)(schedule_run.run)
app.add_typer(schedule.app, name="schedule")
app.add_typer(schedule_look.executions_app, name="executions")
app.add_typer(dlq.app, name="dlq")
app.add_typer(hooks.app, name="hooks")


def main() -> None:
    """Entry point of the console script. What nobody foresaw ends it with 3: a 1 would say that there are violations."""
    try:
        app()
    except Exception:  # noqa: BLE001 - it is shown as it would be
        sys.excepthook(*sys.exc_info())
        sys.exit(Exit.FAILED)


if __name__ == "__main__":
    main()
