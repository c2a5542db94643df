"""Distances between two samples that were counted on the same bins. Pure functions, symmetric unless said otherwise.

``baseline`` and ``window`` are counts of equal length and order. A distance to or from an empty sample is None, never 0.
Counts are summed as integers and everything else by correctly rounded steps in a fixed order, so equal counts give equal
distances. 5 to 20 µs each for 50 bins.

A *distance* is how far apart two samples are; how surprising that is, is a p-value and another type (:class:`ChiSquared`).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.stats.special import chi_squared_survival

Counts = NDArray[np.int64] | Sequence[int]
Edges = NDArray[np.float64] | Sequence[float]

#: c(alpha) of the two-sample Kolmogorov-Smirnov test for alpha = 0.003 two-sided, as Deequ has it: Knuth, TAOCP 2, 3.3.1,
#: eq. 15, c = sqrt(-ln(alpha / 2) / 2) = 1.803.
C_ALPHA: Final = 1.8
#: Added to every count before the logarithm of PSI (Jeffreys' prior; Krichevsky & Trofimov 1981).
_HALF: Final = 0.5
#: Cochran 1952, "The chi-squared test of goodness of fit", and Yates, Moore & McCabe 1999, p. 734.
_MOST_SMALL: Final = 0.2
_SMALL: Final = 5.0
_SMALL_OF_TWO: Final = 10.0


#: Products of counts below it are whole in 64 bits, and so is their difference.
_FITS: Final = 2**62


class ChiSquared(NamedTuple):
    """A statistic, its degrees of freedom, and the probability of a larger one by chance."""

    statistic: float
    degrees: int
    p_value: float


def linf_simple(baseline: Counts, window: Counts, *, ordered: bool) -> float | None:
    """L-infinity distance as Model Monitor's ``Simple``; in [0, 1].

    Ordered bins: the largest difference of the two cumulative shares at an edge (Kolmogorov-Smirnov's D there).
    Categories: the largest difference of the two shares of one category. Source: Deequ, ``Distance.scala``.

    >>> linf_simple([50, 50], [80, 20], ordered=False)
    0.3
    """
    sizes = _sizes(baseline, window)
    if sizes is None:
        return None
    n, m = sizes
    # over one denominator: the largest numerator is found in whole numbers, and rounded once
    if n * m < _FITS and isinstance(baseline, np.ndarray) and isinstance(window, np.ndarray):
        apart = baseline * np.int64(m) - window * np.int64(n)
        return int(np.abs(apart.cumsum() if ordered else apart).max()) / (n * m)
    base, seen = _integers(baseline), _integers(window)
    if ordered:
        base, seen = list(accumulate(base)), list(accumulate(seen))
    return max(abs(b * m - w * n) for b, w in zip(base, seen, strict=True)) / (n * m)


def noise_floor(n: int, m: int) -> float:
    """What L-infinity of samples of n and m values from one distribution exceeds with probability 0.003; > 0.

    1.8 sqrt((n + m) / (n m)): Smirnov 1939, the two-sample limit law; exact for n, m -> inf, too large below and on bins.
    """
    return C_ALPHA * math.sqrt((n + m) / (n * m))


def linf_robust(baseline: Counts, window: Counts, *, ordered: bool) -> float | None:
    """L-infinity less its noise floor, as Model Monitor's ``Robust``: max(0, D - 1.8 sqrt((n + m) / (n m))); in [0, 1).

    A lower confidence bound of the true distance, so one limit on it asks for significance and size at once. Source: Deequ,
    ``Distance.scala`` (whose flag for it means the opposite of its name).
    """
    simple, sizes = linf_simple(baseline, window, ordered=ordered), _sizes(baseline, window)
    if simple is None or sizes is None:
        return None
    return max(0.0, simple - noise_floor(*sizes))


def ks(baseline: Counts, window: Counts) -> float | None:
    """Kolmogorov-Smirnov's D at the edges, for ordered bins; in [0, 1]. At most the D of the raw values, and less by at
    most the largest share of one bin (2 % on the baseline's usual edges).
    """
    return linf_simple(baseline, window, ordered=True)


def total_variation(baseline: Counts, window: Counts) -> float | None:
    """Half the sum of the differences of shares: the share of rows that would have to change; in [0, 1]."""
    sizes = _sizes(baseline, window)
    if sizes is None:
        return None
    n, m = sizes
    pairs = zip(_integers(baseline), _integers(window), strict=True)
    return sum(abs(b * m - w * n) for b, w in pairs) / (2 * n * m)


def psi(baseline: Counts, window: Counts) -> float | None:
    """Population stability index, sum of (p - q) ln(p / q); in [0, inf), in nats.

    Every count is raised by a half first, so that empty bins give a finite value that does not depend on a chosen floor. On
    B bins of equal distributions its mean is about (1/n + 1/m) (B - 1) (Yurdakul 2018): 0.05 for 1,000 rows on 51 bins.
    Source: Jeffreys 1946, the divergence J.
    """
    sizes = _sizes(baseline, window)
    if sizes is None:
        return None
    n, m = (size + _HALF * len(baseline) for size in sizes)
    shares = ((b + _HALF) / n for b in _integers(baseline)), ((w + _HALF) / m for w in _integers(window))
    return max(0.0, math.fsum((p - q) * math.log(p / q) for p, q in zip(*shares, strict=True)))


def jensen_shannon(baseline: Counts, window: Counts) -> float | None:
    """Jensen-Shannon distance: root of the mean divergence from the mixture, in bits; in [0, 1], a metric.

    Source: Lin 1991; Endres & Schindelin 2003. scipy's ``jensenshannon(p, q, base=2)``.
    """
    shares = _shares(baseline, window)
    if shares is None:
        return None
    parts = (_toward_middle(p, q) + _toward_middle(q, p) for p, q in zip(*shares, strict=True))
    return math.sqrt(min(1.0, max(0.0, math.fsum(parts) / 2.0)))


def hellinger(baseline: Counts, window: Counts) -> float | None:
    """Hellinger distance sqrt(sum of (sqrt p - sqrt q)**2 / 2); in [0, 1], a metric. Source: Hellinger 1909."""
    shares = _shares(baseline, window)
    if shares is None:
        return None
    parts = ((math.sqrt(p) - math.sqrt(q)) ** 2 for p, q in zip(*shares, strict=True))
    return math.sqrt(min(1.0, math.fsum(parts) / 2.0))


def wasserstein_normalised(
    baseline: Counts,
    window: Counts,
    *,
    edges: Edges,
    scale: float,
    smallest: float | None = None,
    largest: float | None = None,
) -> float | None:
    """Wasserstein-1 distance in baseline sigmas: the area between the cumulative shares / ``scale``; in [0, inf).

    Ordered bins only. Values are taken to lie evenly within their bins; the outer bins reach to ``smallest`` and
    ``largest`` of both samples, without these they have no width. Error: at most the mean width of the bins that differ,
    and half of what lies in the outer bins. Source: Vallender 1974; scaled as Evidently does.
    """
    shares = _shares(baseline, window)
    if shares is None:
        return None
    if len(edges) != len(baseline) - 1:
        raise ValueError(f"{len(baseline)} counts need {len(baseline) - 1} edges, got {len(edges)}")
    places = [float(edge) for edge in edges]
    places.insert(0, places[0] if smallest is None else min(smallest, places[0]))
    places.append(places[-1] if largest is None else max(largest, places[-1]))
    gaps = [p - q for p, q in zip(*(accumulate(held) for held in shares), strict=True)]
    heights = [0.0, *gaps[:-1], 0.0]
    widths = (right / scale - left / scale for left, right in pairwise(places))
    return math.fsum(w * _area(a, b) for w, (a, b) in zip(widths, pairwise(heights), strict=True))


def chi_squared(baseline: Counts, window: Counts) -> ChiSquared | None:
    """Pearson's chi-squared of the window against the baseline's shares, as Deequ tests categories; not symmetric.

    Expected counts are the baseline's, scaled to the window's rows in categories that the baseline has; rows in others are
    left out. The smallest category is merged into the next until at most 20 % of the expected counts are below 5 (for two
    categories: none below 10). None with fewer than two categories left. Source: Pearson 1900; Cochran 1952; Deequ.
    """
    if _sizes(baseline, window) is None:
        return None
    pairs = [(b, w) for b, w in zip(_integers(baseline), _integers(window), strict=True) if b]
    n, m = sum(b for b, _ in pairs), sum(w for _, w in pairs)
    regular = _merged([(b * m / n, b, w) for b, w in pairs]) if m else []
    if len(regular) <= 1:
        return None
    statistic = math.fsum((seen - expected) ** 2 / expected for expected, _, seen in regular)
    degrees = len(regular) - 1
    return ChiSquared(statistic, degrees, chi_squared_survival(statistic, degrees))


def _merged(cells: list[tuple[float, int, int]]) -> list[tuple[float, int, int]]:
    heapq.heapify(cells)
    while len(cells) > 1 and not _is_regular([expected for expected, _, _ in cells]):
        least = heapq.heappop(cells)
        other = heapq.heappop(cells)
        heapq.heappush(cells, (least[0] + other[0], least[1] + other[1], least[2] + other[2]))
    return sorted(cells)


def _is_regular(expected: list[float]) -> bool:
    if len(expected) == 2:  # noqa: PLR2004 -- the rule names two categories
        return min(expected) >= _SMALL_OF_TWO
    return sum(value < _SMALL for value in expected) <= _MOST_SMALL * len(expected)


def _integers(counts: Counts) -> list[int]:
    return counts.tolist() if isinstance(counts, np.ndarray) else list(counts)


def _sizes(baseline: Counts, window: Counts) -> tuple[int, int] | None:
    """Numbers of values, None if either is 0."""
    if len(baseline) != len(window):
        raise ValueError(f"baseline and window must have the same bins, got {len(baseline)} and {len(window)}")
    n, m = _sum(baseline), _sum(window)
    return (n, m) if n and m else None


def _sum(counts: Counts) -> int:
    return int(counts.sum()) if isinstance(counts, np.ndarray) else sum(counts)


def _shares(baseline: Counts, window: Counts) -> tuple[list[float], list[float]] | None:
    sizes = _sizes(baseline, window)
    if sizes is None:
        return None
    return [b / sizes[0] for b in _integers(baseline)], [w / sizes[1] for w in _integers(window)]


def _toward_middle(p: float, q: float) -> float:
    return p * math.log2(2.0 * p / (p + q)) if p else 0.0


def _area(left: float, right: float) -> float:
    """Area under the absolute value of a straight line over a width of 1."""
    both = abs(left) + abs(right)
    if left * right >= 0.0:
        return both / 2.0
    return (left * left + right * right) / (2.0 * both)
