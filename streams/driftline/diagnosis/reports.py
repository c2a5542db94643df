"""Whether reports of schedules can go where the configuration lets them: packages and folders, nothing is written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from driftline.config import Config
from driftline.diagnosis.finding import Finding, asked, fault, ok
from driftline.schedules.outputs import normal
from driftline.schedules.store import open_store


def check_reports(config: Config) -> Iterator[Finding]:
    """One finding for each of ``reports.outputs``."""
    for output in config.reports.outputs:
        remedy = "mend [reports] in the configuration; docs/sagemaker.md has the rules"
        yield from asked(f"reports in {output}", partial(_place, normal(output), config), remedy)


def _place(place: str, config: Config) -> Iterator[Finding]:
    open_store(place, config.reports.store)
    if "://" in place:
        yield ok(f"reports in {place}", "the package for it is installed; it was not asked for")
        return
    folder = next(one for one in (Path(place).absolute(), *Path(place).absolute().parents) if one.exists())
    if folder.is_dir() and os.access(folder, os.W_OK):
        yield ok(
            f"reports in {place}", "can be written" if folder == Path(place).absolute() else f"can be made in {folder}"
        )
    else:
        yield fault(
            f"reports in {place}", f"{folder} cannot be written", "give the worker's user leave, or name another place"
        )
