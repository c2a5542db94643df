"""Selectors: which cell of a row is the answer, the probability or the truth: by place, by name, or by a path into JSON.

As Model Monitor's ``inference_attribute`` and its like: ``0`` is the first column of CSV, ``prediction`` a key of JSON,
``predictions[0].score`` and ``$.score`` paths (of JMESPath and JSONPath the plain steps).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from driftline.contracts.payload import ROW_WRAPPERS, WRAPPERS
from driftline.errors import ConfigError

Row = Sequence[object] | Mapping[str, object]
_STEP: Final = re.compile(r"\.?([^.\[\]]+)|\[(?:(\d+)|\*|'([^']*)'|\"([^\"]*)\")\]")
SHOWN: Final = 8
"""Columns that a message names; chosen, because a line holds them."""


@dataclass(frozen=True)
class Selector:
    """A way to one cell. ``option`` is what to call it in messages."""

    text: str
    steps: tuple[str | int, ...]
    option: str

    def find(self, row: Row) -> object:
        """The cell, or None where the row has none.

        >>> score = selector("predictions[0].score", "--probability-attribute")
        >>> score.find({"score": 0.5}), score.find({"predictions": [{"score": 0.4}]}), selector("1", "").find(["a", "b"])
        (0.5, 0.4, 'b')
        """
        if isinstance(row, Mapping) and self.text in row:
            return row[self.text]
        found = _walked(row, self.steps)
        return _walked(row, _unwrapped(self.steps)) if found is None else found


def selector(text: str, option: str) -> Selector:
    """The selector that ``text`` says; ConfigError when it is no place, name or path."""
    path = text.strip().removeprefix("$")
    steps: list[str | int] = []
    position = 0
    while position < len(path):
        step = _STEP.match(path, position)
        if step is None:
            break
        name, index, *quoted = step.groups()
        key = next((part for part in (name, *quoted) if part is not None), None)
        steps.append(int(index or 0) if key is None else key)
        position = step.end()
    if position < len(path) or not steps:
        raise ConfigError(
            f"{option}: expected a column's place (0), a name, or a path like predictions[0].score, got {text!r}"
        )
    return Selector(text.strip(), tuple(steps), option)


def selected(rows: Sequence[Row], wanted: Selector) -> list[object]:
    """The cell of every row. ConfigError when not one row has it, with the columns that there are."""
    cells = [wanted.find(row) for row in rows]
    if rows and all(cell is None for cell in cells) and not any(_has(row, wanted) for row in rows):
        raise ConfigError(f"{wanted.option}: no row has {wanted.text!r}; the rows have {_columns(rows[0])}")
    return cells


def _has(row: Row, wanted: Selector) -> bool:
    """Whether the column is there at all, be it empty."""
    first = wanted.steps[0]
    return isinstance(row, Mapping) and (wanted.text in row or first in row)


def _walked(row: Row, steps: Sequence[str | int]) -> object:
    """The cell at the end of the steps; of nested JSON in captures under its flattened name (``a.b[0]``)."""
    name = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")
    if isinstance(row, Mapping) and name in row:
        return row[name]
    return _walk(row, steps)


def _walk(value: object, steps: Sequence[str | int]) -> object:
    for step in steps:
        value = _step(value, step)
    return value


def _step(value: object, step: str | int) -> object:
    if isinstance(value, Mapping) and step in value:
        return value[step]
    place = int(step) if isinstance(step, int) or step.isdigit() else -1
    cells = list(value.values()) if isinstance(value, Mapping) else value
    return cells[place] if isinstance(cells, list) and 0 <= place < len(cells) else None


def _unwrapped(steps: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The steps within a row, when the first ones lead through what only wraps rows (``predictions[0]``) or their cells."""
    wrapped = len(steps) > 1 and steps[0] in WRAPPERS and isinstance(steps[1], int)
    within = steps[2:] if wrapped else steps
    return within[1:] if len(within) > 1 and within[0] in ROW_WRAPPERS else within


def _columns(row: Row) -> str:
    if not isinstance(row, Mapping):
        return f"{len(row)} columns by place, 0 to {len(row) - 1}"
    names = list(row)
    return ", ".join(map(str, names[:SHOWN])) + ("…" if len(names) > SHOWN else "")
