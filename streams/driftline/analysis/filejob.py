"""A job over files: what is named is found, told apart, read and judged; what can't be read is told, and the rest goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from driftline.analysis.documents import Format, files_of, sniff, with_manifests
from driftline.analysis.filerun import FileRun, Question
from driftline.analysis.records import TOPIC, Batches, JsonRecords, Records
from driftline.analysis.result import AnalysisResult
from driftline.analysis.tables import Columns, TableRecords, csv_rows, parquet_rows
from driftline.analysis.transform import Pair, TransformRecords, paired
from driftline.analysis.wrapping import json_capture, own_capture
from driftline.config import Config, HookConfig, ModelConfig
from driftline.contracts.capture import CaptureTopic, Limits
from driftline.errors import BaselineError
from driftline.hooks.preprocess import Preprocessor

MAX_RECORD_BYTES: Final = 67_108_864
"""Bytes of one record of a file, 64 MiB. Chosen: ten times the largest request that SageMaker takes."""

MAX_ROWS: Final = 1_000_000
"""Rows of one record of a file."""

UNREADABLE: Final = "unreadable_file"
"""The reason under which whole files are refused."""

Progress = Callable[[int, int], None]
"""Told how many thousandths are done, and of how many."""


@dataclass(frozen=True)
class FileJob:
    """Judge files. ``format`` None is told by each file's content; ``columns`` are about tables.

    ``preprocess`` is a script for captures.
    """

    question: Question
    inputs: tuple[Path, ...]
    format: Format | None = None
    columns: Columns = field(default_factory=Columns)
    output_columns: str = "first"
    preprocess: Path | None = None


def analyze_files(job: FileJob, progress: Progress | None = None) -> AnalysisResult:
    """Judge the rows of files once. Memory is bounded by panes and one batch, not by the files.

    Raises:
        ConfigError: what was named is not there, or the columns do not fit.
        BaselineError: not one of the files can be read.
        HookError: the script cannot be loaded.

    """
    baseline = job.question.baseline
    topic = CaptureTopic(
        TOPIC,
        "auto",
        baseline.model,
        baseline.version,
        max_record_bytes=MAX_RECORD_BYTES,
        output_columns="last" if job.output_columns == "last" else "first",
        limits=Limits(rows=MAX_ROWS),
    )
    run = FileRun(job.question, [topic])
    span = job.question.span
    batches = Batches(0 if span is None else span.start_ms)
    paths = paired(list(with_manifests(files_of(job.inputs))))
    faults = [path for path in paths if isinstance(path, BaselineError)]
    hooks = HookConfig(preprocess=None if job.preprocess is None else str(job.preprocess))
    with Preprocessor(Config(defaults=ModelConfig(hooks=hooks)), {TOPIC: topic}) as scripts:
        for place, path in enumerate(paths):
            if isinstance(path, BaselineError):
                continue
            try:
                _read(path, job, batches, run, scripts, _share(progress, place, len(paths)))
            except BaselineError as error:
                faults.append(error)
    for fault in faults:
        run.refused.fault(UNREADABLE, str(fault))
    if faults and not run.records:
        raise BaselineError(f"{faults[0]}" + (f" (and {len(faults) - 1} more files)" if len(faults) > 1 else ""))
    return run.judge()


def _read(
    file: Path | Pair,
    job: FileJob,
    batches: Batches,
    run: FileRun,
    scripts: Preprocessor,
    told: Callable[[float], None],
) -> None:
    path, records = _records(file, job)
    for portion in batches.of(path, records):
        run.refused.add(portion.refused, lambda reject: f"{path}:{reject.offset}")
        if len(portion.batch):
            run.refused.add(run.feed(scripts.transform(portion.batch)), portion.where)
        told(portion.done)


def _records(file: Path | Pair, job: FileJob) -> tuple[Path, Records]:
    """How a file is read, or two that belong together."""
    if isinstance(file, Path):
        return file, _records_of(file, job)
    names = frozenset(column.name for column in job.question.baseline.columns)
    return file.output, TransformRecords(file.input, names)


def _records_of(path: Path, job: FileJob) -> Records:
    kind = job.format or sniff(path)
    baseline = job.question.baseline
    if kind is Format.CSV:
        rows = partial(csv_rows, delimiter=job.columns.delimiter)
        return TableRecords(baseline, job.columns, rows, has_names=False)
    if kind is Format.PARQUET:
        return TableRecords(baseline, job.columns, parquet_rows, has_names=True)
    if kind is Format.CAPTURE:
        return JsonRecords(bytes, MAX_RECORD_BYTES)
    return JsonRecords(json_capture if baseline.monitor is not None else own_capture, MAX_RECORD_BYTES)


def _share(progress: Progress | None, place: int, count: int) -> Callable[[float], None]:
    if progress is None:
        return lambda _share: None
    return lambda share: progress(round(1000 * (place + share)), 1000 * count)
