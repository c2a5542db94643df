"""What a distance means: the shift of the mean, in baseline sigmas, that gives it for a normal distribution."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from statistics import NormalDist
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: Largest shift that is told apart; further ones are reported as this. Chosen, because at 12 sigmas two normal
#: distributions of equal width share less than a billionth of their rows.
MOST: Final = 12.0
_GRID: Final = 1.0 / 64.0


def _of_linf(value: float) -> float:
    """D = 2 Phi(shift / 2) - 1, for L-infinity, KS and total variation alike."""
    return 2.0 * NormalDist().inv_cdf((1.0 + value) / 2.0) if value < 1.0 else MOST


def _of_hellinger(value: float) -> float:
    """H**2 = 1 - exp(-shift**2 / 8)."""
    return math.sqrt(-8.0 * math.log1p(-value * value)) if value < 1.0 else MOST


def _of_jensen_shannon(value: float) -> float:
    shifts, distances = _jensen_shannon_table()
    return float(np.interp(value, distances, shifts))


_INVERSES: Final[Mapping[str, Callable[[float], float]]] = MappingProxyType(
    {
        "linf_simple": _of_linf,
        "linf_robust": _of_linf,
        "ks": _of_linf,
        "total_variation": _of_linf,
        "hellinger": _of_hellinger,
        "jensen_shannon": _of_jensen_shannon,
        "psi": math.sqrt,
        "wasserstein_normalised": float,
    },
)


def equivalent_shift(distance: str, value: float | None) -> float | None:
    """The shift of a normal distribution's mean, in its sigmas, at which ``distance`` is ``value``; in [0, 12].

    It lets people compare distances with each other. Exact for infinitely many bins: total variation, L-infinity and KS
    2 Phi^-1((1 + D) / 2), Hellinger sqrt(-8 ln(1 - H**2)), PSI sqrt(PSI), Wasserstein itself; Jensen-Shannon from a table
    of its integral, to 0.001. None for None, and for chi-squared, whose size is not that of an effect. Of robust
    L-infinity it is the shift that is certain, not the likely one.

    >>> equivalent_shift("ks", 0.1), equivalent_shift("psi", 0.1), equivalent_shift("jensen_shannon", 0.1)
    (0.251, 0.316, 0.236)
    """
    inverse = _INVERSES.get(distance)
    if value is None or inverse is None:
        return None
    return min(max(inverse(max(value, 0.0)), 0.0), MOST)


@cache
def _jensen_shannon_table() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Jensen-Shannon distance of N(0, 1) and N(shift, 1), integrated by the trapezoid rule."""
    shifts = np.arange(0.0, MOST + _GRID, _GRID)
    return shifts, np.array([_jensen_shannon_of(float(shift)) for shift in shifts])


def _jensen_shannon_of(shift: float) -> float:
    x = np.linspace(-9.0, shift + 9.0, 4001)
    p, q = np.exp(-0.5 * x * x), np.exp(-0.5 * (x - shift) ** 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(p > 0, p * np.log2(2 * p / (p + q)), 0.0)
    return math.sqrt(max(0.0, float(np.trapezoid(part, x)) / math.sqrt(2 * math.pi)))
