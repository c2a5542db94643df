"""Statistics of a window in numpy, for stream processors that have none of their own: what a good user of one would write.

Of every numeric column the count, missing values, mean, standard deviation, extremes and counts between the reference's deciles;
of every categorical one the counts of its values. Judged by the PSI of each column.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np

MATERIAL_PSI = 0.2
"""A column above it has drifted: the customary limit."""
DECILES = np.linspace(0.1, 0.9, 9)


@dataclass
class Statistics:
    """Of one window or a part of it; parts add up."""

    rows: int
    present: np.ndarray
    total: np.ndarray
    squares: np.ndarray
    low: np.ndarray
    high: np.ndarray
    bins: np.ndarray
    values: list[Counter[Any]]

    def add(self, other: Statistics) -> Statistics:
        """Both together."""
        self.rows += other.rows
        self.present += other.present
        self.total += other.total
        self.squares += other.squares
        self.low, self.high = np.fmin(self.low, other.low), np.fmax(self.high, other.high)
        self.bins += other.bins
        for mine, its in zip(self.values, other.values, strict=True):
            mine.update(its)
        return self


class Reference:
    """The reference rows: which columns there are, deciles, shares."""

    def __init__(self, columns: dict[str, list[Any]]) -> None:
        self.numeric = [name for name, values in columns.items() if not isinstance(values[0], str)]
        self.categorical = [name for name, values in columns.items() if isinstance(values[0], str)]
        self.edges = [np.quantile(np.array(columns[name], float), DECILES) for name in self.numeric]
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        self._numbers, self._texts = itemgetter(*self.numeric), itemgetter(*self.categorical)
        self.all = self.statistics(rows)

    def statistics(self, rows: list[dict[str, Any]]) -> Statistics:
        """Of some rows, all columns at a time."""
        block = np.array(list(map(self._numbers, rows)), float).T
        seen = ~np.isnan(block)
        bins = np.stack([self._count(n, block[n]) for n in range(len(block))])
        return Statistics(
            len(rows),
            seen.sum(1),
            np.nansum(block, 1),
            np.nansum(block * block, 1),
            np.fmin.reduce(block, 1),
            np.fmax.reduce(block, 1),
            bins,
            [Counter(values) for values in zip(*map(self._texts, rows), strict=True)],
        )

    def _count(self, column: int, values: np.ndarray) -> np.ndarray:
        return np.bincount(np.searchsorted(self.edges[column], values, "right"), minlength=len(DECILES) + 1)

    def drifted(self, window: Statistics) -> int:
        """How many columns have drifted."""
        found = [psi(mine, its) for mine, its in zip(self.all.bins.tolist(), window.bins.tolist(), strict=True)]
        for mine, its in zip(self.all.values, window.values, strict=True):
            names = sorted(mine | its)
            found.append(psi([mine[name] for name in names], [its[name] for name in names]))
        return sum(distance > MATERIAL_PSI for distance in found)


def psi(reference: list[int], window: list[int]) -> float:
    """Population stability index of two lists of counts, half a row added to each."""
    n, m = sum(reference) + len(reference) / 2, sum(window) + len(window) / 2
    shares = [((b + 0.5) / n, (w + 0.5) / m) for b, w in zip(reference, window, strict=True)]
    return sum((q - p) * math.log(q / p) for p, q in shares)
