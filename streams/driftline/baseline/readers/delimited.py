"""CSV files: a header or given names, any of four delimiters, read block by block as texts."""

from __future__ import annotations

import csv
import io
import re
from typing import IO, TYPE_CHECKING, Any, Final

from driftline.baseline.cells import FRACTIONAL, INTEGRAL, Chunk
from driftline.baseline.readers.arrow import TextCells, pyarrow
from driftline.baseline.readers.files import opened
from driftline.errors import BaselineError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from driftline.baseline.cells import Cells

_DELIMITERS: Final = ",;\t|"
_HEAD: Final = 1 << 20
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")


class DelimitedSource:
    """A CSV file (RFC 4180, UTF-8, plain, gzip or zip). A quoted line break is part of its cell; blank lines are skipped.

    Without ``columns`` the first row is the header; one that looks like data is refused. A column without a name is called
    ``_c0``, ``_c1``, … by its place. A row with another number of cells than the header is refused with its row.
    """

    def __init__(
        self,
        path: Path,
        columns: Sequence[str] | None = None,
        na: Sequence[str] = (),
        delimiter: str | None = None,
        chunk_rows: int = 65_536,
    ) -> None:
        self._path, self._na = path, frozenset(na)
        self._has_header = columns is None
        self._chunk_rows = chunk_rows
        with opened(path) as (stream, _):
            head = stream.read(_HEAD)
        if head[:2] in _WIDE or b"\0" in head[:1024]:
            raise BaselineError(f"{path}: must be UTF-8, this is UTF-16 or no text: iconv -f UTF-16 -t UTF-8 may help")
        text = head.decode("utf-8-sig", "replace")
        self._delimiter = delimiter or max(_DELIMITERS, key=text.split("\n", 1)[0].count)
        first = self._first_row(text)
        self.names = _checked(path, first, columns)

    @property
    def name(self) -> str:
        """The file's name."""
        return self._path.name

    def _first_row(self, text: str) -> list[str]:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=self._delimiter)
        return next((row for row in rows if row), [])

    def chunks(self) -> Iterator[Chunk]:
        """All rows, chunk by chunk."""
        pa = pyarrow()
        with opened(self._path) as (stream, progress):
            try:
                for batch in self._batches(stream):
                    for start in range(0, batch.num_rows, self._chunk_rows):
                        part = batch.slice(start, self._chunk_rows)
                        columns: dict[str, Cells] = {
                            name: TextCells(part.column(index), self._na) for index, name in enumerate(self.names)
                        }
                        yield Chunk(part.num_rows, columns, progress.share())
            except pa.ArrowInvalid as error:
                message = f"{self._path}: {_reason(str(error))}"
                raise BaselineError(message) from error

    def _batches(self, stream: IO[bytes]) -> Iterator[Any]:
        pa = pyarrow()
        import pyarrow.csv as arrow_csv

        yield from arrow_csv.open_csv(
            stream,
            arrow_csv.ReadOptions(
                column_names=self.names,
                skip_rows_after_names=int(self._has_header),
                use_threads=False,
                block_size=_HEAD,
            ),
            arrow_csv.ParseOptions(delimiter=self._delimiter, newlines_in_values=True),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(self.names, pa.string())),
        )


def _checked(path: Path, first: list[str], columns: Sequence[str] | None) -> list[str]:
    """The column names; BaselineError for a header that is data, names that occur twice, or not as many as cells."""
    names = [name.strip() or f"_c{index}" for index, name in enumerate(first if columns is None else columns)]
    numbers = [name for name in names if re.match(INTEGRAL, name) or re.match(FRACTIONAL, name)]
    twice = sorted({name for name in names if names.count(name) > 1})
    message = ""
    if columns is None and numbers:
        message = f"the first row looks like data ({numbers[0]!r}); name the columns of a file without a header: --columns a,b,c"
    elif twice:
        message = f"column names must differ, got {twice[0]!r} twice"
    elif len(names) != len(first):
        message = f"{len(names)} column names were given, the first row has {len(first)} cells"
    if message:
        raise BaselineError(f"{path}: {message}")
    return names


def _reason(error: str) -> str:
    """An Arrow message without the row itself: data stays out of messages."""
    if error.endswith("invalid UTF8 data"):
        return "must be UTF-8, this is not: iconv -f LATIN1 -t UTF-8 may help"
    reason = error.removeprefix("CSV parse error: ")
    place, colon, _ = reason.partition(": Expected ")
    if colon:
        return f"{place}: expected {reason[len(place) + len(colon) :].partition(': ')[0]}"
    return reason.partition(": ")[0] if reason.startswith("Row #") else reason
