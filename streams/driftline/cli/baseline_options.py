"""Options that the commands of ``driftline baseline`` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Model = Annotated[str, typer.Option("--model", "-m", help="Model that the baseline is for.")]
Version = Annotated[str, typer.Option("--version", help="Version of the model.")]
WindowRows = Annotated[
    int, typer.Option("--window-rows", min=1, help="Rows of a window: what is the smallest change that it shows?")
]
EffectiveFrom = Annotated[
    str | None,
    typer.Option(
        "--effective-from",
        help="Event time from which windows are judged by it (RFC 3339 or ms; default: when it is published).",
    ),
]
StatisticsFile = Annotated[
    Path | None, typer.Option("--statistics", help="Model Monitor's statistics.json, instead of a folder.")
]
ConstraintsFile = Annotated[
    Path | None, typer.Option("--constraints", help="Model Monitor's constraints.json, instead of a folder.")
]
MonitorModel = Annotated[
    str | None, typer.Option("--model", "-m", help="Model; the files of Model Monitor do not say it.")
]
MonitorVersion = Annotated[
    str | None, typer.Option("--version", help="Version of the model; the files of Model Monitor do not say it.")
]
