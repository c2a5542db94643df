"""What was typed for ``driftline analyze``, turned into a job; every wrong word is a usage error that says what was expected."""

from __future__ import annotations

import shlex
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from driftline.analysis.current import current_files
from driftline.analysis.documents import Format
from driftline.analysis.filejob import FileJob, analyze_files
from driftline.analysis.filerun import Question
from driftline.analysis.moments import Span, span_of
from driftline.analysis.tables import Columns, Header
from driftline.cli.baseline_input import names_of
from driftline.cli.baseline_monitor import opened
from driftline.cli.common import progress
from driftline.contracts.cloudevents import rfc3339
from driftline.errors import BaselineError, ConfigError
from driftline.hooks.checks import named_checks
from driftline.printable import printable
from driftline.windows.spec import WindowSpec

if TYPE_CHECKING:
    from driftline.analysis.result import AnalysisResult
    from driftline.baseline import Baseline

HEADERS: dict[str, Header] = {"auto": "auto", "yes": "yes", "no": "no"}


@dataclass(frozen=True)
class Asked:
    """The options, as they were typed."""

    inputs: tuple[Path, ...] = ()
    statistics: Path | None = None
    constraints: Path | None = None
    baseline: str | None = None
    model: str | None = None
    version: str | None = None
    start: str | None = None
    end: str | None = None
    window: str | None = None
    timezone: str = "UTC"
    format: str | None = None
    columns: str | None = None
    header: str = "auto"
    delimiter: str | None = None
    time: str | None = None
    offsets: tuple[str, ...] = ()
    preprocess: Path | None = None
    output_columns: str = "first"
    checks: tuple[str, ...] = ()
    topic: str | None = None
    now_ms: int = field(default_factory=lambda: time.time_ns() // 1_000_000)

    @property
    def span(self) -> Span | None:
        """The range; None for all there is."""
        return span_of(self.start, self.end, self.now_ms)

    @property
    def spec(self) -> WindowSpec | None:
        """The windows; None for one."""
        return None if self.window in {None, "range"} else WindowSpec.parse(str(self.window), self.timezone)


def job_of(asked: Asked) -> FileJob:
    """What is to be done with files. Raises DriftlineError."""
    baseline, span = baseline_of(asked), asked.span
    if asked.output_columns not in {"first", "last"}:
        raise ConfigError(f"--output-columns must be first or last, got {asked.output_columns!r}")
    question = Question(
        baseline,
        span,
        asked.spec,
        strict=asked.model is not None,
        command=_command(asked, span),
        checks=named_checks(asked.checks),
    )
    return FileJob(
        question, asked.inputs, format_of(asked.format), columns_of(asked), asked.output_columns, asked.preprocess
    )


def of_files(job: FileJob) -> AnalysisResult:
    """Run over files. Raises DriftlineError."""
    with progress("reading") as told:
        return analyze_files(job, told)


def current(job: FileJob, result: AnalysisResult) -> dict[str, bytes]:
    """Model Monitor's own files of the rows, where its rules judge them and there are any."""
    if job.question.baseline.monitor is None or not result.rows:
        return {}
    try:
        with progress("statistics") as told:
            return current_files(job, None if told is None else lambda share: told(round(1000 * share), 1000))
    except BaselineError as error:
        typer.echo(f"driftline: no statistics.json of these rows: {printable(str(error))}", err=True)
        return {}


def baseline_of(asked: Asked) -> Baseline:
    """The baseline of files. Raises ConfigError when none was named, BaselineError when it can't be read."""
    if asked.baseline is None and asked.statistics is None and asked.constraints is None:
        raise ConfigError("name the baseline: --baseline FOLDER, or --statistics FILE and --constraints FILE")
    folder = None if asked.baseline is None else Path(asked.baseline)
    loaded = opened(folder, asked.statistics, asked.constraints, asked.model, asked.version)
    for remark in loaded.remarks:
        typer.echo(f"driftline: {printable(remark)}", err=True)
    return loaded.baseline


def format_of(text: str | None) -> Format | None:
    """The format that was named. Raises ConfigError for another word."""
    if text is None:
        return None
    try:
        return Format(text)
    except ValueError:
        known = ", ".join(one.value for one in Format)
        raise ConfigError(f"--format must be one of {known}, got {text!r}") from None


def columns_of(asked: Asked) -> Columns:
    """How tables are told. Raises ConfigError for what cannot be."""
    if asked.header not in HEADERS:
        raise ConfigError(f"--header must be yes, no or auto, got {asked.header!r}")
    names = names_of(asked.columns)
    if asked.delimiter is not None and len(asked.delimiter) != 1:
        raise ConfigError(f"--delimiter must be one character, got {asked.delimiter!r}")
    return Columns(None if names is None else tuple(names), HEADERS[asked.header], asked.delimiter, asked.time)


def _command(asked: Asked, span: Span | None) -> str:
    """The command that judges the same files again."""
    words = ["driftline", "analyze"]
    for name in ("statistics", "constraints", "baseline", "model", "version", "window"):
        if getattr(asked, name) is not None:
            words += [f"--{name}", str(getattr(asked, name))]
    for path in asked.inputs:
        words += ["--input", str(path)]
    if span is not None:
        words += ["--start", rfc3339(span.start_ms), "--end", rfc3339(span.end_ms)]
    if asked.output_columns != "first":
        words += ["--output-columns", asked.output_columns]
    for name in ("format", "columns", "delimiter", "time", "preprocess"):
        if getattr(asked, name) is not None:
            words += [f"--{name}", str(getattr(asked, name))]
    for check in asked.checks:
        words += ["--check", check]
    return shlex.join(words if asked.header == "auto" else [*words, "--header", asked.header])
