"""``driftline doctor`` and ``driftline check``: what is wrong, and what to do about it."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from driftline.cli.baseline_options import ConstraintsFile, StatisticsFile
from driftline.cli.common import AsJson, Bootstrap, ConfigFile, Exit, configuration, console, errors, examples

if TYPE_CHECKING:
    from driftline.diagnosis.finding import Finding

DOCTOR_EXAMPLES: Final = examples(
    ("driftline doctor -c driftline.toml", "before the first worker, and when something is odd"),
    ("driftline doctor -b broker:9092 --json", "one finding a line, for programs"),
)
CHECK_EXAMPLES: Final = examples(
    ("driftline check -c driftline.toml", "the configuration alone"),
    ("driftline check -c driftline.toml baseline-churn-1 baseline-churn-2", "and two folders of baselines"),
    ("driftline check --statistics statistics.json --constraints constraints.json", "and Model Monitor's files"),
)
_COLOURS: Final = {"ok": "green", "warning": "yellow", "fault": "bold red"}

Folders = Annotated[list[Path] | None, typer.Argument(help="Folders of baselines.", metavar="BASELINE")]


def doctor(config: ConfigFile = None, bootstrap: Bootstrap = None, as_json: AsJson = False) -> None:
    """Look at everything a worker needs: Kafka, credentials, topics, permissions, timeouts, versions, clock, disk.

    Each finding comes with a remedy. Nothing is written to Kafka. Exit code 3 when there is a fault, 0 with warnings only.
    """
    with errors():
        settings = configuration(config, bootstrap)
        from driftline.diagnosis.cluster import check_cluster
        from driftline.diagnosis.files import check_clients
        from driftline.diagnosis.machine import check_machine

        found = [*check_machine(), *check_clients(settings)]
        if all(one.state != "fault" for one in found):
            found += check_cluster(settings, time.time_ns() // 1_000_000)
    if not _tell(found, as_json=as_json):
        raise typer.Exit(Exit.FAILED)


def check(
    baselines: Folders = None,
    statistics: StatisticsFile = None,
    constraints: ConstraintsFile = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Check the configuration and the files of baselines, without a network. Exit code 2 when there is a fault."""
    with errors():
        from driftline.diagnosis.files import check_files, check_monitor

        found = list(check_files(config, baselines or []))
        if statistics or constraints:
            found += check_monitor(statistics, constraints)
    if not _tell(found, as_json=as_json):
        raise typer.Exit(Exit.USAGE)


def _tell(found: Iterable[Finding], *, as_json: bool) -> bool:
    """Print the findings; whether none of them is a fault."""
    told = list(found)
    terminal = None if as_json else console()
    for one in told:
        if terminal is None:
            typer.echo(json.dumps(dataclasses.asdict(one), ensure_ascii=False))
            continue
        terminal.print(f"{one.state:8}", style=_COLOURS[one.state], end="")
        terminal.print(f"{one.check}: {one.text}", soft_wrap=True, highlight=False)
        if one.remedy:
            terminal.print(f"         → {one.remedy}", soft_wrap=True, highlight=False)
    return all(one.state != "fault" for one in told)
