"""Feature attribution drift: does the model still lean on its features in the order that it did?

nDCG = DCG / iDCG with DCG = Σ a(i) / log₂(i + 1): ``a`` are the baseline's global SHAP values, taken in the order of the live
ones, and for iDCG in their own (AWS, "Feature attribution drift"; scikit-learn's ``ndcg_score``, which AWS names). Of equal
live values each gets the mean of their gains, so that the order of columns does not matter. 0..1 for values >= 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from driftline.errors import ConfigError
from driftline.quality.classes import number_of

THRESHOLD: Final = 0.9
"""nDCG below which there is a violation (AWS)."""
Aggregation = Literal["mean_abs", "median", "mean_sq"]
AGGREGATIONS: Final[Mapping[str, Callable[[NDArray[np.float64]], float]]] = {
    "mean_abs": lambda values: float(np.mean(np.abs(values))),
    "median": lambda values: float(np.median(values)),
    "mean_sq": lambda values: float(np.mean(values * values)),
}
"""Clarify's ways from the SHAP values of rows to the one of a feature; ``mean_abs`` is usual."""


def ndcg(baseline: Mapping[str, float], live: Mapping[str, float]) -> float:
    """The nDCG of the ``live`` order of features by ``baseline`` values; NaN without features, or where none is above nought.

    A feature that ``live`` lacks counts as nought there.

    >>> round(ndcg({"a": 0.7, "b": 0.5, "c": 0.05}, {"a": 0.05, "b": 0.5, "c": 0.7}), 3)
    0.688
    """
    gains = np.array(list(baseline.values()), dtype=np.float64)
    scores = np.array([live.get(name, 0.0) for name in baseline], dtype=np.float64)
    if not len(gains):
        return math.nan
    discounts = 1.0 / (np.log(np.arange(2, len(gains) + 2)) / np.log(2))
    ideal = float(discounts @ np.sort(gains)[::-1])
    _, group, sizes = np.unique(-scores, return_inverse=True, return_counts=True)
    reached = np.cumsum(discounts)[np.cumsum(sizes) - 1]
    shares = np.diff(reached, prepend=0.0)
    means = np.bincount(group, weights=gains) / sizes
    return float((means * shares).sum()) / ideal if ideal > 0 else math.nan


def global_values(
    rows: Sequence[Mapping[str, object]], features: Mapping[str, Sequence[str]], aggregation: Aggregation = "mean_abs"
) -> dict[str, dict[str, float]]:
    """Global values of local ones, by label: a column ``feature_label`` or, of one label, ``feature``. ConfigError if absent."""
    return {
        label: {feature: AGGREGATIONS[aggregation](_local(rows, feature, label)) for feature in names}
        for label, names in features.items()
    }


def _local(rows: Sequence[Mapping[str, object]], feature: str, label: str) -> NDArray[np.float64]:
    names = (f"{feature}_{label}", feature)
    name = next((name for name in names if rows and name in rows[0]), None)
    if name is None:
        raise ConfigError(f"--attributions: expected a column {names[0]} or {names[1]}, in every row")
    cells = [number_of(row.get(name)) for row in rows]
    found = np.array([cell for cell in cells if cell is not None], dtype=np.float64)
    if not len(found):
        raise ConfigError(f"--attributions: column {name} has no number in {len(rows)} rows")
    return found
