"""Ratios of counts, and what is made of two of them. NaN stands for "not defined": nothing was there to be counted."""

from __future__ import annotations

import math
from typing import Final

BETAS: Final = (("f0_5", 0.5), ("f1", 1.0), ("f2", 2.0))
"""The F-measures of Model Monitor, in its order."""


def ratio(part: float, whole: float) -> float:
    """``part / whole``; NaN of nothing.

    >>> ratio(1, 4), ratio(0, 0)
    (0.25, nan)
    """
    return part / whole if whole else math.nan


def f_measure(precision: float, recall: float, beta: float) -> float:
    """F-beta, ``(1 + b²) p r / (b² p + r)`` in this order of operations (Spark's ``MulticlassMetrics``), 0..1.

    Nought when both are nought, or when there was no hit and the other is not defined; NaN when neither is.

    >>> f_measure(1 / 3, 1.0, 2.0), f_measure(0.0, 0.0, 1.0), f_measure(math.nan, 0.0, 1.0), f_measure(math.nan, math.nan, 1.0)
    (0.7142857142857143, 0.0, 0.0, nan)
    """
    if math.isnan(precision) or math.isnan(recall):
        return 0.0 if precision == 0.0 or recall == 0.0 else math.nan
    if precision + recall == 0.0:
        return 0.0
    square = beta * beta
    return (1.0 + square) * precision * recall / (square * precision + recall)
