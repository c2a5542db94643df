"""Data of declared types: Parquet files, and pandas, polars and pyarrow tables in memory."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from driftline.baseline.cells import Chunk, ObjectCells
from driftline.baseline.readers.arrow import cells_of, pyarrow
from driftline.errors import BaselineError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from driftline.baseline.cells import Cells


class ParquetSource:
    """A Parquet file, read batch by batch; the types are those of the file."""

    def __init__(self, path: Path, chunk_rows: int = 65_536) -> None:
        self._path, self._chunk_rows = path, chunk_rows

    @property
    def name(self) -> str:
        """The file's name."""
        return self._path.name

    def chunks(self) -> Iterator[Chunk]:
        """All rows, chunk by chunk."""
        pa = pyarrow()
        import pyarrow.parquet as pq

        try:
            with pq.ParquetFile(self._path) as file:
                read = 0
                for batch in file.iter_batches(batch_size=self._chunk_rows):
                    read += batch.num_rows
                    cells = [cells_of(batch.column(i)) for i in range(batch.num_columns)]
                    columns = dict(zip(batch.schema.names, cells, strict=True))
                    yield Chunk(batch.num_rows, columns, read / max(1, file.metadata.num_rows))
        except (pa.ArrowException, OSError) as error:
            message = f"{self._path}: can't be read as Parquet: {error}"
            raise BaselineError(message) from error


def is_frame(data: object) -> bool:
    """Whether ``data`` is a table of pandas, polars or pyarrow (told without importing them)."""
    library, kind = type(data).__module__.partition(".")[0], type(data).__name__
    return (library, kind) in {
        ("pandas", "DataFrame"),
        ("polars", "DataFrame"),
        ("polars", "LazyFrame"),
        ("pyarrow", "Table"),
    }


class FrameSource:
    """A table in memory. A pandas column of mixed objects is read value by value, all else by its declared type."""

    name = "frame"

    def __init__(self, frame: Any, chunk_rows: int = 65_536) -> None:  # noqa: ANN401 - three libraries, none imported
        library = type(frame).__module__.partition(".")[0]
        self._frame = frame.collect() if type(frame).__name__ == "LazyFrame" else frame
        self._is_pandas = library == "pandas"
        if library == "polars":
            self._frame = self._frame.to_arrow()
        names = [str(n) for n in (frame.columns if self._is_pandas else self._frame.column_names)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            message = f"frame: column names must differ, got {twice[0]!r} twice"
            raise BaselineError(message)
        self._names, self._chunk_rows = names, chunk_rows

    def chunks(self) -> Iterator[Chunk]:
        """All rows, chunk by chunk."""
        total = len(self._frame)
        for start in range(0, total, self._chunk_rows):
            end = min(total, start + self._chunk_rows)
            columns = {name: self._cells(index, start, end) for index, name in enumerate(self._names)}
            yield Chunk(end - start, columns, end / total)

    def _cells(self, index: int, start: int, end: int) -> Cells:
        if not self._is_pandas:
            return cells_of(self._frame.column(index).slice(start, end - start))
        pa, series = pyarrow(), self._frame.iloc[start:end, index]
        try:
            return cells_of(pa.array(series, from_pandas=True))
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
            return ObjectCells([_plain(value) for value in series.array])


def _plain(value: object) -> object:
    """A value of an object column as JSON would have it: None for missing, plain numbers for those of numpy."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return None
    if type(value).__module__ == "numpy" and hasattr(value, "item"):
        return value.item()
    return float(value) if isinstance(value, (Decimal, Fraction)) else value
