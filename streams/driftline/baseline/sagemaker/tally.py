"""Tally: what the second reading counts of a column, as ``statistics.json`` wants it."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from driftline.baseline.distinct import DistinctValues
from driftline.baseline.exactsum import ExactSum
from driftline.baseline.kinds import Kind
from driftline.baseline.sagemaker.kll import KllSketch, buckets
from driftline.baseline.sagemaker.text import java_double

if TYPE_CHECKING:
    from collections.abc import Mapping

    from driftline.baseline.cells import Cells
    from driftline.baseline.sagemaker.survey import Survey

#: Different texts up to which a column has a distribution and domains (``lowCardinalityHistogramThreshold`` of Deequ's
#: ``ColumnProfiler``).
LOW_CARDINALITY: Final = 120


class Tally(Protocol):
    """Counts of one column over the second reading."""

    def add(self, cells: Cells) -> None:
        """Count the column's cells of one more chunk."""

    def statistics(self, name: str, rows: int) -> dict[str, Any]:
        """The feature of the file, in a data set of so many rows."""


def tally_of(survey: Survey) -> Tally:
    """The tally that fits a column's type."""
    if survey.kind.is_numeric:
        return NumericTally(survey)
    return TextTally() if survey.kind is Kind.STRING else NoTally()


class NumericTally:
    """Numbers: squared deviations from the mean of the first reading, exactly summed, the sketch, and distinct values.

    Deviations are taken in units of a power of two near the greatest number, so that squares neither overflow nor vanish.
    """

    def __init__(self, survey: Survey) -> None:
        self._survey, self._mean = survey, survey.mean
        self._exponent = math.frexp(max(-survey.low, survey.high))[1]
        self._squares, self._distinct, self._sketch = ExactSum(), DistinctValues(), KllSketch()

    def add(self, cells: Cells) -> None:
        """Count numbers."""
        numbers = cells.numbers()
        deviation = np.ldexp(numbers, -self._exponent) - math.ldexp(self._mean, -self._exponent)
        self._squares.add(deviation * deviation)
        self._distinct.add_numbers(numbers)
        self._sketch.add(numbers)

    def statistics(self, name: str, rows: int) -> dict[str, Any]:
        """The feature of the file."""
        survey = self._survey
        count = survey.numbers
        return {
            "name": name,
            "inferred_type": survey.kind.value,
            "numerical_statistics": {
                "common": _common(count, rows),
                "mean": self._mean,
                "sum": float(survey.sum),
                "std_dev": math.ldexp(math.sqrt(self._squares.mean(count)), self._exponent),
                "min": survey.low,
                "max": survey.high,
                "approximate_num_distinct_values": self._distinct.count(),
                "completeness": count / rows,
                "distribution": {"kll": self._kll()},
            },
        }

    def _kll(self) -> dict[str, Any]:
        sketch, survey = self._sketch, self._survey
        cut = buckets(sketch.points, survey.low, survey.high)
        return {
            "buckets": [{"lower_bound": b.low, "upper_bound": b.high, "count": float(b.count)} for b in cut],
            "sketch": {
                "parameters": {"c": sketch.shrinking, "k": float(sketch.size)},
                "data": [level.tolist() for level in sketch.levels],
            },
        }


class TextTally:
    """Texts: how many are different, and each with its count while they are few."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._distinct = DistinctValues()
        self._total = 0

    def add(self, cells: Cells) -> None:
        """Count texts, and what else is there as the text it is written as."""
        texts = cells.texts() if not cells.is_typed else _written(cells)
        self._total += sum(texts.values())
        self._distinct.add_texts(texts)
        if len(self._counts) <= LOW_CARDINALITY:
            self._counts.update(texts)

    def statistics(self, name: str, rows: int) -> dict[str, Any]:
        """The feature of the file."""
        texts: dict[str, Any] = {
            "common": _common(self._total, rows),
            "distinct_count": float(self._distinct.count()),
            "completeness": self._total / rows,
        }
        if len(self._counts) <= LOW_CARDINALITY:
            ordered = sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))
            texts["distribution"] = {
                "categorical": {"buckets": [{"value": value, "count": count} for value, count in ordered]}
            }
        return {"name": name, "inferred_type": Kind.STRING.value, "string_statistics": texts}


def _written(cells: Cells) -> Mapping[str, int]:
    """The values of a typed column as a CSV file would have them."""
    found = Counter(cells.texts())
    found.update({word: n for word, n in zip(("false", "true"), cells.booleans(), strict=True) if n})
    values, counts = np.unique(cells.numbers(), return_counts=True)
    for value, count in zip(values.tolist(), counts.tolist(), strict=True):
        found[str(int(value)) if value.is_integer() else java_double(value)] += count
    return found


class NoTally:
    """A column without values."""

    def add(self, cells: Cells) -> None:
        """Nothing."""

    def statistics(self, name: str, rows: int) -> dict[str, Any]:
        """The feature of the file: its name, and that nothing was there."""
        common = {"common": _common(0, rows), "distinct_count": 0.0, "completeness": 0.0}
        return {"name": name, "inferred_type": Kind.UNKNOWN.value, "string_statistics": common}


def _common(present: int, rows: int) -> dict[str, int]:
    return {"num_present": present, "num_missing": rows - present}
