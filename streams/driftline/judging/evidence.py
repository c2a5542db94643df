"""Bounds on what two samples can say: shares (exact, binomial) and counts (Poisson).

All are one-sided; a difference that takes one bound from each sample is wrong with at most the sum of both errors.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from driftline.stats.special import clopper_pearson


@dataclass(frozen=True)
class Share:
    """``hits`` of ``total`` (0 <= hits <= total): a share with its one-sided Clopper-Pearson bounds at ``alpha``.

    Of nothing the share is unknown and the bounds are [0, 1]. Source: Clopper & Pearson 1934, Biometrika 26, 404.
    """

    hits: int
    total: int
    alpha: float

    @property
    def value(self) -> float | None:
        """Share of hits in [0, 1]; None of an empty sample."""
        return self.hits / self.total if self.total else None

    @property
    def low(self) -> float:
        """With probability 1 - alpha the true share is not below."""
        return _bounds(self.hits, self.total, self.alpha)[0] if self.total else 0.0

    @property
    def high(self) -> float:
        """With probability 1 - alpha the true share is not above."""
        return _bounds(self.hits, self.total, self.alpha)[1] if self.total else 1.0


@lru_cache(maxsize=4096)
def _bounds(hits: int, total: int, alpha: float) -> tuple[float, float]:
    """Remembered, because most features of a window share their counts (all present, none mistyped)."""
    return clopper_pearson(hits, total, alpha)


def count_low(count: int, sigmas: float) -> float:
    """Lower bound of the mean of a Poisson count: (sqrt(count) - sigmas / 2)**2, or 0; as exact as Anscombe 1948 is.

    Of 100 at 2.97 sigmas (0.0015 one-sided) it is 72.5, the exact bound (Garwood 1936) 72.9.

    >>> count_low(100, 2.97)
    72.5
    """
    return max(0.0, math.sqrt(count) - sigmas / 2.0) ** 2


def count_high(count: int, sigmas: float) -> float:
    """Upper bound of the mean of a Poisson count: (sqrt(count + 1) + sigmas / 2)**2.

    Of 0 at 2.97 sigmas it is 6.2, the exact bound 6.5; a bound of count + sigmas * sqrt(count) would be 0 there.

    >>> count_high(0, 2.97), count_high(100, 2.97)
    (6.2, 133.1)
    """
    return (math.sqrt(count + 1.0) + sigmas / 2.0) ** 2
