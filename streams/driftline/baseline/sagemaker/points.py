"""Points: the values that a KLL sketch retains, as statistics on edges that give its ranks exactly."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class Points(NamedTuple):
    """Distinct finite values, ascending, and the whole weight (>= 1) of each."""

    values: NDArray[np.float64]
    weights: NDArray[np.int64]

    @classmethod
    def of(cls, levels: Sequence[Sequence[float]]) -> Self:
        """The points of a sketch, whose items of level i weigh 2**i; 0.0 and -0.0 are one value."""
        items = np.concatenate([np.asarray(level, dtype=np.float64) for level in levels] or [np.empty(0)]) + 0.0
        weight = np.repeat(np.int64(1) << np.arange(len(levels), dtype=np.int64), [len(level) for level in levels])
        values, places = np.unique(items, return_inverse=True)
        weights = np.zeros(values.size, dtype=np.int64)
        np.add.at(weights, places, weight)
        return cls(values, weights)

    @property
    def total(self) -> int:
        """The weight of all: how many values the sketch has seen."""
        return int(self.weights.sum())

    def below(self, value: float) -> int:
        """The weight of the values < ``value`` (Deequ: ``getRankExclusive``)."""
        return int(self.weights[: int(self.values.searchsorted(value, side="left"))].sum())

    def up_to(self, value: float) -> int:
        """The weight of the values <= ``value`` (Deequ: ``getRank``)."""
        return int(self.weights[: int(self.values.searchsorted(value, side="right"))].sum())

    def on_edges(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Edges at every value and just above it, and the weights in the bins between: that of v is all in [v, above v).

        The share of a window below an edge is then its share < v, or <= v. Nothing is above the greatest double.
        """
        with np.errstate(over="ignore"):
            edges = np.union1d(self.values, np.nextafter(self.values, np.inf))
        edges = edges[np.isfinite(edges)]
        counts = np.zeros(edges.size + 1, dtype=np.int64)
        counts[edges.searchsorted(self.values, side="right")] = self.weights
        return edges, counts

    def quantiles(self, shares: Sequence[float]) -> NDArray[np.float64]:
        """The smallest value whose rank is at least share times the whole, for each share in 0..1 (at least one value)."""
        ranks = np.cumsum(self.weights)
        places = ranks.searchsorted(np.ceil(np.asarray(shares) * float(ranks[-1]) - 1e-9))
        return self.values[np.minimum(places, self.values.size - 1)]

    def mean(self) -> float:
        """Mean of the values (at least one)."""
        return float(np.dot(self.values, self.weights / self.total))

    def std(self) -> float:
        """Standard deviation of the values (at least one), of the population; in units that neither overflow nor vanish."""
        half = self.values / 2.0 - self.mean() / 2.0
        unit = float(np.abs(half).max())
        if not unit:
            return 0.0
        return (
            min(float(np.sqrt(np.dot((half / unit) ** 2, self.weights / self.total))) * unit, sys.float_info.max / 2)
            * 2.0
        )
