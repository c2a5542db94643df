"""Files to rows with a truth: tables that have it beside the answer, captures joined with ground truth, merged records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from driftline.analysis.documents import Format, files_of, sniff, with_manifests
from driftline.analysis.filejob import MAX_RECORD_BYTES
from driftline.analysis.moments import Span
from driftline.analysis.records import TOPIC, JsonRecords
from driftline.analysis.tables import Columns, csv_rows, parquet_rows
from driftline.contracts.capture import CaptureTopic, Headers, Reject
from driftline.contracts.events import RecordContext
from driftline.contracts.formats.sagemaker_names import named_by
from driftline.contracts.times import event_time
from driftline.errors import BaselineError, ConfigError, ContractError
from driftline.quality.classes import number_of
from driftline.quality.joining import Belongs, Document, Joiner, MergedRow, Row

Told = Callable[[int, int], None]
ModelName = tuple[str, str]


@dataclass(frozen=True)
class LabelledFiles:
    """What to read: ``inputs`` of any format, ``truths`` with ground-truth records, and how tables name their columns."""

    inputs: Sequence[Path]
    truths: Sequence[Path] = ()
    span: Span | None = None
    format: Format | None = None
    columns: Columns = field(default_factory=Columns)
    model: ModelName | None = None
    """Whose captures count; one that names no model is taken for this one's. None: all of them."""


@dataclass
class LabelledRows:
    """Rows with a truth, and sentences about what was left out."""

    rows: list[MergedRow]
    notes: tuple[str, ...]


def read_labelled(asked: LabelledFiles, told: Told | None = None) -> LabelledRows:
    """All rows. A file that can't be read is told, and the rest goes on; BaselineError when none can be."""
    span = asked.span
    joiner = Joiner() if span is None else Joiner(span.start_ms, span.end_ms)
    truths = list(with_manifests(files_of(asked.truths)))
    paths = [*with_manifests(files_of(asked.inputs)), *truths]
    faults: list[BaselineError] = []
    for place, path in enumerate(paths):
        try:
            _read(_readable(path), asked, joiner, only_records=place >= len(paths) - len(truths))
        except BaselineError as error:
            faults.append(error)
        if told is not None:
            told(place + 1, len(paths))
    if faults and len(faults) == len(paths):
        raise BaselineError(f"{faults[0]}" + (f" (and {len(faults) - 1} more files)" if len(faults) > 1 else ""))
    return LabelledRows(joiner.rows, (*joiner.notes(), *(f"could not be read: {fault}" for fault in faults)))


def whose(topic: CaptureTopic, model: ModelName, headers: Headers = ()) -> Belongs:
    """Whether a capture of ``topic`` is of ``model``: the version "" stands for any."""

    def belongs(document: Document) -> bool:
        metadata = document.get("eventMetadata")
        context = RecordContext(topic, lambda _model, _version: None, lambda _counter: None, 0, headers=headers)
        name, version = named_by(document, metadata if isinstance(metadata, Mapping) else {}, context)
        return name == model[0] and model[1] in {"", version}

    return belongs


def rows_of_table(path: Path, columns: Columns) -> list[Mapping[str, object]]:
    """The rows of a table by name, CSV, JSON Lines or Parquet; BaselineError for any other file, or columns without names."""
    kind = sniff(path)
    found = [row for row in _table(path, kind, columns) if isinstance(row, Mapping)] if kind != Format.CAPTURE else []
    if not found:
        raise BaselineError(f"{path}: expected a table with named columns and at least one row")
    return found


def _readable(path: Path | BaselineError) -> Path:
    if isinstance(path, BaselineError):
        raise path
    return path


def _read(path: Path, asked: LabelledFiles, joiner: Joiner, *, only_records: bool) -> None:
    kind = asked.format or sniff(path)
    if kind is Format.CAPTURE:
        belongs = None if asked.model is None else whose(CaptureTopic(TOPIC, "sagemaker", *asked.model), asked.model)
        for line, record, _ in JsonRecords(bytes, MAX_RECORD_BYTES)(path):
            _add(joiner, record, f"{path}:{line}", belongs)
    elif only_records:
        raise BaselineError(
            f"{path}: expected ground-truth records, one a line, with groundTruthData and eventMetadata.eventId; this is {kind}"
        )
    else:
        rows = [row for row in _table(path, kind, asked.columns) if _within(path, row, asked)]
        joiner.rows += [MergedRow(row, row, row) for row in rows]


def _within(path: Path, row: Row, asked: LabelledFiles) -> bool:
    """Whether a table's row is in the range: by its column of times, if one was named; else all are."""
    if asked.span is None or asked.columns.time is None:
        return True
    said = row.get(asked.columns.time) if isinstance(row, Mapping) else None
    try:
        at = event_time(int(said) if isinstance(said, str) and said.isdigit() else said)
    except ContractError as error:
        raise BaselineError(f"{path}: column {asked.columns.time}: {error}") from error
    return asked.span.start_ms <= at < asked.span.end_ms


def _add(joiner: Joiner, record: bytes | Reject, where: str, belongs: Belongs | None) -> None:
    if isinstance(record, Reject):
        joiner.refuse(f"{where}: {record.message}")
    else:
        joiner.add(record, where, belongs)


def _table(path: Path, kind: Format, columns: Columns) -> Iterator[Row]:
    if kind is Format.JSON:
        yield from _json_rows(path)
        return
    rows = parquet_rows(path) if kind is Format.PARQUET else csv_rows(path, columns.delimiter)
    first = next(rows, None)
    if first is None:
        return
    named = kind is Format.PARQUET or _is_header(first[1], columns)
    names = _names(path, first[1], columns) if named or columns.names else None
    if not named:
        yield _row(first[1], names)
    for line, cells, _ in rows:
        if names is not None and len(cells) != len(names):
            raise BaselineError(f"{path}:{line}: expected {len(names)} cells, got {len(cells)}")
        yield _row(cells, names)


def _row(cells: Sequence[str], names: Sequence[str] | None) -> Row:
    values = [cell if cell != "" else None for cell in cells]
    return values if names is None else dict(zip(names, values, strict=True))


def _names(path: Path, first: Sequence[str], columns: Columns) -> Sequence[str]:
    if columns.names is None:
        return [cell.strip() for cell in first]
    if len(columns.names) != len(first):
        raise ConfigError(f"--columns names {len(columns.names)} columns, {path} has {len(first)}")
    return columns.names


def _is_header(cells: Sequence[str], columns: Columns) -> bool:
    """A first line without a number is a header, unless names were given or it was said to be none."""
    if columns.header != "auto":
        return columns.header == "yes"
    return all(number_of(cell) is None for cell in cells)


def _json_rows(path: Path) -> Iterator[Row]:
    for line, record, _ in JsonRecords(bytes, MAX_RECORD_BYTES)(path):
        if isinstance(record, Reject):
            raise BaselineError(f"{path}:{line}: {record.message}")
        try:
            row: object = msgspec.json.decode(record)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BaselineError(f"{path}:{line}: not JSON: {error}") from error
        if not isinstance(row, dict | list):
            raise BaselineError(f"{path}:{line}: expected an object, got {type(row).__name__}")
        yield row
