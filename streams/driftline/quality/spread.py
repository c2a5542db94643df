"""The standard deviation that Model Monitor puts beside a metric: of five random subsamples of 80 % of the rows.

Its random numbers are not to be had, so that the figure is never the same as there, digit by digit; ours are seeded: the same
rows in the same order give the same figure. Nothing is judged by it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from driftline.quality.samples import Sample

Metrics = Mapping[str, float]
ENOUGH: Final = 200
"""Rows below which there is no deviation (AWS, "Model quality metrics")."""
SUBSAMPLES: Final = 5
SHARE: Final = 0.8
_SEED: Final = 20_201_208
"""Chosen: the day on which model quality monitoring was announced."""


def deviations(sample: Sample, measure: Callable[[Sample], Metrics]) -> Metrics:
    """The population deviation of each metric over the subsamples, drawn without replacement; NaN below 200 rows."""
    rows = len(sample)
    if rows < ENOUGH:
        return {}
    chance = np.random.default_rng(_SEED)
    size = round(SHARE * rows)
    found = [measure(sample.take(np.sort(chance.permutation(rows)[:size]))) for _ in range(SUBSAMPLES)]
    return {name: _deviation([metrics[name] for metrics in found]) for name in found[0]}


def _deviation(values: list[float]) -> float:
    return float(np.std(values)) if not any(map(math.isnan, values)) else math.nan
