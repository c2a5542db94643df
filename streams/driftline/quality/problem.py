"""What a model answers with, and which metrics Model Monitor keeps of it: names, order, and the side that is worse."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

LESS: Final = "LessThanThreshold"
"""Worse is less: accuracy, recall, areas."""
GREATER: Final = "GreaterThanThreshold"
"""Worse is more: errors, false rates."""
OPERATORS: Final = (LESS, GREATER)

BINARY_RULES: Final[Mapping[str, str]] = {
    "recall": LESS,
    "precision": LESS,
    "accuracy": LESS,
    "true_positive_rate": LESS,
    "true_negative_rate": LESS,
    "false_positive_rate": GREATER,
    "false_negative_rate": GREATER,
    "auc": LESS,
    "f0_5": LESS,
    "f1": LESS,
    "f2": LESS,
}
MULTICLASS_RULES: Final[Mapping[str, str]] = {
    "accuracy": LESS,
    "weighted_recall": LESS,
    "weighted_precision": LESS,
    "weighted_f0_5": LESS,
    "weighted_f1": LESS,
    "weighted_f2": LESS,
}
REGRESSION_RULES: Final[Mapping[str, str]] = {"mae": GREATER, "mse": GREATER, "rmse": GREATER, "r2": LESS}


class Problem(StrEnum):
    """The problem types of Model Monitor, as it spells them."""

    BINARY = "BinaryClassification"
    MULTICLASS = "MulticlassClassification"
    REGRESSION = "Regression"

    @property
    def metrics_key(self) -> str:
        """Where ``statistics.json`` has the metrics."""
        return _METRICS[self]

    @property
    def constraints_key(self) -> str:
        """Where ``constraints.json`` has the limits."""
        return _CONSTRAINTS[self]

    @property
    def rules(self) -> Mapping[str, str]:
        """The metrics that a suggested ``constraints.json`` limits, in its order, with the operator of each."""
        return _RULES[self]


_METRICS: Final = {
    Problem.BINARY: "binary_classification_metrics",
    Problem.MULTICLASS: "multiclass_classification_metrics",
    Problem.REGRESSION: "regression_metrics",
}
_CONSTRAINTS: Final = {
    Problem.BINARY: "binary_classification_constraints",
    Problem.MULTICLASS: "multiclass_classification_constraints",
    Problem.REGRESSION: "regression_constraints",
}
_RULES: Final[Mapping[Problem, Mapping[str, str]]] = {
    Problem.BINARY: BINARY_RULES,
    Problem.MULTICLASS: MULTICLASS_RULES,
    Problem.REGRESSION: REGRESSION_RULES,
}
