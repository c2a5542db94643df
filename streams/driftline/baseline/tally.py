"""Tally: what pass 2 counts of a column, exactly, once its kind and its edges are known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from driftline.baseline.distinct import DistinctValues
from driftline.baseline.edges import count_on
from driftline.baseline.exactsum import ExactSum
from driftline.baseline.heavy import CAPACITY, LONGEST
from driftline.baseline.model import CategoryStatistics, Kind, NumericStatistics, Statistics

if TYPE_CHECKING:
    from driftline.baseline.cells import Cells
    from driftline.baseline.survey import Survey

#: Categories that a baseline lists.
CATEGORIES: Final = 1000


class Tally(Protocol):
    """Exact counts of one column over pass 2."""

    def add(self, cells: Cells) -> None:
        """Count the column's cells of one more chunk."""

    def statistics(self, rows: int) -> Statistics | None:
        """The statistics of the column, in a data set of so many rows."""


def tally_of(survey: Survey) -> Tally:
    """The tally that fits what pass 1 has found."""
    kind = survey.kind
    if kind.is_numeric:
        return NumericTally(survey)
    if kind is Kind.BOOLEAN:
        return BooleanTally(survey)
    return TextTally(survey) if kind is Kind.STRING else NoTally()


class NumericTally:
    """Numbers on their edges, and their squared deviations from the mean of pass 1 (no cancellation, no rounding of sums).

    Deviations are taken in units of a power of two near the greatest number, so that their squares neither overflow nor vanish.
    """

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._mean = survey.mean
        self._edges = np.array(survey.edges(), dtype=np.float64)
        self._counts = np.zeros(self._edges.size + 1, dtype=np.int64)
        self._exponent = math.frexp(max(-survey.low, survey.high))[1]
        self._squares = ExactSum()
        self._distinct = DistinctValues()

    def add(self, cells: Cells) -> None:
        """Count numbers."""
        numbers = cells.numbers()
        self._counts += count_on(self._edges, numbers)
        deviation = np.ldexp(numbers, -self._exponent) - math.ldexp(self._mean, -self._exponent)
        self._squares.add(deviation * deviation)
        self._distinct.add_numbers(numbers)

    def statistics(self, rows: int) -> NumericStatistics:
        """The statistics of the numbers."""
        survey, count = self._survey, int(self._counts.sum())
        missing = survey.missing + survey.na_as_missing
        return NumericStatistics(
            count=count,
            missing=missing,
            mean=self._mean,
            std=math.ldexp(math.sqrt(self._squares.mean(count)), self._exponent),
            min=float(survey.low),
            max=float(survey.high),
            edges=tuple(self._edges.tolist()),
            counts=tuple(self._counts.tolist()),
            distinct=self._distinct.count(),
            quantiles=survey.quantiles(),
            mistyped=rows - missing - count,
        )


class BooleanTally:
    """How many are false and true."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._false = self._true = 0

    def add(self, cells: Cells) -> None:
        """Count booleans."""
        false, true = cells.booleans()
        self._false += false
        self._true += true

    def statistics(self, rows: int) -> CategoryStatistics:
        """The statistics of the booleans."""
        missing, count = self._survey.missing + self._survey.na_as_missing, self._false + self._true
        counts = [(word, n) for word, n in (("false", self._false), ("true", self._true)) if n]
        categories = dict(sorted(counts, key=lambda item: -item[1]))
        return CategoryStatistics(count, missing, categories, 0, len(categories), rows - missing - count)


class TextTally:
    """Texts: exact counts of those that pass 1 found to matter, and of others as long as there is room."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._counts = dict.fromkeys(survey.candidates, 0)
        self._distinct = DistinctValues()
        self._total = 0

    def add(self, cells: Cells) -> None:
        """Count texts."""
        texts, held = cells.texts(), self._counts
        self._total += sum(texts.values())
        self._distinct.add_texts(texts)
        for text, count in texts.items():
            if text in held:
                held[text] += count
            elif len(held) < CAPACITY and len(text) <= LONGEST:
                held[text] = count

    def statistics(self, rows: int) -> CategoryStatistics:
        """The statistics of the texts."""
        most = sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))[:CATEGORIES]
        categories = {text: count for text, count in most if count}
        return CategoryStatistics(
            count=self._total,
            missing=self._survey.missing,
            categories=categories,
            other=self._total - sum(categories.values()),
            distinct=self._distinct.count(),
            mistyped=rows - self._survey.missing - self._total,
        )


class NoTally:
    """A column without values: nothing to count."""

    def add(self, cells: Cells) -> None:
        """Nothing."""

    def statistics(self, rows: int) -> None:
        """None."""
