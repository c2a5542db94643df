"""Values as Model Monitor types them: by their text, be it a cell of CSV, a string in JSON or a JSON number as it is written.

A JSON number without point and exponent is Integral, any other Fractional: ``3`` and ``"3"`` are Integral, ``3.0`` and ``1e3``
Fractional. A column of text takes everything, as text. An empty text, null and NaN are missing. The patterns are Deequ's
(analyzers/catalyst/StatefulDataType.scala), digits in ASCII as Java has them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence

from driftline.contracts.cells import number, text_number

_INTEGRAL = re.compile(r"[-+]? ?[0-9]+")


def lexical_number(value: object) -> float | object:
    """A value in a column of numbers: a finite float, NaN if missing, or MISTYPED_VALUE.

    >>> lexical_number("12"), lexical_number(1.5), isinstance(lexical_number(True), float)
    (12.0, 1.5, False)
    """
    return text_number(value) if isinstance(value, str) else number(value)


def is_whole(value: object) -> bool:
    """Whether a value that is a number is a whole one by its text.

    >>> [is_whole(value) for value in ("3", "3.0", 3, 3.0, "1e3")]
    [True, False, True, False, False]
    """
    return _INTEGRAL.fullmatch(value) is not None if isinstance(value, str) else type(value) is int


def not_whole(cells: Sequence[str]) -> list[int]:
    """The places of numbers with a point or an exponent among cells of CSV; others than numbers may be among them or not."""
    text = ",".join(cells)
    if not any(sign in text for sign in ".eE"):
        return []
    return [place for place, cell in enumerate(cells) if cell and not is_whole(cell)]


def lexical_text(value: object) -> str | None:
    """A value in a column of text: its text, None if it is missing.

    >>> lexical_text("a"), lexical_text(True), lexical_text(3), lexical_text(3.0), lexical_text("")
    ('a', 'true', '3', '3.0', None)
    """
    if isinstance(value, str):
        return value or None
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
