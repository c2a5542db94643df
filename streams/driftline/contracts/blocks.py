"""Rows to a block, one value at a time: the path for whatever the typed decoder does not take. About 6 us a row."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from driftline.contracts.capture import Decoded, Limits, OpenRows, RowBlock
from driftline.contracts.cells import category, number, open_text, open_value, text_category, text_number
from driftline.contracts.events import Event
from driftline.contracts.lexicalrows import lexical_columns
from driftline.contracts.rowparts import calls_of, named_values, unseen_cells, within
from driftline.contracts.schema import Schema
from driftline.stats.columns import Columns


def block_of(events: Sequence[Event], schema: Schema | None, limits: Limits, out: Decoded) -> RowBlock:
    """All rows of one model and version; at least one. What goes beyond the limits is counted in ``out``."""
    if schema is None:
        columns: Columns | OpenRows = _open_rows(events, limits, out)
    elif schema.monitor is None:
        columns = _columns(events, schema, limits, out)
    else:
        columns = lexical_columns(events, schema, limits, out)
    return RowBlock(
        events[0].model,
        events[0].version,
        schema.baseline if schema else "",
        np.array([event.offset for event in events], dtype=np.int64),
        np.array([event.index for event in events], dtype=np.int32),
        np.array([event.time_ms for event in events], dtype=np.int64),
        columns,
        [event.id for event in events],
        _none_if_empty([event.segment for event in events]),
    )


def joined(blocks: Sequence[RowBlock]) -> RowBlock:
    """Blocks of one model and version as one, ordered by (offset, index)."""
    if len(blocks) == 1:
        return blocks[0]
    offset = np.concatenate([block.offset for block in blocks])
    index = np.concatenate([block.index for block in blocks])
    order = np.lexsort((index, offset))
    ids = [each for block in blocks for each in block.ids]
    segments = [each for block in blocks for each in block.segments or [None] * len(block)]
    whole = RowBlock(
        blocks[0].model,
        blocks[0].version,
        blocks[0].baseline,
        offset,
        index,
        np.concatenate([block.time_ms for block in blocks]),
        concat([block.columns for block in blocks]),
        ids,
        _none_if_empty(segments),
    )
    return whole if (order[1:] > order[:-1]).all() else take(whole, order)


def take(block: RowBlock, rows: NDArray[np.intp]) -> RowBlock:
    """Some rows of a block."""
    kept = rows.tolist()
    return RowBlock(
        block.model,
        block.version,
        block.baseline,
        block.offset[rows],
        block.index[rows],
        block.time_ms[rows],
        block.columns.take(rows),
        [block.ids[row] for row in kept],
        _none_if_empty([block.segments[row] for row in kept] if block.segments else []),
    )


def _none_if_empty(segments: list[dict[str, str] | None]) -> list[dict[str, str] | None] | None:
    return None if segments.count(None) == len(segments) else segments


def concat(parts: Sequence[Columns | OpenRows]) -> Columns | OpenRows:
    """Rows of one baseline, one after the other; at least one part."""
    columns = [part for part in parts if isinstance(part, Columns)]
    if columns:
        return Columns.concat(columns)
    rows = [part for part in parts if isinstance(part, OpenRows)]
    return OpenRows(
        [row for part in rows for row in part.rows],
        np.concatenate([part.latency for part in rows]),
        np.concatenate([part.error for part in rows]),
        np.concatenate([part.status for part in rows]),
        np.concatenate([part.entity for part in rows]),
        np.concatenate([part.first for part in rows]),
    )


def _open_rows(events: Sequence[Event], limits: Limits, out: Decoded) -> OpenRows:
    return OpenRows([_open_row(event, limits, out) for event in events], *calls_of(events))


def _open_row(event: Event, limits: Limits, out: Decoded) -> dict[str, object]:
    row: dict[str, object] = {}
    for name, value in named_values(event, ()):
        if len(name) > limits.name:
            out.count("long_name")
        elif len(row) >= limits.features:
            out.count("features_over_cap")
        else:
            row[name] = open_text(value) if event.text and isinstance(value, str) else open_value(value)
    return row


def _columns(events: Sequence[Event], schema: Schema, limits: Limits, out: Decoded) -> Columns:
    columns = Columns.blank(schema.layout, len(events))
    numbers = [[math.nan] * len(events) for _ in schema.layout.numeric]
    values: list[list[object]] = [[None] * len(events) for _ in schema.layout.categorical]
    mistyped: list[tuple[int, int]] = []
    extras: dict[str, list[int]] = {}
    for row, event in enumerate(events):
        found = _place(event, row, schema, numbers, values)
        mistyped += found[0]
        for name in within(found[1], limits, out):
            extras.setdefault(name, []).append(row)
    codes = [[book[value] for value in column] for book, column in zip(schema.codebooks, values, strict=True)]
    if codes:
        columns.codes[:] = codes
    if numbers:
        columns.numeric[:] = numbers
    columns.mistyped = np.array(sorted(mistyped), dtype=np.int64).reshape(-1, 2)
    columns.unseen = unseen_cells(columns.codes, values, limits, out)
    columns.extras = {name: np.array(rows, dtype=np.int64) for name, rows in sorted(extras.items())}
    columns.latency, columns.error, columns.status, columns.entity, columns.first = calls_of(events)
    return columns


def _place(
    event: Event, row: int, schema: Schema, numbers: list[list[float]], values: list[list[object]]
) -> tuple[list[tuple[int, int]], list[str]]:
    """Put the values of one row into their places; the number columns of the wrong type, and the unknown names."""
    mistyped: list[tuple[int, int]] = []
    extras: list[str] = []
    for name, value in named_values(event, schema.predictions):
        place = schema.places.get(name)
        if place is None:
            if name not in schema.roles and (name in event.values or schema.predictions):
                extras.append(name)
            continue
        at, boolean = place
        text = event.text and isinstance(value, str)
        if boolean is None:
            found = text_number(str(value)) if text else number(value)
            if isinstance(found, float):
                numbers[at][row] = found
            else:
                mistyped.append((at, row))
        else:
            values[at][row] = text_category(str(value), boolean=boolean) if text else category(value, boolean=boolean)
    return mistyped, extras
