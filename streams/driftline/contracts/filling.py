"""Columns that are being filled, a column at a time: where rows that lie alike are put together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from driftline.contracts.capture import CaptureTopic, Decoded
from driftline.contracts.rowparts import unseen_cells
from driftline.contracts.schema import Schema
from driftline.stats.columns import Columns


class Filling:
    """Columns of one baseline."""

    def __init__(self, schema: Schema, count: int) -> None:
        """Nothing is there yet in so many rows."""
        self._schema = schema
        self._columns = Columns.blank(schema.layout, count)
        self._texts: list[Sequence[object]] = [(None,) * count for _ in schema.layout.categorical]
        self._mistyped: list[tuple[int, int]] = []

    def numbers(self, at: int, values: Sequence[float | None] | NDArray[np.float64], mistyped: Sequence[int]) -> None:
        """Fill a column of numbers, of which those of some rows are of the wrong type."""
        self._columns.numeric[at] = values
        self._mistyped += [(at, row) for row in mistyped]

    def categories(self, at: int, values: Sequence[object]) -> None:
        """Fill a column of categories."""
        book = self._schema.codebooks[at]
        self._texts[at] = values
        self._columns.codes[at] = np.fromiter(map(book.__getitem__, values), np.int32, len(values))

    def done(self, topic: CaptureTopic, out: Decoded) -> Columns:
        """The columns."""
        columns = self._columns
        columns.mistyped = np.array(sorted(self._mistyped), dtype=np.int64).reshape(-1, 2)
        columns.unseen = unseen_cells(columns.codes, self._texts, topic.limits, out)
        return columns
