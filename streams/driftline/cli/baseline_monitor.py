"""Baselines in the files of SageMaker Model Monitor, for the commands: made from data, and opened by folder or by file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import typer

from driftline.baseline import Baseline
from driftline.baseline.cells import Source
from driftline.baseline.files import UNNAMED, load_with_remarks
from driftline.baseline.sagemaker.load import Files, Loaded, find_files, load_monitor
from driftline.baseline.sagemaker.make import suggest_of
from driftline.cli.baseline_text import document, print_baseline, reading
from driftline.errors import ConfigError

FORMATS: Final = ("driftline", "sagemaker")


def require_format(name: str, roles: Mapping[str, str]) -> None:
    """Raise ConfigError for a format that is not known, or that can't hold what was asked for."""
    if name not in FORMATS:
        raise ConfigError(f"--format: expected {' or '.join(FORMATS)}, got {name!r}")
    if name == "sagemaker" and roles:
        raise ConfigError(
            "--role and --roles do not go with --format sagemaker: its files know no roles, all are features"
        )


def make(source: Source, folder: Path, *, model: str, version: str) -> tuple[Loaded, list[str]]:
    """Write Model Monitor's files for ``source`` into ``folder``; the baseline that they make, and where they are."""
    with reading() as progress:
        suggested = suggest_of(source, progress)
    statistics, constraints = suggested.write(folder)
    loaded = load_monitor(Files(statistics, constraints), model=model, version=version)
    remarks = (*suggested.remarks, *loaded.remarks)
    return Loaded(loaded.baseline, remarks), [str(statistics), str(constraints)]


def opened(
    folder: Path | None, statistics: Path | None, constraints: Path | None, model: str | None, version: str | None
) -> Loaded:
    """The baseline of a folder, or of Model Monitor's files by name. Raises ConfigError unless exactly one is given."""
    if (folder is None) == (statistics is None and constraints is None):
        raise ConfigError("name either a folder, or Model Monitor's files by --statistics and --constraints")
    if folder is not None:
        return load_with_remarks(folder, model=model, version=version)
    return load_monitor(Files(statistics, constraints), model=model or UNNAMED[0], version=version or UNNAMED[1])


def require_names(folder: Path | None, model: str | None, version: str | None) -> None:
    """Raise ConfigError where Model Monitor's files are to be published and nobody has said whose they are."""
    if (folder is None or find_files(folder) is not None) and (model is None or version is None):
        raise ConfigError("the files of Model Monitor do not say whose they are: name --model and --version")


def tell(baseline: Baseline, remarks: tuple[str, ...], window_rows: int, *, as_json: bool) -> None:
    """A baseline and what to know of its files."""
    if as_json:
        typer.echo(json.dumps(document(baseline, {}, remarks)))
        return
    print_baseline(baseline, {}, window_rows)
    for remark in remarks:
        typer.echo(f"note: {remark}")
