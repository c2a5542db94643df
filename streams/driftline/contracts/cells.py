"""One value of one column: a number, a category, missing, or of the wrong type. JSON values and cells of CSV lines.

JSON: a number column takes numbers (not true, not "12.5"), a text column strings, a boolean column true and false. NaN is
missing, as `json.dumps` writes missing values; Infinity and numbers beyond float64 are of the wrong type.
CSV: an empty cell is missing; numbers are what Deequ's patterns take for one ("12.5", "-3e4"; not "1_000", ".5", "NaN").
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from driftline.contracts.schema import MISTYPED_VALUE

_NUMBER = re.compile(r"[-+]? ?[0-9]+(?:\.[0-9]+)?(?:[Ee][-+]?[0-9]+)?")
"""Deequ's INTEGRAL and FRACTIONAL in one (analyzers/catalyst/StatefulDataType.scala), digits in ASCII as Java has them."""
_BOOLEANS = {"true": True, "false": False}


def number(value: object) -> float | object:
    """A JSON value in a number column: a finite float, NaN if missing, or MISTYPED_VALUE."""
    if value is None:
        return math.nan
    if type(value) is int:
        try:
            return float(value)
        except OverflowError:
            return MISTYPED_VALUE
    if type(value) is float:
        return MISTYPED_VALUE if math.isinf(value) else value
    return MISTYPED_VALUE


def category(value: object, *, boolean: bool) -> object:
    """A JSON value in a column of categories: itself, None if missing, or MISTYPED_VALUE."""
    if value is None or isinstance(value, bool if boolean else str):
        return value
    return None if _is_nan(value) else MISTYPED_VALUE


def text_number(text: str) -> float | object:
    """A CSV cell in a number column.

    >>> text_number("12.5"), text_number("1_000") is MISTYPED_VALUE, text_number("")
    (12.5, True, nan)
    """
    if not text:
        return math.nan
    if _NUMBER.fullmatch(text) is None:
        return MISTYPED_VALUE
    value = float(text.replace(" ", "") if " " in text else text)
    return value if math.isfinite(value) else MISTYPED_VALUE


def text_category(text: str, *, boolean: bool) -> object:
    """A CSV cell in a column of categories; "true" and "false" are the booleans."""
    if not text:
        return None
    return _BOOLEANS.get(text, MISTYPED_VALUE) if boolean else text


def open_value(value: object) -> object:
    """A JSON value of a model without a baseline: NaN becomes None, whole numbers that fit no float become infinity."""
    if type(value) is int and abs(value) >= 1 << 63:
        as_float = number(value)
        return math.inf if as_float is MISTYPED_VALUE else as_float
    return None if _is_nan(value) else value


def open_text(text: str) -> object:
    """A CSV cell of a model without a baseline, as its spelling tells: number, boolean, text, or None."""
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    value = text_number(text)
    if value is MISTYPED_VALUE:
        return text
    return value if text else None


def is_scalar(value: object) -> bool:
    """Whether a value can be a feature of its own in a flat record."""
    return not isinstance(value, list | Mapping)


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)
