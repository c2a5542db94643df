"""Layouts and batches of rows for tests of the statistics."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from driftline.stats.columns import MISSING, MISTYPED, UNSEEN, Columns
from driftline.stats.hashing import hash_text
from driftline.stats.layout import Layout


def layout_of(
    numeric: int = 3,
    categories: tuple[tuple[str, ...], ...] = (("red", "green", "blue"), ("false", "true")),
    edges: tuple[float, ...] = (-1.0, 0.0, 0.5, 1.0),
    *,
    scale: float = 1.0,
) -> Layout:
    """A layout of like columns; every other numeric one is integral; bounds are the outer edges."""
    return Layout(
        numeric=tuple(f"n{index}" for index in range(numeric)),
        edges=tuple(np.array(edges) for _ in range(numeric)),
        center=np.zeros(numeric),
        scale=np.full(numeric, scale),
        integral=np.arange(numeric) % 2 == 1,
        categorical=tuple(f"c{index}" for index in range(len(categories))),
        categories=categories,
        low=np.full(numeric, edges[0]),
        high=np.full(numeric, edges[-1]),
    )


def rows_of(layout: Layout, **values: list[object]) -> Columns:
    """Columns from plain values by column name: numbers, texts, None for missing, anything else for mistyped."""
    count = max(len(held) for held in values.values())
    columns = Columns.blank(layout, count)
    mistyped = []
    for name, held in values.items():
        place = layout.index[name]
        for row, value in enumerate(held):
            if place < len(layout.numeric):
                if isinstance(value, (int, float)):
                    columns.numeric[place, row] = value
                elif value is not None:
                    mistyped.append((place, row))
            else:
                _set_code(layout, columns, place - len(layout.numeric), row, value)
    columns.mistyped = np.array(mistyped, dtype=np.int64).reshape(-1, 2)
    return columns


def _set_code(layout: Layout, columns: Columns, column: int, row: int, value: object) -> None:
    if value is None:
        code = MISSING
    elif not isinstance(value, str):
        code = MISTYPED
    else:
        code = layout.code_of[column].get(value, UNSEEN)
        if code == UNSEEN:
            columns.unseen.append((column, row, hash_text(value)))
    columns.codes[column, row] = code


def normal_batch(layout: Layout, rows: int, seed: int = 0, *, gaps: float = 0.05) -> Columns:
    """A batch of everything: normal numbers with gaps, known, unseen and missing categories, calls."""
    rng = np.random.default_rng(seed)
    columns = Columns.blank(layout, rows)
    columns.numeric[:] = rng.normal(size=columns.numeric.shape)
    holes = rng.random(columns.numeric.shape) < gaps
    columns.numeric[holes] = np.nan
    found = np.argwhere(holes)
    columns.mistyped = found[::2].astype(np.int64)
    for column, known in enumerate(layout.categories):
        columns.codes[column] = rng.integers(UNSEEN, len(known), rows)
        unseen = np.flatnonzero(columns.codes[column] == UNSEEN).tolist()
        columns.unseen += [(column, row, hash_text(f"new{rng.integers(50)}")) for row in unseen]
    columns.extras = {f"x{index}": np.flatnonzero(rng.random(rows) < 0.3) for index in range(3)} if rows else {}
    columns.extras = {name: held for name, held in columns.extras.items() if len(held)}
    columns.latency = np.where(rng.random(rows) < 0.9, rng.exponential(0.3, rows), np.nan)
    columns.error = rng.random(rows) < 0.1
    columns.status = rng.integers(0, 5, rows).astype(np.int8)
    columns.entity = rng.integers(0, 200, rows).astype(np.uint64)
    columns.first = rng.random(rows) < 0.8
    return columns


def _number() -> st.SearchStrategy[float]:
    usual = st.sampled_from([-0.0, 0.0, 0.5, 1.0, -1.0, 3.0, float("nan"), 5e-324, 1e308, -1e308, 512.0, 513.0])
    return st.one_of(usual, st.floats(allow_infinity=False))


@st.composite
def batches(draw: st.DrawFn, layout: Layout, most: int = 8) -> Columns:
    """Any batch that a decoder may give."""
    rows = draw(st.integers(0, most))
    columns = Columns.blank(layout, rows)
    for row in range(rows):
        for place in range(len(layout.numeric)):
            columns.numeric[place, row] = draw(_number())
        for place, known in enumerate(layout.categories):
            value = draw(st.one_of(st.none(), st.integers(), st.sampled_from([*known, "new", "newer"])))
            _set_code(layout, columns, place, row, value)
    holes = np.argwhere(np.isnan(columns.numeric)).astype(np.int64)
    columns.mistyped = holes[draw(st.integers(0, 2)) :]
    names = draw(st.lists(st.sampled_from("abcdefghij"), max_size=3, unique=True)) if rows else []
    columns.extras = {name: np.arange(draw(st.integers(1, rows))) for name in names}
    seconds = st.one_of(st.just(float("nan")), st.floats(0.0, 1e9), st.sampled_from([0.001, 0.5, 60.0]))
    for row in range(rows):
        columns.latency[row] = draw(seconds)
        columns.status[row] = draw(st.integers(0, 4))
        columns.error[row] = draw(st.booleans())
        columns.entity[row] = draw(st.integers(0, 2**64 - 1))
        columns.first[row] = draw(st.booleans())
    return columns
