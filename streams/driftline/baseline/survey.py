"""Survey: what pass 1 learns of a column, enough to decide its kind and to cut its edges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from driftline.baseline.cells import INFINITE_WORDS, NA_WORDS
from driftline.baseline.edges import BINS, each_value, equal_mass
from driftline.baseline.exactsum import ExactSum
from driftline.baseline.heavy import HeavyTexts
from driftline.baseline.model import Kind
from driftline.baseline.summary import QuantileSummary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from driftline.baseline.cells import Cells, Sorted

#: Quantiles that a baseline states.
QUANTILES: Final = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
_SAMPLE: Final = 100
_WHOLE: Final = 2.0**53


class Survey:
    """Running facts of one column over pass 1. Memory: 8 MB at most for its numbers, 100,000 texts."""

    def __init__(self, exact: int) -> None:
        self.missing = self.numbers = self.integral = self.whole = self.booleans = self.texts = self.times = (
            self.odd
        ) = 0
        self.na_words = self.infinite_words = 0
        self.is_typed = True
        self.low, self.high = np.inf, -np.inf
        self.sample: dict[str, None] = {}
        self._few: NDArray[np.float64] | None = np.empty(0, dtype=np.float64)
        self._sum = ExactSum()
        self._summary = QuantileSummary(exact)
        self._heavy = HeavyTexts()

    def add(self, cells: Cells) -> None:
        """Learn from the column's cells of one more chunk."""
        values = cells.sort()
        self.is_typed = self.is_typed and cells.is_typed
        self.missing += values.missing
        self.booleans += values.booleans
        self.times += values.times
        self.odd += values.odd
        self._add_texts(values.texts)
        if values.numbers.size:
            self._add_numbers(values)
        if self.texts > self.na_words + self.infinite_words:
            self._heavy.add(values.texts if cells.is_typed else cells.texts())

    def _add_texts(self, texts: Mapping[str, int]) -> None:
        self.texts += sum(texts.values())
        self.na_words += sum(texts.get(word, 0) for word in NA_WORDS)
        self.infinite_words += sum(texts.get(word, 0) for word in INFINITE_WORDS)
        if len(self.sample) < _SAMPLE:
            self.sample.update(dict.fromkeys(list(texts)[: _SAMPLE - len(self.sample)]))

    def _add_numbers(self, values: Sorted) -> None:
        numbers = values.numbers
        self.numbers += numbers.size
        self.integral += values.integral
        self.whole += values.whole
        self.low = min(self.low, float(numbers.min()))
        self.high = max(self.high, float(numbers.max()))
        self._sum.add(numbers)
        self._summary.add(numbers)
        if self._few is not None:
            few = np.union1d(self._few, numbers)
            self._few = few if few.size <= BINS else None

    @property
    def kind(self) -> Kind:
        """The kind of the column.

        Texts (CSV) as Deequ: any text, or booleans among numbers: String; else any fraction: Fractional. Typed values by
        majority, the rest is mistyped. A column of a float type is Integral if it has gaps and nothing but whole numbers:
        that is what pandas makes of integers with gaps.
        """
        return self._typed_kind() if self.is_typed else self._text_kind()

    def _text_kind(self) -> Kind:
        others = self.texts - self.na_words - self.infinite_words
        if others or (self.booleans and self.numbers):
            return Kind.STRING
        if self.numbers:
            return Kind.INTEGRAL if self.integral == self.numbers else Kind.FRACTIONAL
        if self.booleans:
            return Kind.BOOLEAN if not self.infinite_words else Kind.STRING
        return Kind.STRING if self.infinite_words else Kind.UNKNOWN

    def _typed_kind(self) -> Kind:
        most = max(self.texts, self.numbers, self.booleans)
        if most == 0:
            return Kind.UNKNOWN
        if self.texts == most:
            return Kind.STRING
        if self.booleans == most:
            return Kind.BOOLEAN
        gaps = self.missing > 0 and self.whole == self.numbers and max(-self.low, self.high) < _WHOLE
        return Kind.INTEGRAL if gaps or self.integral == self.numbers else Kind.FRACTIONAL

    @property
    def na_as_missing(self) -> int:
        """How many NA words of a text file are missing values: all, in a column that is otherwise no text."""
        return self.na_words if not self.is_typed and self.kind is not Kind.STRING else 0

    @property
    def mean(self) -> float:
        """Mean of the numbers (at least one), correctly rounded."""
        return self._sum.mean(self.numbers)

    def edges(self) -> tuple[float, ...]:
        """The frozen edges of the numbers (at least one)."""
        if self._few is not None:
            return each_value(self._few)
        return equal_mass(self._summary.quantiles, float(self.low), float(self.high))

    def quantiles(self) -> dict[str, float]:
        """The stated quantiles of the numbers (at least one)."""
        values = self._summary.quantiles(QUANTILES).tolist()
        return {str(share): value for share, value in zip(QUANTILES, values, strict=True)}

    @property
    def candidates(self) -> frozenset[str]:
        """Texts that may be among the most frequent ones."""
        return self._heavy.candidates
