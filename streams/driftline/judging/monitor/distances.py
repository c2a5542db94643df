"""Model Monitor's distances, in the floating-point order of Deequ's ``Distance.scala``, so that they agree to the last digit.

Deequ divides each rank by its sample's size first and subtracts then: ``abs(a / n - b / m)``. The exact difference, as
:mod:`driftline.stats.distance` has it, differs from that in the last digit of one number in five. Source:
``com.amazon.deequ.analyzers.Distance`` of Deequ 2.0, on which Model Monitor's container is built.
"""

from __future__ import annotations

import heapq
import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.stats.distance import C_ALPHA
from driftline.stats.special import chi_squared_survival

Counts = NDArray[np.int64]

_SMALL, _SMALL_OF_TWO, _MOST_SMALL = 5.0, 10.0, 0.2
"""On small expected counts, as Deequ has them: Cochran 1952; Yates, Moore & McCabe 1999, p. 734."""

_TWO = 2


class ChiSquared(NamedTuple):
    """The two sides of the test: the statistic, and the probability of a larger one by chance."""

    statistic: float
    p_value: float


def numeric_distance(baseline: Counts, window: Counts) -> float | None:
    """Largest difference of the two cumulative shares, in [0, 1]; None with an empty sample.

    The bins have to be those of every retained value v of the baseline's sketch and of the numbers just above v. Then it is
    the maximum over the values of *both* samples: between two values of the baseline its share does not change, and the
    window's share is farthest from it at one end of the gap.
    """
    n, m = int(baseline.sum()), int(window.sum())
    if not n or not m:
        return None
    return float(np.abs(baseline.cumsum() / float(n) - window.cumsum() / float(m)).max())


def categorical_distance(baseline: Counts, window: Counts, unseen: tuple[int, ...] = ()) -> float | None:
    """Largest difference of the shares of one category, in [0, 1]; None with an empty sample.

    ``unseen`` are the window's counts of categories that the baseline does not have, each for itself.
    """
    n, m = int(baseline.sum()), int(window.sum()) + sum(unseen)
    if not n or not m:
        return None
    known = np.abs(baseline / float(n) - window / float(m))
    return max(float(known.max(initial=0.0)), max(unseen, default=0) / m)


def robust(simple: float, n: int, m: int) -> float:
    """Deequ's correction of a simple distance of samples of n and m values (both > 0): max(0, D - 1.8 sqrt((n + m) / (n m))).

    >>> robust(0.5, 1000, 100)
    0.3112
    """
    one, other = float(n), float(m)
    return max(0.0, simple - C_ALPHA * math.sqrt((one + other) / (one * other)))


def chi_squared(baseline: Counts, window: Counts) -> ChiSquared | None:
    """Pearson's test of the window against the baseline's shares; categories that the baseline does not have are left out.

    The category expected least often is merged into the next until at most a fifth of the expected counts are below 5 (of two
    categories: none below 10). None with fewer than two categories left, where Deequ has NaN. The p-value is 1 - P, rounded
    where Deequ rounds it. Deequ adds the terms in the order of a hash table: the last digit may differ.
    """
    held = [(int(b), float(w)) for b, w in zip(baseline.tolist(), window.tolist(), strict=True) if b]
    n, m = sum(b for b, _ in held), sum(w for _, w in held)
    if not m:
        return None
    cells = _merged([(b / float(n) * m, w) for b, w in held])
    if len(cells) < _TWO:
        return None
    statistic = sum((seen - expected) * (seen - expected) / expected for expected, seen in cells)
    return ChiSquared(statistic, 1.0 - (1.0 - chi_squared_survival(statistic, len(cells) - 1)))


def _merged(cells: list[tuple[float, float]]) -> list[tuple[float, float]]:
    heapq.heapify(cells)
    while len(cells) >= _TWO and not _is_regular([expected for expected, _ in cells]):
        least, other = heapq.heappop(cells), heapq.heappop(cells)
        heapq.heappush(cells, (other[0] + least[0], least[1] + other[1]))
    return sorted(cells)


def _is_regular(expected: list[float]) -> bool:
    if len(expected) == _TWO:
        return min(expected) >= _SMALL_OF_TWO
    return sum(value < _SMALL for value in expected) <= int(_MOST_SMALL * len(expected))
