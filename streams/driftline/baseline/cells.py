"""Cells: the values of one column in one chunk, whatever they were read from, asked in two passes.

Pass 1 sorts them by type (:class:`Sorted`), which decides the kind of the column; pass 2 takes them as that kind.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

#: How Deequ types a text (``DataType.scala``); the booleans also as Python and R write them.
INTEGRAL = r"^(-|\+)? ?[0-9]+$"
FRACTIONAL = r"^(-|\+)? ?[0-9]+((\.[0-9]+)|((\.[0-9]+)?[Ee][-+]?[0-9]+))$"
BOOLEANS: Mapping[str, bool] = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}

#: How R, numpy and pandas write "missing" and "infinite" into a text file: taken so where all the rest is numbers.
NA_WORDS = frozenset({"NA", "NaN", "nan", "NAN", "null", "NULL"})
INFINITE_WORDS = frozenset({"inf", "-inf", "+inf", "Inf", "-Inf", "Infinity", "-Infinity"})

EMPTY: NDArray[np.float64] = np.empty(0, dtype=np.float64)


@dataclass(frozen=True)
class Sorted:
    """Values of one column of one chunk, by type. The counts sum to the rows."""

    missing: int = 0
    numbers: NDArray[np.float64] = field(default_factory=lambda: EMPTY)
    """Finite numbers, whole or not."""
    integral: int = 0
    """How many of ``numbers`` are of an integer type (of a text: written without a fraction)."""
    whole: int = 0
    """How many of ``numbers`` have no fraction, of whatever type."""
    booleans: int = 0
    texts: Mapping[str, int] = field(default_factory=dict)
    """Other texts with their counts; also times, written in ISO 8601."""
    times: int = 0
    """How many of ``texts`` are of a date or time type."""
    odd: int = 0
    """Values that are nothing of the above: infinite numbers, lists, objects, bytes."""


class Cells(Protocol):
    """Values of one column in one chunk."""

    @property
    def is_typed(self) -> bool:
        """Whether values carry a type of their own (JSON, frames) or are texts to be guessed at (CSV)."""

    def sort(self) -> Sorted:
        """The values by type."""

    def numbers(self) -> NDArray[np.float64]:
        """The finite numbers."""

    def booleans(self) -> tuple[int, int]:
        """How many are false, and true."""

    def texts(self) -> Mapping[str, int]:
        """The values that count as text, with their counts; in an untyped column that is all that is present."""


@dataclass(frozen=True)
class Chunk:
    """Some rows of a data set: cells by column name. ``done`` is the share (0..1) of the data read so far."""

    rows: int
    columns: Mapping[str, Cells]
    done: float = 0.0


class Source(Protocol):
    """A data set that can be read twice, in the same order."""

    @property
    def name(self) -> str:
        """What to call it: a file name, a topic with its range, "frame"."""

    def chunks(self) -> Iterator[Chunk]:
        """All rows, chunk by chunk, from the beginning."""


class ObjectCells:
    """Cells of Python objects (JSON rows, captures, object columns of a frame): None and NaN are missing.

    About 100 ns a value. A bool is a boolean, int and float are numbers, anything else but str is odd.

    >>> ObjectCells([1, 2.5, None, "x", True, [1]]).sort().numbers.tolist()
    [1.0, 2.5]
    """

    is_typed = True

    def __init__(self, values: Sequence[object]) -> None:
        self._values = values
        self._kinds = Counter(map(type, values))

    def sort(self) -> Sorted:
        """The values by type."""
        numbers = self._floats()
        finite = numbers[np.isfinite(numbers)]
        texts, booleans = self.texts(), sum(self.booleans())
        missing = self._kinds[type(None)] + int(np.isnan(numbers).sum())
        known = missing + finite.size + booleans + sum(texts.values())
        return Sorted(
            missing=missing,
            numbers=finite,
            integral=sum(1 for value in self._values if type(value) is int and _fits(value)),
            whole=whole_count(finite),
            booleans=booleans,
            texts=texts,
            odd=len(self._values) - known,
        )

    def _floats(self) -> NDArray[np.float64]:
        if set(self._kinds) <= {int, float} and self._kinds[int] == 0:
            return np.array(self._values, dtype=np.float64)
        return np.array(
            [float(v) for v in self._values if type(v) is float or (type(v) is int and _fits(v))], np.float64
        )

    def numbers(self) -> NDArray[np.float64]:
        """The finite numbers."""
        numbers = self._floats()
        return numbers[np.isfinite(numbers)]

    def booleans(self) -> tuple[int, int]:
        """How many are false, and true."""
        if not self._kinds[bool]:
            return 0, 0
        true = sum(1 for value in self._values if value is True)
        return self._kinds[bool] - true, true

    def texts(self) -> Mapping[str, int]:
        """The texts with their counts."""
        return Counter(value for value in self._values if type(value) is str) if self._kinds[str] else {}


def _fits(value: object) -> bool:
    """Whether an integer is within the doubles (else it is odd)."""
    return isinstance(value, int) and -(2**1023) < value < 2**1023


def whole_count(numbers: NDArray[np.float64]) -> int:
    """How many of finite ``numbers`` have no fraction."""
    return int((numbers == np.floor(numbers)).sum())


_TIME = re.compile(r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?( ?(Z|[+-]\d\d:?\d\d|UTC))?)?$")


def is_time(text: str) -> bool:
    """Whether a text is a date or a date and time as ISO 8601 and RFC 3339 write it.

    >>> is_time("2013-01-01T10:00:00Z"), is_time("10:00")
    (True, False)
    """
    return _TIME.match(text) is not None
