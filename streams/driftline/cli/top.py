"""``driftline top``: models, features, states and lag of all workers, live."""

from __future__ import annotations

import dataclasses
import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from driftline.cli.common import AsJson, ConfigFile, Exit, configuration, console, errors, examples, until_interrupted
from driftline.errors import BrokerError

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

    from driftline.config import Config
    from driftline.overview.rows import Overview

EXAMPLES: Final = examples(
    ("driftline top", "the worker of the configuration, until Ctrl-C"),
    ("driftline top 10.0.0.1:9109 10.0.0.2:9109", "two workers in one table"),
    ("driftline top --once --json", "one look, a document a row, for programs"),
)
_COLOURS: Final = {"OK": "green", "WATCH": "yellow", "UNKNOWN": "magenta", "VIOLATED": "bold red"}
_CONDITIONS: Final = {"current": "green", "no_traffic": "", "catching_up": "yellow"}

Addresses = Annotated[
    list[str] | None,
    typer.Argument(help="Workers, host:port or the URL of /metrics (default: as configured).", metavar="ADDRESS"),
]


def top(
    addresses: Addresses = None,
    config: ConfigFile = None,
    once: Annotated[bool, typer.Option("--once", help="One look, then end.")] = False,
    interval: Annotated[float, typer.Option("--interval", min=0.2, max=3600, help="Seconds between two looks.")] = 2.0,
    rows: Annotated[int, typer.Option("--rows", min=1, help="Rows of each table at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show models, the features that are furthest from normal, and sources with their lag, live from the workers' /metrics.

    The token of the configuration (metrics.token) is sent to every worker that is asked.

    With --once the exit code is 1 when a model is VIOLATED, and 3 when no worker answers. --json says all rows.
    """
    with errors(), until_interrupted(endless=not once):
        settings = configuration(config, None)
        asked, token = addresses or [_configured(settings)], settings.metrics.token
        if once or as_json:
            seen = _look(asked, token)
            _print(seen, rows, as_json=as_json)
            while not once:
                time.sleep(interval)
                _print(_look(asked, token), rows, as_json=as_json)
            raise typer.Exit(Exit.VIOLATIONS if any(row.state == "VIOLATED" for row in seen.models) else Exit.FINE)
        _live(asked, token, interval, rows)


def _configured(config: Config) -> str:
    metrics = config.metrics
    host = "127.0.0.1" if metrics.host in {"0.0.0.0", "::", ""} else metrics.host  # noqa: S104 - what is not asked
    return f"{host}:{metrics.port}"


def _look(addresses: list[str], token: str | None) -> Overview:
    """Raises BrokerError when none of them answers; those that do not are told."""
    from driftline.overview.fetch import ask, url_of
    from driftline.overview.rows import overview

    for address in addresses:
        url_of(address)
    samples, faults = ask(addresses, token)
    if len(faults) == len(addresses):
        address, reason = next(iter(faults.items()))
        raise BrokerError(f"no worker answers at {', '.join(addresses)}: {address}: {reason}")
    for address, reason in faults.items():
        typer.echo(f"driftline: {address} does not answer: {reason}", err=True)
    return overview(samples)


def _print(seen: Overview, rows: int, *, as_json: bool) -> None:
    if not as_json:
        console().print(_tables(seen, rows))
        return
    for kind, group in (("model", seen.models), ("feature", seen.features), ("source", seen.sources)):
        for row in group:
            typer.echo(json.dumps({"row": kind, **dataclasses.asdict(row)}, ensure_ascii=False))


def _live(addresses: list[str], token: str | None, interval: float, rows: int) -> None:
    from rich.live import Live

    with Live(_tables(_look(addresses, token), rows), console=console(), auto_refresh=False, screen=False) as live:
        while True:
            time.sleep(interval)
            live.update(_tables(_look(addresses, token), rows), refresh=True)


def _tables(seen: Overview, rows: int) -> Group:
    from rich.console import Group

    return Group(_models(seen, rows), _features(seen, rows), _sources(seen, rows))


def _models(seen: Overview, rows: int) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(
        "model", "window", "state", "rows", "until", "open incidents", title=_title("models", seen.models, rows)
    )
    for row in seen.models[:rows]:
        ended = f"{datetime.fromtimestamp(row.ended, UTC):%Y-%m-%d %H:%M:%SZ}" if row.ended else ""
        state = Text(row.state, style=_COLOURS[row.state])
        table.add_row(Text(f"{row.model}/{row.version}"), row.window, state, f"{row.rows:,}", ended, str(row.incidents))
    return table


def _features(seen: Overview, rows: int) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(
        "feature", "model", "window", "state", "shift", "checks", title=_title("features", seen.features, rows)
    )
    for row in seen.features[:rows]:
        state = Text(row.state, style=_COLOURS[row.state])
        name, model = Text(row.feature or "–"), Text(f"{row.model}/{row.version}")
        table.add_row(name, model, row.window, state, f"{row.shift:.2f} σ", ", ".join(row.checks))
    return table


def _sources(seen: Overview, rows: int) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table("source", "condition", "lag", title=_title("sources", seen.sources, rows))
    for row in seen.sources[:rows]:
        condition = Text(row.condition, style=_CONDITIONS.get(row.condition, "bold red"))
        table.add_row(
            Text(f"{row.topic}[{row.partition}]"), condition, "unknown" if row.lag is None else f"{row.lag:,}"
        )
    return table


def _title(what: str, found: tuple[object, ...], rows: int) -> str:
    return f"{what} ({len(found)})" if len(found) <= rows else f"{what} ({rows} of {len(found)}, worst first)"
