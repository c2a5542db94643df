"""Sight: the smallest change that a window of so many rows will show against this baseline."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

#: c(alpha) of the robust L-infinity distance at alpha = 0.003 (Knuth, TAOCP 2, eq. 15 in 3.3.1; Deequ's ``Distance.scala``).
_NOISE: Final = 1.8


def smallest_distance(limit: float, baseline_rows: int, window_rows: int) -> float:
    """The L-infinity distance that the robust one takes for ``limit``: limit + 1.8 sqrt((n + m) / (n m)); rows >= 1.

    It is the least change of a category's share, or of a distribution function, that is drift; above 1 nothing is.

    >>> round(smallest_distance(0.1, 27_004, 1_000), 3)
    0.158
    """
    noise = _NOISE * math.sqrt((baseline_rows + window_rows) / (baseline_rows * window_rows))
    return limit + noise


def smallest_shift(limit: float, baseline_rows: int, window_rows: int) -> float | None:
    """The same as a shift of the mean of a normal distribution, in sigmas; None when no shift is large enough.

    Two normal distributions d sigmas apart have the distance 2 Phi(d / 2) - 1. Lumpy distributions need more or less.

    >>> round(smallest_shift(0.1, 27_004, 1_000), 2)
    0.4
    """
    distance = smallest_distance(limit, baseline_rows, window_rows)
    return None if distance >= 1.0 else 2.0 * NormalDist().inv_cdf((1.0 + distance) / 2.0)
