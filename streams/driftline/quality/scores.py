"""Histogram of scores: the area below the ROC curve of a stream, from counts that merge, with its error.

Files are measured exactly (`driftline.quality.curves`); a window that is folded from many deltas keeps 16 KiB instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

BINS: Final = 1_024
"""Chosen: of evenly spread scores the area is then off by at most 0.0005."""
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class ScoreHistogram:
    """Rows by score and class: (2, 1024) int64, negatives first, on equal bins of [0, 1]; scores beyond fall into the outer ones.

    Merging adds: exact, whatever the order. The area counts two rows of one bin as equal, so it is off by at most half the share
    of pairs that share a bin, which :attr:`error` says. Empty: both NaN.

    >>> early = ScoreHistogram.of(np.array([0.9, 0.2]), np.array([True, False]))
    >>> both = early.merge(ScoreHistogram.of(np.array([0.5]), np.array([True])))
    >>> both.auc, both.error
    (1.0, 0.0)
    """

    counts: Counts

    @classmethod
    def of(cls, scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> ScoreHistogram:
        """Counts of finite scores; 10 ns a row."""
        places = np.clip((scores * BINS).astype(np.int64), 0, BINS - 1) + np.where(positive, BINS, 0)
        return cls(np.bincount(places, minlength=2 * BINS).reshape(2, BINS).astype(np.int64))

    def merge(self, other: ScoreHistogram) -> ScoreHistogram:
        """Both together."""
        return ScoreHistogram(self.counts + other.counts)

    @property
    def auc(self) -> float:
        """The area below the ROC curve, 0..1; NaN without positives or without negatives."""
        negative, positive = self.counts
        above = np.cumsum(positive[::-1])[::-1] - positive
        return self._share(2 * int(negative @ above) + int(negative @ positive))

    @property
    def error(self) -> float:
        """By how much :attr:`auc` may be off at most, either way."""
        return self._share(int(self.counts[0] @ self.counts[1]))

    def _share(self, twice: int) -> float:
        """Half of ``twice``, as a share of all pairs of a positive and a negative row."""
        pairs = int(self.counts[0].sum()) * int(self.counts[1].sum())
        return twice / (2 * pairs) if pairs else float("nan")
