"""Text: numbers as Java writes them and JSON as Model Monitor lays it out, for files and messages equal to its own."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: Where Java leaves the plain notation: below 10**-3, and from 10**7 on (``java.lang.Double.toString``).
_PLAIN: Final = (1e-3, 1e7)


class Number(float):
    """A number that remembers how it was written: ``0.0``, ``2048.0`` and ``1.0E-4`` come back as they stood.

    >>> Number("1.0E-4"), Number("1.0E-4").text
    (0.0001, '1.0E-4')
    """

    __slots__ = ("text",)

    def __new__(cls, text: str) -> Self:
        """The number that ``text`` says; ValueError if it is none."""
        number = super().__new__(cls, text)
        number.text = text
        return number

    text: str


def java_double(value: float) -> str:
    """``value`` as Java's ``Double.toString`` writes it (the shortest digits that tell it from its neighbours).

    Java before 19 writes a digit more of a few numbers (JDK-4511638).

    >>> [java_double(x) for x in (0.0, 100.0, 0.1, 1e7, 12345678.9, 1e-4, 99.64592817400101)]
    ['0.0', '100.0', '0.1', '1.0E7', '1.23456789E7', '1.0E-4', '99.64592817400101']
    """
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if value == 0.0 or _PLAIN[0] <= abs(value) < _PLAIN[1]:
        return float.__repr__(value)  # plain from 10**-4 to 10**16
    sign, digits, exponent = Decimal(float.__repr__(value)).as_tuple()
    text = "".join(map(str, digits)).rstrip("0")
    power = len(digits) - 1 + int(exponent)
    return f"{'-' if sign else ''}{text[0]}.{text[1:] or '0'}E{power}"


def pretty(value: object) -> str:
    """JSON in Model Monitor's layout: ``"key" : value``, an object's keys on lines of their own, lists on one line.

    Floats as Java writes them, a :class:`Number` as it was written. Raises TypeError for what JSON can't hold.

    >>> print(pretty({"a": [1, 0.5], "b": [{"c": None}]}))
    {
      "a" : [ 1, 0.5 ],
      "b" : [ {
        "c" : null
      } ]
    }
    """
    return "".join(_pieces(value, 0))


def _pieces(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _object(value, depth)
    elif isinstance(value, (list, tuple)):
        yield from _list(value, depth)
    else:
        yield _plain(value)


def _object(value: Mapping[str, object], depth: int) -> Iterator[str]:
    if not value:
        yield "{ }"
        return
    before = "{\n"
    for key, item in value.items():
        yield f"{before}{'  ' * (depth + 1)}{json.dumps(str(key), ensure_ascii=False)} : "
        yield from _pieces(item, depth + 1)
        before = ",\n"
    yield "\n" + "  " * depth + "}"


def _list(value: Sequence[object], depth: int) -> Iterator[str]:
    """On one line, whatever it holds; the objects in it are no deeper than the list."""
    before = "[ "
    for item in value:
        yield before
        yield from _pieces(item, depth)
        before = ", "
    yield " ]" if value else "[ ]"


def _plain(value: object) -> str:
    if isinstance(value, Number):
        return value.text
    if isinstance(value, float):
        return java_double(value)
    return json.dumps(value, ensure_ascii=False)
