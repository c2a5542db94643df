"""Typed structs to a table: a batch at a time, column by column."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from driftline.contracts.capture import Decoded, Limits
from driftline.contracts.cells import is_scalar
from driftline.contracts.rowparts import unseen_cells
from driftline.contracts.schema import Schema
from driftline.contracts.spread import spread
from driftline.contracts.structs import RowStruct
from driftline.contracts.table import Column, Table


def typed_table(
    rows: Sequence[msgspec.Struct], struct: RowStruct, schema: Schema, limits: Limits, out: Decoded
) -> Table:
    """The table of structs that ``struct.decode`` made. 0.8 us a row of 20 numbers and 5 categories."""
    parts = _transposed(rows, struct.fields)
    cells = parts if struct.cells is None else _transposed(parts["features"], struct.cells)
    by_name = _by_name(struct, parts, cells)
    nothing = (None,) * len(rows)
    numbers = [by_name.get(name, nothing) for name in schema.layout.numeric]
    categories = [by_name.get(name, nothing) for name in schema.layout.categorical]
    codes = np.empty((len(categories), len(rows)), dtype=np.int32)
    for place, (book, values) in enumerate(zip(schema.codebooks, categories, strict=True)):
        codes[place] = np.fromiter(map(book.__getitem__, values), np.int32, len(rows))
    return Table(
        parts,
        np.array(numbers, dtype=np.float64).reshape(len(numbers), len(rows)),
        codes,
        unseen_cells(codes, categories, limits, out),
        _extras(struct, cells, len(rows)),
        np.array(parts.get("latency0") or nothing, dtype=np.float64),
    )


def _by_name(struct: RowStruct, parts: dict[str, Column], cells: dict[str, Column]) -> dict[str, Column]:
    """Every watched column; a prediction under its own name wins over its place in ``prediction``."""
    by_name = {name: cells[field] for name, field in struct.columns.items()}
    for name, values in spread(struct, parts.get("prediction0")).items():
        own = by_name.get(name)
        if own is None or own.count(None) == len(own):
            by_name[name] = values
        else:
            by_name[name] = [b if a is None else a for a, b in zip(own, values, strict=True)]
    return by_name


def _extras(struct: RowStruct, cells: dict[str, Column], count: int) -> dict[str, NDArray[np.int64]]:
    flat = struct.cells is None
    extras = {}
    for name, field in sorted(struct.extras.items()):
        values = cells[field]
        rows = [row for row in range(count) if values[row] is not UNSET and (not flat or is_scalar(values[row]))]
        if rows:
            extras[name] = np.array(rows, dtype=np.int64)
    return extras


def _transposed(rows: Sequence[msgspec.Struct], fields: Sequence[str]) -> dict[str, Column]:
    if not fields:
        return {}
    return dict(zip(fields, zip(*map(msgspec.structs.astuple, rows), strict=True), strict=True))
