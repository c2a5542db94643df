"""The metrics of classification that a confusion matrix holds, named and ordered as Model Monitor's files have them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from driftline.quality.confusion import Confusion
from driftline.quality.rates import BETAS, f_measure, ratio

Metrics = Mapping[str, float]
CONSTANT = "_best_constant_classifier"
"""How the metrics of the model that always answers with one class end."""


def binary(confusion: Confusion, positive: int) -> Metrics:
    """The metrics of two classes; ``positive`` is the place of the one that recall and precision are of. 0..1, or NaN.

    NaN: recall and the true positive rate without an actual positive, precision without a predicted one, the other rates
    without an actual negative, everything without rows. The true negative and false negative rates are one less the others,
    as in Model Monitor's files, down to the last digit.
    """
    rates, constant = _rates(confusion, positive), _rates(confusion.constant(confusion.rarest()), positive)
    found = {name: rates[name] for name in ("recall", "precision", "accuracy")}
    found |= {name + CONSTANT: constant[name] for name in ("recall", "precision", "accuracy")}
    negatives = confusion.rows - int(confusion.actual[positive])
    wrong = int(confusion.predicted[positive] - confusion.hits[positive])
    false_positive = ratio(wrong, negatives)
    found |= {
        "true_positive_rate": rates["recall"],
        "true_negative_rate": 1.0 - false_positive,
        "false_positive_rate": false_positive,
        "false_negative_rate": 1.0 - rates["recall"],
    }
    found |= {name: rates[name] for name, _ in BETAS}
    return found | {name + CONSTANT: constant[name] for name, _ in BETAS}


def multiclass(confusion: Confusion) -> Metrics:
    """Accuracy, and precision, recall and F-measures weighted by the actual classes. 0..1; NaN without rows.

    A class that was never predicted has precision nought, as in Spark's ``MulticlassMetrics``.
    """
    found = dict(_weighted(confusion))
    constant = _weighted(confusion.constant(confusion.rarest())) if confusion.labels else found
    return found | {name + CONSTANT: value for name, value in constant.items()}


def _rates(confusion: Confusion, positive: int) -> Metrics:
    hits = int(confusion.hits[positive])
    recall = ratio(hits, int(confusion.actual[positive]))
    precision = ratio(hits, int(confusion.predicted[positive]))
    accuracy = ratio(int(confusion.hits.sum()), confusion.rows)
    found = {"recall": recall, "precision": precision, "accuracy": accuracy}
    return found | {name: f_measure(precision, recall, beta) for name, beta in BETAS}


def _weighted(confusion: Confusion) -> Metrics:
    recall = _shares(confusion.hits, confusion.actual)
    precision = _shares(confusion.hits, confusion.predicted)
    found = {
        "accuracy": ratio(int(confusion.hits.sum()), confusion.rows),
        "weighted_recall": _mean(recall, confusion),
        "weighted_precision": _mean(precision, confusion),
    }
    for name, beta in BETAS:
        each = [f_measure(p, r, beta) for p, r in zip(precision.tolist(), recall.tolist(), strict=True)]
        found[f"weighted_{name}"] = _mean(np.array(each), confusion)
    return found


def _shares(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    """Part of whole, nought of nothing."""
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def _mean(values: NDArray[np.float64], confusion: Confusion) -> float:
    """Weighted by the rows of each actual class: times rows, by all rows, added class by class. Spark's order, to the digit."""
    if not confusion.rows:
        return float("nan")
    return float(np.cumsum(values * confusion.actual / confusion.rows)[-1])
