"""A column of cells at a time: what :mod:`driftline.contracts.cells` does with one cell of a CSV line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from driftline.contracts.cells import text_category, text_number
from driftline.contracts.schema import MISTYPED_VALUE

_LETTERS = b"0123456789.,+-eE"
_NOT_DEEQU = (b",.", b".,", b"-.", b"+.", b".e", b".E")
"""What float() reads and Deequ's patterns do not: a point without a digit before or behind it."""


def text_numbers(cells: Sequence[str]) -> tuple[NDArray[np.float64], list[int]]:
    """The cells of a number column as floats, NaN for none, and the rows of those that are of the wrong type. 0.07 us a cell.

    >>> text_numbers(["12.5", "", "x"])
    (array([12.5,  nan,  nan]), [2])
    """
    if _is_simple(cells):
        try:
            found = np.array([float(cell or "nan") for cell in cells])
        except ValueError:
            found = np.array([np.inf])
        if not np.isinf(found).any():
            return found, []
    values = [text_number(cell) for cell in cells]
    mistyped = [row for row, value in enumerate(values) if value is MISTYPED_VALUE]
    return np.array([value if isinstance(value, float) else np.nan for value in values]), mistyped


def _is_simple(cells: Sequence[str]) -> bool:
    """Whether float() reads these cells as Deequ's patterns have it, or fails."""
    text = f",{','.join(cells)},"
    if not text.isascii():
        return False
    data = text.encode()
    return not data.translate(None, _LETTERS) and not any(pair in data for pair in _NOT_DEEQU)


def text_categories(cells: Sequence[str], *, boolean: bool) -> Sequence[object]:
    """The cells of a column of categories as a codebook has them."""
    if boolean:
        return [text_category(cell, boolean=True) for cell in cells]
    return [cell or None for cell in cells] if "" in cells else cells
