"""Classes as texts: the same class however it was written (1, 1.0, "1", True beside "true")."""

from __future__ import annotations

import math
import re
from typing import Final

_WHOLE: Final = re.compile(r"([+-]?)0*(\d+)(?:\.0*)?$")
_BOOLEANS: Final = {
    "True": "true",
    "TRUE": "true",
    "true": "true",
    "False": "false",
    "FALSE": "false",
    "false": "false",
}
POSITIVE: Final = ("true", "yes", "y")
"""Words for the positive class, looked for when nobody names it."""


def class_of(value: object) -> str | None:
    """The class that a cell names; None of nothing, NaN, an empty text, a list or an object.

    >>> [class_of(value) for value in (1, 1.0, "1.0", "+01", "-1", "-0", True, "False", " cat ", "", None, 0.5)]
    ['1', '1', '1', '1', '-1', '0', 'true', 'false', 'cat', None, None, '0.5']
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, int):
        return str(value)
    return _class_of_text(value.strip()) if isinstance(value, str) else None


def _class_of_text(text: str) -> str | None:
    whole = _WHOLE.match(text)
    if whole:
        return ("-" if whole[1] == "-" and whole[2] != "0" else "") + whole[2]
    return _BOOLEANS.get(text, text) or None


def number_of(value: object) -> float | None:
    """The finite number in a cell, of a number or of its text; None of anything else, NaN and infinity included.

    >>> number_of("0.25"), number_of(3), number_of("nan"), number_of(True), number_of("x")
    (0.25, 3.0, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def positive_class(labels: tuple[str, ...], wanted: str | None = None) -> int:
    """The place of the positive one among two ``labels`` (sorted): the ``wanted`` one, else "true" or "yes", else the last.

    >>> positive_class(("0", "1")), positive_class(("Yes", "no")), positive_class(("no", "yes"), "no")
    (1, 0, 0)
    """
    if wanted is not None:
        return labels.index(class_of(wanted) or "")
    said = [place for place, label in enumerate(labels) if label.lower() in POSITIVE]
    return said[0] if len(said) == 1 else len(labels) - 1
