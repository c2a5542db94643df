"""Selections: which rows are in the sensitive facet, or have a positive label: listed values, or numbers above a threshold.

Clarify decides by the data: one value for a column of numbers of which at least 5 % differ is a threshold, anything else is a
value. A column with two values or one is never a threshold here, whatever its length: a window of thirty rows may be judged.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from driftline.quality.classes import class_of, number_of

DIFFERENT: Final = 0.05
"""Share of different values from which a column of whole numbers is continuous (smclarify, ``UNIQUENESS_THRESHOLD``)."""
FEW: Final = 2
_INTERVAL: Final = re.compile(r"\(\s*([-+.\deE]+)\s*,")


@dataclass(frozen=True)
class Selection:
    """Rows whose cell is one of ``values``, or a number above ``threshold`` where that is set; ``text`` says so in files."""

    text: str
    values: frozenset[str] = frozenset()
    threshold: float | None = None

    def of(self, cells: Sequence[object]) -> NDArray[np.bool_]:
        """Which rows are selected; a missing cell is not."""
        if self.threshold is None:
            return np.array([class_of(cell) in self.values for cell in cells], dtype=np.bool_)
        numbers = (number_of(cell) for cell in cells)
        return np.array([number is not None and number > self.threshold for number in numbers], dtype=np.bool_)


def selection(cells: Sequence[object], wanted: Sequence[object]) -> Selection:
    """What ``wanted`` (values, or one threshold) means for a column, decided by its ``cells``.

    >>> selection([0, 1, 1, 0], [1]).text, selection(list(range(20, 60)), [40]).text
    ('1', '(40, 59]')
    """
    if len(wanted) == 1 and is_continuous(cells):
        threshold = number_of(wanted[0])
        if threshold is not None:
            numbers = [number for number in map(number_of, cells) if number is not None]
            return Selection(_interval(threshold, max(numbers)), threshold=threshold)
    return listed(wanted)


def listed(wanted: Sequence[object]) -> Selection:
    """The values that are ``wanted``, as categories."""
    named = [class_of(value) or "" for value in wanted]
    return Selection(",".join(named), frozenset(named))


def recalled(text: str) -> Selection:
    """The selection that a baseline's ``value_or_threshold`` tells of, so that a window's size does not change what it means.

    >>> recalled("(40.0, 75.0]").threshold, sorted(recalled("1,2").values)
    (40.0, ['1', '2'])
    """
    interval = _INTERVAL.match(text)
    threshold = number_of(interval[1]) if interval else None
    if threshold is None:
        parts = [class_of(part) or "" for part in text.split(",")]
        return Selection(text, frozenset(parts))
    return Selection(text, threshold=threshold)


def is_continuous(cells: Sequence[object]) -> bool:
    """Whether a column is of numbers that are no categories: with fractions, or whole ones of which 5 % or more differ."""
    present = [cell for cell in cells if class_of(cell) is not None]
    numbers = [number_of(cell) for cell in present]
    different = set(numbers)
    if None in different or len(different) <= FEW:
        return False
    fractions = any(number is not None and not number.is_integer() for number in different)
    return fractions or len(different) >= DIFFERENT * len(present)


def _interval(threshold: float, highest: float) -> str:
    whole = threshold.is_integer() and highest.is_integer()
    low, high = (str(int(threshold)), str(int(highest))) if whole else (repr(threshold), repr(highest))
    return f"({low}, {high}]"
