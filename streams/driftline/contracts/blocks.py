"""Rows to a block, one value at a time: the path for whatever the typed decoder does not take. About 6 us a row."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from driftline.contracts.capture import Decoded, Limits, OpenRows, RowBlock
from driftline.contracts.cells import category, number, open_text, open_value, text_category, text_number
from driftline.contracts.events import Event, spread
from driftline.contracts.schema import Schema, category_text
from driftline.stats.columns import SERVER_ERROR, UNSEEN, Columns, Unseen
from driftline.stats.hashing import hash_texts


def block_of(events: Sequence[Event], schema: Schema | None, limits: Limits, out: Decoded) -> RowBlock:
    """All rows of one model and version; at least one. What goes beyond the limits is counted in ``out``."""
    columns = _open_rows(events, limits, out) if schema is None else _columns(events, schema, limits, out)
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


def unseen_cells(codes: NDArray[np.int32], values: Sequence[Sequence[object]], limits: Limits, out: Decoded) -> Unseen:
    """(column, row, hash) of every UNSEEN code; ``values`` are the columns that the codes were made of."""
    places = np.argwhere(codes == UNSEEN).tolist()
    return unseen_texts(places, [category_text(values[column][row]) for column, row in places], limits, out)


def unseen_texts(places: Sequence[Sequence[int]], texts: Sequence[str], limits: Limits, out: Decoded) -> Unseen:
    """(column, row, hash) of the texts at these places."""
    if not texts:
        return []
    out.count("long_text", sum(len(text) > limits.text for text in texts))
    hashes = hash_texts(texts).tolist()
    return [(column, row, known) for (column, row), known in zip(places, hashes, strict=True)]


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
    return OpenRows([_open_row(event, limits, out) for event in events], *_calls(events))


def _open_row(event: Event, limits: Limits, out: Decoded) -> dict[str, object]:
    row: dict[str, object] = {}
    for name, value in _named(event, ()):
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
        for name in _within(found[1], limits, out):
            extras.setdefault(name, []).append(row)
    codes = [[book[value] for value in column] for book, column in zip(schema.codebooks, values, strict=True)]
    if codes:
        columns.codes[:] = codes
    if numbers:
        columns.numeric[:] = numbers
    columns.mistyped = np.array(sorted(mistyped), dtype=np.int64).reshape(-1, 2)
    columns.unseen = unseen_cells(columns.codes, values, limits, out)
    columns.extras = {name: np.array(rows, dtype=np.int64) for name, rows in sorted(extras.items())}
    columns.latency, columns.error, columns.status, columns.entity, columns.first = _calls(events)
    return columns


def _place(
    event: Event, row: int, schema: Schema, numbers: list[list[float]], values: list[list[object]]
) -> tuple[list[tuple[int, int]], list[str]]:
    """Put the values of one row into their places; the number columns of the wrong type, and the unknown names."""
    mistyped: list[tuple[int, int]] = []
    extras: list[str] = []
    for name, value in _named(event, schema.predictions):
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


def _named(event: Event, columns: Sequence[str]) -> Iterable[tuple[str, object]]:
    """Every value by name; a column's own name wins over the prediction's place, unless it holds nothing."""
    predicted = spread(event.prediction, columns)
    if not predicted:
        return event.values.items()
    own = {name: value for name, value in event.values.items() if value is not None or name not in predicted}
    return [*own.items(), *((name, value) for name, value in predicted.items() if name not in own)]


def _within(names: list[str], limits: Limits, out: Decoded) -> list[str]:
    short = [name for name in names if len(name) <= limits.name]
    out.count("long_name", len(names) - len(short))
    out.count("extras_over_cap", max(0, len(short) - limits.extras))
    return short[: limits.extras]


def _calls(
    events: Sequence[Event],
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.int8], NDArray[np.uint64], NDArray[np.bool_]]:
    """Latency, error, status, entity and first of each row."""
    status = np.array([event.status for event in events], dtype=np.int8)
    error = np.array([event.error for event in events], dtype=np.bool_) | (status == SERVER_ERROR)
    return (
        np.array([event.latency for event in events], dtype=np.float64),
        error,
        status,
        entity_hashes([event.entity for event in events]),
        np.array([event.first for event in events], dtype=np.bool_),
    )


def entity_hashes(entities: Sequence[str | int | None]) -> NDArray[np.uint64]:
    """The hash of each entity, 0 for none. Nothing is done per row if no row has one."""
    hashes = np.zeros(len(entities), dtype=np.uint64)
    if entities.count(None) < len(entities):
        rows = [row for row, entity in enumerate(entities) if entity is not None and entity != ""]
        hashes[rows] = hash_texts([str(entities[row]) for row in rows])
    return hashes
