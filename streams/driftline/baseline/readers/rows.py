"""Rows as Python dictionaries: what JSON Lines and captures are made of."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from driftline.baseline.cells import Cells, Chunk, ObjectCells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence


def chunk_of(rows: Sequence[Mapping[str, object]], done: float = 0.0) -> Chunk:
    """A chunk of rows; the columns are all keys, in the order they turn up; an absent key is missing."""
    names: dict[str, None] = {}
    for row in rows:
        if row.keys() != names.keys():
            names.update(dict.fromkeys(row))
    columns: dict[str, Cells] = {name: ObjectCells([row.get(name) for row in rows]) for name in names}
    return Chunk(len(rows), columns, done)


class RowsSource:
    """Rows that a function yields, the same ones each time it is called."""

    def __init__(self, name: str, rows: Callable[[], Iterable[Mapping[str, object]]], chunk_rows: int = 65_536) -> None:
        self.name = name
        self._rows, self._chunk_rows = rows, chunk_rows

    def chunks(self) -> Iterator[Chunk]:
        """All rows, chunk by chunk."""
        rows = iter(self._rows())
        while block := list(itertools.islice(rows, self._chunk_rows)):
            yield chunk_of(block)
