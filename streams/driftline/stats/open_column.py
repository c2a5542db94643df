"""OpenColumn: what is known of a column that no baseline describes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Any, Final, Self

import numpy as np

_LARGEST: Final = 1e150


@dataclass(slots=True)
class OpenColumn:
    """Counts by type, and the moments of the numbers.

    ``numbers`` are ints and floats up to 1e150, so that their squares stay finite; ``strings``, ``booleans``, ``other``
    (NaN, inf, larger numbers, lists, maps) the rest of what is present; ``nulls`` are explicit nulls. ``min`` and ``max``
    are inf and -inf when there are no numbers. ``mean`` and ``m2`` (sum of squared deviations) are floats merged after Chan,
    Golub & LeVeque 1983, "Algorithms for computing the sample variance", eq. 2.1: equal for every order and batching to
    about 1e-12 of the spread, not to the last bit. So they are shown, and judge nothing.
    """

    numbers: int = 0
    strings: int = 0
    booleans: int = 0
    other: int = 0
    nulls: int = 0
    mean: float = 0.0
    m2: float = 0.0
    min: float = math.inf
    max: float = -math.inf

    @property
    def present(self) -> int:
        """Rows with a value of any type."""
        return self.numbers + self.strings + self.booleans + self.other

    @property
    def std(self) -> float | None:
        """Population standard deviation of the numbers, None when there are none."""
        return math.sqrt(self.m2 / self.numbers) if self.numbers else None

    @classmethod
    def of(cls, values: Iterable[object]) -> Self:
        """The column of a batch of values; about 0.1 µs a value."""
        column, numbers = cls(), []
        for value in values:
            kind = type(value)
            if kind in (float, int):
                numbers.append(value)
            elif value is None:
                column.nulls += 1
            elif kind is str:
                column.strings += 1
            elif kind is bool:
                column.booleans += 1
            else:
                column.other += 1
        if numbers:
            column._take_numbers(numbers)
        return column

    def _take_numbers(self, values: list[Any]) -> None:
        try:
            found = np.array(values, dtype=np.float64)
        except OverflowError:  # an integer beyond 1e308 among them
            found = np.array([_float(value) for value in values])
        finite = found[np.abs(found) <= _LARGEST]
        self.other += len(found) - len(finite)
        self.numbers = len(finite)
        if not self.numbers:
            return
        self.mean = float(finite.mean())
        self.m2 = float(np.square(finite - self.mean).sum())
        self.min, self.max = float(finite.min()) + 0.0, float(finite.max()) + 0.0

    def iadd(self, other: Self) -> None:
        """Take in ``other``."""
        total = self.numbers + other.numbers
        if other.numbers and self.numbers:
            shift = other.mean - self.mean
            self.m2 += other.m2 + shift * shift * (self.numbers * other.numbers / total)
            self.mean += shift * (other.numbers / total)
        elif other.numbers:
            self.mean, self.m2 = other.mean, other.m2
        self.numbers = total
        self.strings += other.strings
        self.booleans += other.booleans
        self.other += other.other
        self.nulls += other.nulls
        self.min, self.max = min(self.min, other.min), max(self.max, other.max)

    def to_state(self) -> list[int | float | None]:
        """The fields in order; minimum and maximum of no numbers are None."""
        fields = list(astuple(self))
        return fields if self.numbers else [*fields[:-2], None, None]

    @classmethod
    def from_state(cls, state: list[Any]) -> Self:
        """Read :meth:`to_state` back."""
        column = cls(*state)
        if not column.numbers:
            column.min, column.max = math.inf, -math.inf
        return column


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf
