"""A job over files: what is named is found, told apart, read and judged; what can't be read is told, and the rest goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

from driftline.analysis.documents import Format, files_of, sniff, with_manifests
from driftline.analysis.filerun import FileRun, Question
from driftline.analysis.records import TOPIC, Batches, JsonRecords, Portion, Records
from driftline.analysis.result import UNREADABLE, AnalysisResult
from driftline.analysis.tables import Columns, TableRecords, csv_rows, parquet_rows
from driftline.analysis.transform import Pair, TransformRecords, paired
from driftline.analysis.wrapping import json_capture, own_capture
from driftline.config import Config, HookConfig, ModelConfig
from driftline.contracts.capture import CaptureTopic, Limits, RawBatch
from driftline.errors import BaselineError
from driftline.hooks.preprocess import Preprocessor

MAX_RECORD_BYTES: Final = 67_108_864
"""Bytes of one record of a file, 64 MiB. Chosen: ten times the largest request that SageMaker takes."""

MAX_ROWS: Final = 1_000_000
"""Rows of one record of a file."""

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
    run = FileRun(job.question, [capture_topic(job)])
    faults: list[BaselineError] = []
    tables = True
    for portion, batch, done in portions_of(job, faults.append):
        tables = tables and portion.is_table
        run.refused.add(portion.refused, portion.line)
        if len(batch):
            run.refused.add(run.feed(batch), portion.where)
        if progress is not None:
            progress(round(1000 * done), 1000)
    if job.question.span is None and not run.records and not faults and not files_of(job.inputs):
        listed = ", ".join(str(path) for path in job.inputs)
        raise BaselineError(
            f"{listed}: there is nothing to read: no file that is not empty, and whose name begins with neither . nor _"
        )
    for fault in faults:
        run.refused.fault(UNREADABLE, str(fault))
    if faults and not run.records:
        raise BaselineError(f"{faults[0]}" + (f" (and {len(faults) - 1} more files)" if len(faults) > 1 else ""))
    return replace(run.judge(), tables=tables)


def capture_topic(job: FileJob) -> CaptureTopic:
    """How the records of all files are read."""
    baseline = job.question.baseline
    return CaptureTopic(
        TOPIC,
        "auto",
        baseline.model,
        baseline.version,
        max_record_bytes=MAX_RECORD_BYTES,
        output_columns="last" if job.output_columns == "last" else "first",
        limits=Limits(rows=MAX_ROWS),
    )


def portions_of(
    job: FileJob, on_fault: Callable[[BaselineError], None] = lambda _fault: None
) -> Iterator[tuple[Portion, RawBatch, float]]:
    """The records of all files, some at a time: as they stand there, as the script makes them, and the share that is read.

    What can't be read is told and passed over.
    """
    span = job.question.span
    batches = Batches(0 if span is None else span.start_ms)
    paths = paired(list(with_manifests(files_of(job.inputs))))
    hooks = HookConfig(preprocess=None if job.preprocess is None else str(job.preprocess))
    with Preprocessor(Config(defaults=ModelConfig(hooks=hooks)), {TOPIC: capture_topic(job)}) as scripts:
        for place, file in enumerate(paths):
            if isinstance(file, BaselineError):
                on_fault(file)
                continue
            try:
                path, records = _records(file, job)
                for portion in batches.of(path, records):
                    portion.is_table = isinstance(records, TableRecords)
                    made = scripts.transform(portion.batch) if len(portion.batch) else portion.batch
                    yield portion, made, (place + portion.done) / len(paths)
            except BaselineError as error:
                on_fault(error)


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
    rules, time = baseline.monitor, job.columns.time
    if rules is None:
        known = any(column.name == time for column in baseline.columns)
        return JsonRecords(partial(own_capture, time=time, keep=known), MAX_RECORD_BYTES)
    return JsonRecords(partial(json_capture, time=time, keep=time in rules.names), MAX_RECORD_BYTES)
