"""Tables to captures: rows of CSV and Parquet files, by the names of a header or by their place.

With Model Monitor's rules a row is what it would be as a request: a line of CSV, by position, whose texts tell the types. With
driftline's own baseline it is a capture by name, and each cell is read as the baseline's kind of its column.
"""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Final, Literal

import msgspec

from driftline.analysis.wrapping import csv_capture, named_capture
from driftline.baseline.model import Baseline, Kind
from driftline.baseline.readers.arrow import pyarrow
from driftline.baseline.readers.files import opened
from driftline.contracts.capture import Reject
from driftline.contracts.cells import text_category, text_number
from driftline.errors import BaselineError, ConfigError

Header = Literal["auto", "yes", "no"]
Row = tuple[int, list[str], float]
"""Line, cells, share of the file read."""

ROWS_A_RECORD: Final = 500
"""Rows of one capture made of CSV lines. Chosen: its envelope then costs nothing to speak of."""

_UNNAMED: Final = re.compile(r"_c\d+", re.ASCII)
"""What columns are called in baselines of files without a header."""

_MANY: Final = 0.5
"""Share of the first line's cells that have to be names of the baseline to make it a header."""


@dataclass(frozen=True)
class Columns:
    """How the columns of a table are told: names given by hand, whether there is a header, and which holds the time."""

    names: tuple[str, ...] | None = None
    header: Header = "auto"
    delimiter: str | None = None
    time: str | None = None


@dataclass(frozen=True)
class TableRecords:
    """The rows of a table as captures. Raises BaselineError for a file that can't be read, ConfigError for other columns."""

    baseline: Baseline
    columns: Columns
    rows: Callable[[Path], Iterator[Row]]
    has_names: bool

    def __call__(self, path: Path) -> Iterator[tuple[int, bytes | Reject, float]]:
        """See `driftline.analysis.records.Records`."""
        rows = self.rows(path)
        first = next(rows, None)
        if first is None:
            return
        names = self._names(path, first[1])
        if self._is_header(first[1]):
            first = None
        rules = self.baseline.monitor
        make = self._by_name(path, names) if rules is None else self._by_place(path, names, list(rules.names))
        yield from make(_chain(first, rows))

    def _is_header(self, cells: Sequence[str]) -> bool:
        if self.has_names or self.columns.header == "yes":
            return True
        if self.columns.header == "no":
            return False
        known = {column.name for column in self.baseline.columns}
        is_known = sum(cell.strip() in known for cell in cells) > _MANY * len(cells)
        return is_known or (self.columns.names is None and self._looks_like_names(cells))

    def _looks_like_names(self, cells: Sequence[str]) -> bool:
        """Whether a line is of texts alone, all different, where there should be numbers."""
        texts = {cell.strip() for cell in cells if cell.strip() and not isinstance(text_number(cell), float)}
        return len(texts) == len(cells) and any(column.kind.is_numeric for column in self.baseline.columns)

    def _names(self, path: Path, first: Sequence[str]) -> list[str] | None:
        """The names of the columns, where there are any."""
        found = [cell.strip() for cell in first] if self._is_header(first) else None
        if self.columns.names is None:
            return found
        if len(self.columns.names) != len(first):
            raise ConfigError(f"--columns names {len(self.columns.names)} columns, {path} has {len(first)}")
        return list(self.columns.names)

    def _by_place(self, path: Path, names: list[str] | None, wanted: list[str]) -> Callable[[Iterator[Row]], Records]:
        """Rows as they are, without the column of the time; in the order of the baseline, where they have its names."""
        at = self._time_at(path, names)
        places = list(range(len(names or ())))
        if at is not None and self.columns.time not in wanted:
            places.remove(at)
        kept = [] if names is None else [names[place] for place in places]
        is_unnamed = all(_UNNAMED.fullmatch(name) for name in wanted)
        if len(kept) == len(wanted) and not is_unnamed:
            if set(kept) != set(wanted):
                raise ConfigError(_other_columns(path, kept, wanted))
            places = [list(names or ()).index(name) for name in wanted]
        width = 0 if names is None else len(names)
        return lambda rows: _positional(rows, places if places != list(range(width)) else None, width, at)

    def _time_at(self, path: Path, names: list[str] | None) -> int | None:
        """The place of the column with the event time. Raises ConfigError where there is none of that name."""
        time = self.columns.time
        if time is None:
            return None
        if names is None:
            raise ConfigError(f"--time {time}: {path} has no header: --columns names its columns")
        if time not in names:
            raise ConfigError(f"--time {time}: {path} has no such column, it has {', '.join(names[:10])}")
        return names.index(time)

    def _by_name(self, path: Path, names: list[str] | None) -> Callable[[Iterator[Row]], Records]:
        self._time_at(path, names)
        if names is None:
            return _positional
        known = {column.name for column in self.baseline.columns}
        if not known & set(names) or len(set(names)) < len(names):
            raise ConfigError(_other_columns(path, names, sorted(known)))
        kinds = [column.kind if (column := self.baseline.column(name)) else None for name in names]
        keep = self.columns.time in known
        return lambda rows: _named(rows, names, kinds, self.columns.time, keep=keep)


Records = Iterator[tuple[int, bytes | Reject, float]]


def _other_columns(path: Path, names: Sequence[str], wanted: Sequence[str]) -> str:
    lacks, more = (", ".join(sorted(set(a) - set(b))[:5]) for a, b in ((wanted, names), (names, wanted)))
    twice = ", ".join(sorted({name for name in names if names.count(name) > 1})[:5])
    if twice:
        return f"{path}: its header names columns twice: {twice}; --header yes --columns gives them names of their own"
    return (
        f"{path}: its columns are not the baseline's: it lacks {lacks or 'none'} and has {more or 'no others'}; "
        "is it the baseline of another model? --columns gives the columns other names, --header no takes them by place"
    )


def _chain(first: Row | None, rows: Iterator[Row]) -> Iterator[Row]:
    if first is not None:
        yield first
    yield from rows


def _positional(
    rows: Iterator[Row], places: list[int] | None = None, width: int = 0, time_at: int | None = None
) -> Records:
    """Several rows of one time a capture, as CSV: of each the cells at ``places``; one of another width stays as it is."""
    held: list[list[str]] = []
    time: str | None = None
    begun, done = 0, 0.0
    for line, cells, done in rows:
        told = None if time_at is None else cells[time_at] if time_at < len(cells) else ""
        if held and (told != time or len(held) >= ROWS_A_RECORD):
            yield begun, csv_capture(held, time), done
            held = []
        begun, time = begun if held else line, told
        held.append(cells if places is None or len(cells) != width else [cells[place] for place in places])
    if held:
        yield begun, csv_capture(held, time), done


def _named(rows: Iterator[Row], names: list[str], kinds: list[Kind | None], time: str | None, *, keep: bool) -> Records:
    for line, cells, done in rows:
        values = {name: _value(cell, kind) for name, cell, kind in zip(names, cells, kinds, strict=False)}
        values |= {f"_c{place}": cell for place, cell in enumerate(cells[len(names) :], len(names))}
        yield line, named_capture(values, time, keep=keep), done


def _value(cell: str, kind: Kind | None) -> object:
    """A cell as JSON has it: of a number column a number where it is one, null where it is empty."""
    if kind is not None and kind.is_numeric:
        found = text_number(cell)
        return cell if not isinstance(found, float) else None if found != found else found  # noqa: PLR0124 - NaN
    found = text_category(cell, boolean=kind is Kind.BOOLEAN)
    return cell if not isinstance(found, str | bool) and found is not None else found


def csv_rows(path: Path, delimiter: str | None) -> Iterator[Row]:
    """The rows of a CSV file; blank lines are none. Raises BaselineError, with a remedy, where it can't be read on."""
    with opened(path) as (stream, progress):
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
        line = 1
        try:
            first = text.readline(1 << 20)
            reader = csv.reader(_chain_text(first, text), delimiter=delimiter or _delimiter_of(first))
            for cells in reader:
                if cells:
                    yield line, cells, progress.share()
                line = reader.line_num + 1
        except UnicodeDecodeError as error:
            raise BaselineError(
                f"{path}: line {line} on is not UTF-8 ({error.reason}): iconv -f LATIN1 -t UTF-8 may help"
            ) from error
        except csv.Error as error:
            raise BaselineError(f"{path}: line {line} can't be read as CSV: {error}") from error


def _chain_text(first: str, rest: io.TextIOWrapper) -> Iterator[str]:
    yield first
    yield from rest


def _delimiter_of(line: str) -> str:
    """The most frequent of the usual ones; a comma for want of any."""
    return max(",;\t|", key=lambda one: (line.count(one), one == ","))


def parquet_rows(path: Path) -> Iterator[Row]:
    """The rows of a Parquet file as texts, the first of them its names: whole numbers without a point, others with one."""
    pa = pyarrow()
    import pyarrow.parquet as pq  # noqa: PLC0415 - an extra; most runs need none

    try:
        with pq.ParquetFile(path) as file:
            yield 1, list(file.schema_arrow.names), 0.0
            read, total = 0, max(1, file.metadata.num_rows)
            for batch in file.iter_batches(batch_size=4_096):
                columns = [[_text(value) for value in column.to_pylist()] for column in batch.columns]
                for cells in zip(*columns, strict=True):
                    read += 1
                    yield read, list(cells), read / total
    except (pa.ArrowException, OSError) as error:
        raise BaselineError(f"{path}: can't be read as Parquet: {error}") from error


def _text(value: object) -> str:
    """A value as CSV would have it."""
    if isinstance(value, str):
        return value
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else _plain(value)


def _plain(value: object) -> str:
    return msgspec.json.encode(value).decode() if isinstance(value, list | dict) else str(value)
