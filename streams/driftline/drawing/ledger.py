"""The ledger of a window, as a table: which records it was made of."""

from __future__ import annotations

from driftline.contracts.statistics import Ledger
from driftline.drawing.figures import number
from driftline.drawing.tables import Cell, Table

MAX_SOURCES = 100


def ledger_table(ledger: Ledger) -> Table:
    """One row a source partition; at most a hundred, the others are counted below."""
    rows = tuple(
        (
            Cell(f"{one.range.topic}[{one.range.partition}]"),
            Cell(f"{one.range.start} … {one.range.end}", "number"),
            Cell(number(one.records.accepted), "number"),
            Cell(number(one.rows.accepted), "number"),
            Cell("idle" if one.idle else "read"),
        )
        for one in ledger.sources[:MAX_SOURCES]
    )
    said = "Complete." if ledger.complete else f"Incomplete: {'; '.join(ledger.reasons)}."
    more = f"and {len(ledger.sources) - MAX_SOURCES} more" if len(ledger.sources) > MAX_SOURCES else ""
    columns = ("Source", "Offsets", "Records accepted", "Rows accepted", "Source was")
    caption = f"{said} Offsets are half-open, and hold records of other models and windows as well."
    return Table("ledger", "What the window is made of", columns, rows, f"{said} No record is in it.", caption, more)
