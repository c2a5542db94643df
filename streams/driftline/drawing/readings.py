"""What the checks said, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from driftline.contracts.statistics import CheckReading
from driftline.drawing.figures import DASH, number, words
from driftline.drawing.tables import Cell, Table

CAPTION = "A check is violated when the bound, which leaves out what may be chance, is beyond the limit."


def reading_table(id_: str, heading: str, readings: Sequence[CheckReading]) -> Table:
    """One row a check, in the order given."""
    columns = ("Check", "State", "Observed", "Bound", "Limit", "Rows", "Why", "Column")
    named = len({reading.feature for reading in readings}) > 1
    rows = tuple(_row(reading, named=named) for reading in readings)
    return Table(id_, heading, columns if named else columns[:-1], rows, "No check was made.", CAPTION)


def _row(reading: CheckReading, *, named: bool) -> tuple[Cell, ...]:
    return (
        Cell(words(reading.check)),
        Cell(reading.state, reading.state),
        Cell(number(reading.observed), "number"),
        Cell(number(reading.bound), "number"),
        Cell(number(reading.limit), "number"),
        Cell(number(reading.n), "number"),
        Cell(reading.reason or DASH),
        *((Cell(reading.feature or DASH),) if named else ()),
    )
