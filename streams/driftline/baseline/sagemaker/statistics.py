"""From ``statistics.json`` to the statistics of a baseline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from driftline.baseline.kinds import Kind
from driftline.baseline.model import CategoryStatistics, NumericStatistics
from driftline.baseline.sagemaker.constraints import KINDS
from driftline.baseline.sagemaker.document import decoded
from driftline.baseline.sagemaker.fields import (
    Common,
    Dataset,
    FeatureStatistics,
    Num,
    Sketch,
    number,
    text,
)
from driftline.baseline.sagemaker.points import Points
from driftline.errors import BaselineError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftline.baseline.model import Statistics
    from driftline.baseline.sagemaker.document import SageMakerDocument
    from driftline.baseline.sagemaker.fields import Kll, Numerical, Textual

#: Quantiles that a baseline states.
QUANTILES: Final = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
#: Greatest count that is believed: beyond it floats are no exact integers. And levels that a sketch of so many values has.
MOST: Final = 2**53
LEVELS: Final = 53
#: How Deequ names missing values among the categories of a text (``Histogram.NullFieldReplacement``).
NULL: Final = "NullValue"


@dataclass(frozen=True)
class Column:
    """What a statistics file says of one feature; ``why`` there is nothing to compare with ("" if there is)."""

    name: str
    kind: Kind
    present: int
    missing: int
    statistics: Statistics | None
    why: str = ""


@dataclass(frozen=True)
class FileStatistics:
    """A statistics file: rows, and its columns in order."""

    rows: int
    columns: tuple[Column, ...]


def read_statistics(document: SageMakerDocument) -> FileStatistics:
    """The statistics in a file, feature by feature: memory for the file, the result and one feature's sketch.

    What is missing is made up for where that is possible (mean and range of the sketch), else the column has nothing to compare
    with. Raises BaselineError for another kind of file, a feature without a name or one that is there twice, and values of
    wrong types, each with its place.
    """
    parts, kind = document.parts(), document.kind
    if kind not in {"", "statistics"}:
        swapped = ": are the two files swapped?" if kind == "constraints" else ""
        raise BaselineError(
            f"{document.name}: expected statistics of Model Monitor's data quality, got {kind}{swapped}"
        )
    if "features" not in parts:
        raise BaselineError(f'{document.name}: expected statistics with "features", got none')
    raw: list[msgspec.Raw] = decoded(document, parts["features"], list[msgspec.Raw], "$.features")
    columns = tuple(_column(document, index, feature) for index, feature in enumerate(raw))
    names = [column.name for column in columns]
    twice = next((name for name in names if names.count(name) > 1), None) if len(set(names)) < len(names) else None
    if twice is not None or not names:
        came = "none" if twice is None else f"{twice!r} twice"
        raise BaselineError(f"{document.name}: $.features: expected each feature once, got {came}")
    return FileStatistics(_rows(document, parts.get("dataset"), columns), columns)


def _rows(document: SageMakerDocument, raw: msgspec.Raw | None, columns: Sequence[Column]) -> int:
    dataset: Dataset | None = None if raw is None else decoded(document, raw, Dataset | None, "$.dataset")
    if dataset is None or number(dataset.item_count) is None:
        return max((c.present + c.missing for c in columns), default=0)
    return count_of(dataset.item_count)


def _column(document: SageMakerDocument, index: int, raw: msgspec.Raw) -> Column:
    place = f"$.features[{index}]"
    feature: FeatureStatistics = decoded(document, raw, FeatureStatistics, place)
    kind = KINDS.get((feature.inferred_type or "Unknown").lower())
    if kind is None:
        expected = " or ".join(KINDS.values())
        raise BaselineError(
            f"{document.name}: {place}.inferred_type: expected {expected}, got {feature.inferred_type!r}"
        )
    numbers, texts = feature.numerical_statistics, feature.string_statistics
    block = numbers or texts
    present, missing = _counts(None if block is None else block.common)
    if kind.is_numeric and numbers is not None:
        return _numeric(document, place, feature.name, kind, numbers)
    if kind is Kind.STRING and texts is not None:
        return _textual(feature.name, texts)
    why = "" if kind is Kind.UNKNOWN else "the statistics have no section of its type"
    return Column(feature.name, kind, present, missing, None if kind is Kind.UNKNOWN else nothing(kind), why)


def nothing(kind: Kind, missing: int = 0, present: int = 0) -> Statistics:
    """Statistics of a kind that say nothing but how many values were there: no drift can be told from them."""
    if kind.is_numeric:
        return NumericStatistics(present, missing, 0.0, 0.0, 0.0, 0.0, (0.0,), (0, 0), 0, {})
    return CategoryStatistics(present, missing, {}, present, 0)


def count_of(value: Num) -> int:
    """A count: a whole number from 0 to 2**53, nought for what is none."""
    return min(MOST, max(0, round(number(value) or 0)))


def _counts(common: Common | None) -> tuple[int, int]:
    """Values and gaps."""
    return (0, 0) if common is None else (count_of(common.num_present), count_of(common.num_missing))


def _numeric(document: SageMakerDocument, place: str, name: str, kind: Kind, held: Numerical) -> Column:
    present, missing = _counts(held.common)
    where = f"{place}.numerical_statistics.distribution.kll.sketch"
    points, why = _points(document, where, None if held.distribution is None else held.distribution.kll)
    if points is None:
        low, high, mean, std = (number(value) or 0.0 for value in (held.min, held.max, held.mean, held.std_dev))
        known = NumericStatistics(present, missing, mean, abs(std), low, high, (low,), (0, 0), 0, {})
        return Column(name, kind, present, missing, known, why)
    edges, counts = points.on_edges()
    statistics = NumericStatistics(
        count=present or points.total,
        missing=missing,
        mean=_or(number(held.mean), points.mean()),
        std=abs(_or(number(held.std_dev), points.std())),
        min=_or(number(held.min), float(points.values[0])),
        max=_or(number(held.max), float(points.values[-1])),
        edges=tuple(edges.tolist()),
        counts=tuple(counts.tolist()),
        distinct=count_of(held.approximate_num_distinct_values) or points.values.size,
        quantiles={str(q): v for q, v in zip(QUANTILES, points.quantiles(QUANTILES).tolist(), strict=True)},
    )
    return Column(name, kind, present or points.total, missing, statistics)


def _or(value: float | None, other: float) -> float:
    return other if value is None else value


def _points(document: SageMakerDocument, where: str, kll: Kll | None) -> tuple[Points | None, str]:
    """The values that the sketch retains; else None, and why."""
    if kll is None or bytes(kll.sketch) == b"null":
        return None, "the statistics have no sketch"
    try:
        sketch: Sketch = decoded(document, kll.sketch, Sketch, where)
    except BaselineError as error:
        return None, f"its sketch can't be read ({str(error).removeprefix(f'{document.name}: ')})"
    if len(sketch.data) > LEVELS:
        return None, f"its sketch has {len(sketch.data)} levels, expected at most {LEVELS}"
    points = Points.of(sketch.data)
    if not points.total:
        return None, "its sketch is empty"
    return (points, "") if np.isfinite(points.values).all() else (None, "its sketch holds infinite numbers")


def _textual(name: str, held: Textual) -> Column:
    present, missing = _counts(held.common)
    categorical = None if held.distribution is None else held.distribution.categorical
    if categorical is None or categorical.buckets is None:
        why = "the statistics have no distribution (Model Monitor writes none for more than 120 different texts)"
        unlisted = CategoryStatistics(present, missing, {}, present, count_of(held.distinct_count))
        return Column(name, Kind.STRING, present, missing, unlisted, why)
    counted = {text(bucket.value): count_of(bucket.count) for bucket in categorical.buckets}
    if missing and counted.get(NULL) == missing:
        del counted[NULL]
    ordered = dict(sorted(((value, n) for value, n in counted.items() if n > 0), key=lambda item: (-item[1], item[0])))
    known = sum(ordered.values())
    return Column(
        name,
        Kind.STRING,
        present or known,
        missing,
        CategoryStatistics(
            count=present or known,
            missing=missing,
            categories=ordered,
            other=max(0, present - known),
            distinct=count_of(held.distinct_count) or len(ordered),
        ),
        "" if ordered else "its distribution is empty",
    )
