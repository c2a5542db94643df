"""Batches of rows in one call: a frame of pandas or polars, a table of pyarrow, an array, a dict of columns, a list of rows.

Told apart by what they can do, so that none of those packages has to be there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from driftline.capture.entries import Batch, Row
from driftline.errors import ContractError


def length(table: Any) -> int:  # noqa: ANN401 - many shapes
    """Number of rows. ContractError for what is no table."""
    if isinstance(table, Mapping):
        lengths = {len(column) for column in table.values()}
        if len(lengths) > 1:
            raise ContractError(f"must have columns of one length, got {sorted(lengths)}", "features")
        return lengths.pop() if lengths else 0
    if hasattr(table, "num_rows"):
        return int(table.num_rows)
    if hasattr(table, "shape") and (len(table.shape) == 2 or _field_names(table)):  # noqa: PLR2004 - rows and columns
        return int(table.shape[0])
    if isinstance(table, Sequence) and not isinstance(table, str | bytes):
        return len(table)
    raise ContractError(f"must be a frame, a table, a 2-D array or rows, got {type(table).__name__}", "features")


def copied(table: Any) -> Any:  # noqa: ANN401 - many shapes
    """What later changes of the caller's do not reach. Tables of pyarrow and frames of polars do not change."""
    if hasattr(table, "to_pylist") or hasattr(table, "get_columns"):
        return table
    if isinstance(table, Mapping):
        return {name: copied(column) for name, column in table.items()}
    if isinstance(table, list | tuple):
        return [row.copy() if hasattr(row, "copy") else row for row in table]
    return table.copy() if hasattr(table, "copy") else table


def rows(batch: Batch) -> Iterator[Row]:
    """The rows of a batch, ids as they were given. The latency is the call's, so that only the first row has it."""
    cells = {
        "prediction": _column(batch.predictions),
        "id": batch.ids,
        "entity": batch.entities,
        "segment": batch.segments,
        "time": batch.times,
    }
    columns = {name: column for name, column in cells.items() if column is not None}
    for place, features in enumerate(_dicts(batch.features)):
        row = Row(batch.subject, batch.called_ms, None, features, status=batch.status, error=batch.error)
        for name, column in columns.items():
            setattr(row, name, column[place])
        row.latency = batch.latency if place == 0 else None
        yield row


def _dicts(table: Any) -> Iterator[Any]:  # noqa: ANN401 - many shapes
    """Row by row; an array's rows have no names yet."""
    columns = _columns(table)
    if columns is None:
        yield from table
        return
    names = list(columns)
    for cells in zip(*columns.values(), strict=True):
        yield dict(zip(names, cells, strict=True))


def _columns(table: Any) -> dict[Any, Sequence[Any]] | None:  # noqa: ANN401 - many shapes
    """Columns by name as lists of Python values; None for what comes row by row."""
    if isinstance(table, Mapping):
        return {name: _column(column) for name, column in table.items()}
    if hasattr(table, "to_pydict"):
        return dict(table.to_pydict())
    if hasattr(table, "iloc") and table.ndim == 2:  # noqa: PLR2004 - a frame; a Series is a column
        return {name: table.iloc[:, place].tolist() for place, name in enumerate(table.columns)}
    if hasattr(table, "get_columns"):
        return dict(table.to_dict(as_series=False))
    names = _field_names(table)
    return {name: table[name].tolist() for name in names} if names else None


def _field_names(table: Any) -> tuple[str, ...]:  # noqa: ANN401 - many shapes
    """Those of an array of records."""
    return getattr(getattr(table, "dtype", None), "names", None) or ()


def _column(column: Any) -> Any:  # noqa: ANN401 - many shapes
    """What can be asked for its n-th cell: lists where numpy would give scalars of its own; a table's rows as dicts."""
    if column is None or isinstance(column, list):
        return column
    if _columns(column) is not None:
        return list(_dicts(column))
    for method in ("to_pylist", "tolist", "to_list"):
        if hasattr(column, method):
            return getattr(column, method)()
    return list(column)
