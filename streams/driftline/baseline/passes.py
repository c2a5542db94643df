"""The second reading of a data set, when the first has said what each column is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from driftline.errors import BaselineError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from driftline.baseline.cells import Cells, Source


class Tally(Protocol):
    """Whatever counts the cells of one column."""

    def add(self, cells: Cells, /) -> None:
        """Take in the column's cells of one more chunk."""


def read_again(source: Source, tallies: Mapping[str, Tally], rows: int, report: Callable[[float], None]) -> None:
    """Give every chunk to the tallies of its columns; ``report`` is told 0.5..1.

    Raises BaselineError when there are not as many ``rows`` as in the first reading.
    """
    again = 0
    for chunk in source.chunks():
        again += chunk.rows
        for name, cells in chunk.columns.items():
            if name in tallies:
                tallies[name].add(cells)
        report(0.5 + chunk.done / 2)
    if again != rows:
        message = f"{source.name}: the data changed while it was read: {rows} rows, then {again}"
        raise BaselineError(message)
