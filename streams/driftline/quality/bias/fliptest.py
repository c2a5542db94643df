"""The flip test (FT): would the facet's rows have been answered differently, had they been of the rest?

FT = (F⁺ - F⁻) / n_d over the facet's rows, against what the five nearest rows of the rest were answered (one, below ten
rows): F⁺ were accepted and would not have been, F⁻ the other way round (Clarify, "Counterfactual Flip Test"). Euclidean
distances of the features as they are; of equally near rows the first counts. O(n_d · nₐ · features).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from driftline.quality.bias.formulas import UndefinedError

NEIGHBOURS: Final = 5
FEW: Final = 10
"""Rows of the rest from which five neighbours are asked, not one (as in Clarify)."""
PAIRS: Final = 25_000_000
"""Pairs of rows that are compared at most; chosen, because they take seconds: 5,000 rows on each side."""
_AT_ONCE: Final = 4_000_000


def flip_test(features: NDArray[np.float64], sensitive: NDArray[np.bool_], accepted: NDArray[np.bool_]) -> float:
    """FT, -1..1, of rows × finite ``features``. UndefinedError without rows on a side, without features, or of too many."""
    rest, facet = np.flatnonzero(~sensitive), np.flatnonzero(sensitive)
    if not len(rest) or not len(facet):
        raise UndefinedError("needs rows in the sensitive facet and outside of it")
    if not features.shape[1] or not np.isfinite(features).all():
        raise UndefinedError("needs features that are numbers, in every row")
    if len(rest) * len(facet) > PAIRS:
        raise UndefinedError(f"compares at most {PAIRS} pairs of rows, got {len(rest)} x {len(facet)}")
    asked = NEIGHBOURS if len(rest) >= FEW else 1
    step = max(1, _AT_ONCE // len(rest))
    flips = 0
    for start in range(0, len(facet), step):
        block = facet[start : start + step]
        nearest = _nearest(features[block], features[rest], asked)
        expected = accepted[rest][nearest].sum(axis=1) * 2 > asked
        flips += int((accepted[block] & ~expected).sum()) - int((~accepted[block] & expected).sum())
    return flips / len(facet)


def _nearest(rows: NDArray[np.float64], others: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    distance = np.zeros((len(rows), len(others)))
    for column in range(rows.shape[1]):
        apart = rows[:, column, None] - others[None, :, column]
        distance += apart * apart
    return np.argsort(distance, axis=1, kind="stable")[:, :count]
