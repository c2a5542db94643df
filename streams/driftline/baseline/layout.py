"""From a baseline to the layout that the rows of its model are folded onto."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from driftline.baseline.model import CategoryStatistics, Kind, NumericStatistics
from driftline.stats.layout import Layout

if TYPE_CHECKING:
    from driftline.baseline.constraints import ColumnLimits
    from driftline.baseline.model import Baseline, ColumnProfile

#: Scales that a layout can count in.
_SCALES: Final = (1e-290, 1e290)


def layout_of(baseline: Baseline) -> Layout:
    """The layout of a baseline: its features and predictions of a known kind, in the order of the data.

    The grid of the sums is the baseline's mean and sigma (for a constant |mean|, or 1). Values count as out of bounds beyond the
    constraint's bounds, or else the baseline's own range. Known categories are the baseline's and then those that a
    constraint allows besides. Judged as Model Monitor would, no number is of the wrong type by its value, but by its text.
    """
    numeric = [
        (column, column.statistics, baseline.constraints.limits(column.name))
        for column in baseline.monitored
        if isinstance(column.statistics, NumericStatistics)
    ]
    categorical = [column for column in baseline.monitored if isinstance(column.statistics, CategoryStatistics)]
    return Layout(
        numeric=tuple(column.name for column, _, _ in numeric),
        edges=tuple(np.array(statistics.edges, dtype=np.float64) for _, statistics, _ in numeric),
        center=np.array([statistics.mean for _, statistics, _ in numeric], dtype=np.float64),
        scale=np.array([_scale(statistics) for _, statistics, _ in numeric], dtype=np.float64),
        integral=np.array(
            [column.kind is Kind.INTEGRAL and baseline.monitor is None for column, _, _ in numeric], dtype=np.bool_
        ),
        categorical=tuple(column.name for column in categorical),
        categories=tuple(categories_of(c, baseline.constraints.limits(c.name)) for c in categorical),
        low=np.array([bounds_of(statistics, limits)[0] for _, statistics, limits in numeric], dtype=np.float64),
        high=np.array([bounds_of(statistics, limits)[1] for _, statistics, limits in numeric], dtype=np.float64),
    )


def _scale(statistics: NumericStatistics) -> float:
    """Sigma; of a constant the size of its value; within what a layout can count in."""
    scale = statistics.std or abs(statistics.mean) or 1.0
    return min(max(scale, _SCALES[0]), _SCALES[1])


def bounds_of(statistics: NumericStatistics, limits: ColumnLimits) -> tuple[float, float]:
    """The closed interval of allowed numbers: the constraint's ends where it has any, the baseline's range elsewhere."""
    low = statistics.min if limits.low is None else limits.low
    high = statistics.max if limits.high is None else limits.high
    return (low, high) if low <= high else (-math.inf, math.inf)


def categories_of(column: ColumnProfile, limits: ColumnLimits) -> tuple[str, ...]:
    """The known values of a column, most frequent first, then those that a constraint allows; booleans: both."""
    if column.kind is Kind.BOOLEAN:
        return ("false", "true")
    known = column.statistics.categories if isinstance(column.statistics, CategoryStatistics) else {}
    return tuple(dict.fromkeys((*known, *limits.categories)))
