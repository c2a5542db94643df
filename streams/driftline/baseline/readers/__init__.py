"""Readers: the only place that knows file formats and frames. pyarrow, pandas and polars are imported when they are used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from driftline.baseline.readers.columnar import FrameSource, ParquetSource, is_frame
from driftline.baseline.readers.delimited import DelimitedSource
from driftline.baseline.readers.files import sniff
from driftline.baseline.readers.jsonlines import JsonLinesSource
from driftline.baseline.readers.rows import RowsSource
from driftline.errors import BaselineError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftline.baseline.cells import Source

__all__ = ["CHUNK_ROWS", "RowsSource", "open_source"]

#: Rows of a chunk; chosen, because columns of 64 Ki numbers stay in the processor's cache.
CHUNK_ROWS = 65_536


def open_source(
    data: object,
    *,
    columns: Sequence[str] | None = None,
    na: Sequence[str] = (),
    delimiter: str | None = None,
    chunk_rows: int = CHUNK_ROWS,
) -> Source:
    """The data set behind ``data``: a path (CSV, Parquet, JSON Lines, told by their content) or a frame.

    ``columns`` names the columns of a CSV file without a header, ``na`` are its texts for "missing" besides the empty one,
    ``delimiter`` is guessed from its first line by default. Raises BaselineError for what can't be read.
    """
    if isinstance(data, (str, Path)):
        return _open_path(Path(data), columns, na, delimiter, chunk_rows)
    if is_frame(data):
        return FrameSource(data, chunk_rows)
    message = f"data must be a path or a pandas, polars or pyarrow table, got {type(data).__name__}"
    raise BaselineError(message)


def _open_path(
    path: Path, columns: Sequence[str] | None, na: Sequence[str], delimiter: str | None, chunk_rows: int
) -> Source:
    kind = sniff(path)
    if kind == "csv":
        return DelimitedSource(path, columns, na, delimiter, chunk_rows)
    if columns is not None:
        message = f"{path}: column names are for CSV files without a header, and this is {kind}"
        raise BaselineError(message)
    return ParquetSource(path, chunk_rows) if kind == "parquet" else JsonLinesSource(path, chunk_rows)
