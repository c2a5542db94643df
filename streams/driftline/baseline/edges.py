"""Edges: where a baseline cuts the line of numbers, once and for all; windows are counted on the same cuts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

#: Bins between the smallest and the greatest number: steps of 2 % of the mass. Chosen, because the distribution functions of
#: two samples are compared at the edges, so that what may be overlooked is below a fifth of the default limit of 0.1.
BINS: Final = 50


def equal_mass(
    quantiles: Callable[[Sequence[float]], NDArray[np.float64]], low: float, high: float
) -> tuple[float, ...]:
    """Edges in steps of 2 % of the mass, from ``low`` (the minimum) to just above ``high`` (the maximum).

    At most 51, strictly increasing: a value that holds more than 2 % is one cut. ``quantiles`` gives numbers of the data.
    """
    cuts = quantiles([index / BINS for index in range(1, BINS)])
    inner = np.unique(cuts)
    inner = inner[(inner > low) & (inner <= high)]
    return _closed((low, *inner.tolist()), high)


def each_value(values: NDArray[np.float64]) -> tuple[float, ...]:
    """Edges at every value (1 … 50 of them, ascending) and just above the last: one bin a value.

    >>> each_value(np.array([7.0]))
    (7.0, 7.000000000000001)
    """
    return _closed(tuple(values.tolist()), float(values[-1]))


def _closed(edges: tuple[float, ...], high: float) -> tuple[float, ...]:
    """``edges`` and one just above ``high``, that the maximum is inside and all beyond is overflow.

    There is none above the greatest double: it is then counted as overflow, in the baseline as in the windows.
    """
    above = math.nextafter(high, math.inf)
    return (*edges, above) if math.isfinite(above) else edges


def count_on(edges: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.int64]:
    """How many of ``values`` (no NaN) lie in (-inf, e0), [e0, e1) … [last, inf): len(edges) + 1 counts.

    >>> count_on(np.array([0.0, 1.0]), np.array([-1.0, 0.0, 0.5, 1.0])).tolist()
    [1, 2, 1]
    """
    bins = np.searchsorted(edges, values, side="right")
    return np.bincount(bins, minlength=edges.size + 1).astype(np.int64)
