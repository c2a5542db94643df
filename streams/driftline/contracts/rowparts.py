"""Parts of rows that every way of reading them shares: values by name, unseen categories, extra names, and calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from driftline.contracts.capture import Decoded, Limits
from driftline.contracts.events import Event, spread
from driftline.contracts.schema import category_text
from driftline.stats.columns import SERVER_ERROR, UNSEEN, Unseen
from driftline.stats.hashing import hash_texts


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


def named_values(event: Event, columns: Sequence[str]) -> Iterable[tuple[str, object]]:
    """Every value by name; a column's own name wins over the prediction's place, unless it holds nothing."""
    predicted = spread(event.prediction, columns)
    if not predicted:
        return event.values.items()
    own = {name: value for name, value in event.values.items() if value is not None or name not in predicted}
    return [*own.items(), *((name, value) for name, value in predicted.items() if name not in own)]


def within(names: list[str], limits: Limits, out: Decoded) -> list[str]:
    """The names of extra columns that are kept of one row; the others are counted."""
    short = [name for name in names if len(name) <= limits.name]
    out.count("long_name", len(names) - len(short))
    out.count("extras_over_cap", max(0, len(short) - limits.extras))
    return short[: limits.extras]


def calls_of(
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
