"""Rows to columns as Model Monitor reads them: types by the text of values, and the number of columns of every row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from driftline.contracts.capture import Decoded, Limits
from driftline.contracts.events import Event
from driftline.contracts.lexical import is_whole, lexical_number, lexical_text
from driftline.contracts.placed import by_name
from driftline.contracts.rowparts import calls_of, unseen_cells, within
from driftline.contracts.schema import MISTYPED_VALUE, Schema
from driftline.contracts.shifts import shift_of, stranger_of
from driftline.stats.columns import Columns
from driftline.stats.forms import Forms

Cells = list[tuple[int, int]]


def lexical_columns(events: Sequence[Event], schema: Schema, limits: Limits, out: Decoded) -> Columns:
    """All rows of one model and version under Model Monitor's rules; at least one. About 10 us a row."""
    filling = _Filling(schema, len(events))
    for row, event in enumerate(events):
        filling.add(row, event, limits, out)
    columns = filling.columns(limits, out)
    columns.latency, columns.error, columns.status, columns.entity, columns.first = calls_of(events)
    return columns


@dataclass
class _Filling:
    """Columns that are being filled."""

    schema: Schema
    count: int
    mistyped: Cells = field(default_factory=list)
    fractional: Cells = field(default_factory=list)
    extras: dict[str, list[int]] = field(default_factory=dict)
    shifted: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        layout = self.schema.layout
        self._numbers = [[math.nan] * self.count for _ in layout.numeric]
        self._texts: list[list[object]] = [[None] * self.count for _ in layout.categorical]
        self._width = np.zeros(self.count, dtype=np.int32)
        self._folded = np.ones(self.count, dtype=np.bool_)

    def add(self, row: int, event: Event, limits: Limits, out: Decoded) -> None:
        """Put the values of one row into their places."""
        values = event.values if event.width >= 0 else by_name(event.values, event.prediction, self.schema)
        self._width[row] = event.width if event.width >= 0 else len(values)
        self._folded[row] = event.folded
        if not event.folded:
            out.count("other_width")
        unknown = [name for name, value in values.items() if not self._put(row, name, value)]
        for name in within(unknown, limits, out):
            self.extras.setdefault(name, []).append(row)
        shift = stranger_of(event.stranger) if event.stranger else shift_of(event.cells, self.schema)
        if shift:
            self.shifted.setdefault(shift, []).append(row)

    def _put(self, row: int, name: str, value: object) -> bool:
        """Whether the baseline knows the column."""
        schema = self.schema
        if name in schema.numeric_at:
            at = schema.numeric_at[name]
            found = lexical_number(value)
            if found is MISTYPED_VALUE:
                self.mistyped.append((at, row))
            elif isinstance(found, float):
                self._numbers[at][row] = found
                if name in schema.whole and not math.isnan(found) and not is_whole(value):
                    self.fractional.append((at, row))
        elif name in schema.category_at:
            self._texts[schema.category_at[name]][row] = lexical_text(value)
        return name in schema.roles

    def columns(self, limits: Limits, out: Decoded) -> Columns:
        """The columns, without what is known of the calls."""
        schema = self.schema
        columns = Columns.blank(schema.layout, self.count)
        if self._numbers:
            columns.numeric[:] = self._numbers
        codes = [[book[v] for v in texts] for book, texts in zip(schema.codebooks, self._texts, strict=True)]
        if codes:
            columns.codes[:] = codes
        columns.mistyped = pairs_of(self.mistyped)
        columns.unseen = unseen_cells(columns.codes, self._texts, limits, out)
        columns.extras = {name: np.array(rows, dtype=np.int64) for name, rows in sorted(self.extras.items())}
        shifted = {name: np.array(rows, dtype=np.int64) for name, rows in sorted(self.shifted.items())}
        columns.forms = Forms(self._width, self._folded, pairs_of(self.fractional), shifted)
        return columns


def pairs_of(cells: Cells) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """The (M, 2) array of (column, row), in this order."""
    return np.array(sorted(cells), dtype=np.int64).reshape(-1, 2)
