"""Bias metrics as pure functions of counts (Clarify, "Pre-training" and "Post-training bias metrics").

``a`` is the rest (index 0), ``d`` the sensitive facet (index 1); ``1`` a positive label. x/0 is infinite, 0/0 is 0, as in
Clarify. A metric that cannot be computed raises `UndefinedError`, which says what it would need.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from driftline.quality.bias.counts import Counts, FacetCounts

LABEL, PREDICTED = 1, 2
"""Axes of the table."""


class UndefinedError(ValueError):
    """A metric has no value for these rows; the message says what there would have to be."""


def divide(part: float, whole: float) -> float:
    """``part / whole``; infinite over nought, nought when both are.

    >>> divide(1, 4), divide(3, 0), divide(0, 0)
    (0.25, inf, 0.0)
    """
    if whole:
        return part / whole
    return math.copysign(math.inf, part) if part else 0.0


def _difference(one: float, other: float) -> float:
    """``one - other``; nought of two infinities."""
    return 0.0 if one == other else one - other


def _outcomes(counts: FacetCounts, axis: int) -> NDArray[np.float64]:
    """Rows by facet (a, d) and outcome (0, 1): the true labels or the predicted ones."""
    table = counts.table.sum(axis=PREDICTED if axis == LABEL else LABEL)
    if not table[0].sum():
        raise UndefinedError("every row is in the sensitive facet")
    if not table[1].sum():
        raise UndefinedError("no row is in the sensitive facet")
    return np.asarray(table, dtype=np.float64)


def class_imbalance(counts: FacetCounts) -> float:
    """CI = (nₐ - n_d) / (nₐ + n_d), -1..1."""
    a, d = _outcomes(counts, LABEL).sum(axis=1)
    return float((a - d) / (a + d))


def proportions(counts: FacetCounts, axis: int) -> float:
    """DPL and DPPL: the share of positives among the rest less that in the facet, -1..1."""
    a, d = _outcomes(counts, axis)
    return float(a[1] / a.sum() - d[1] / d.sum())


def _shares(counts: FacetCounts) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Label distributions Pₐ and P_d over the labels that both have."""
    a, d = _outcomes(counts, LABEL)
    both = (a > 0) & (d > 0)
    if not both.any():
        raise UndefinedError("the facet and the rest have no label in common")
    return (a / a.sum())[both], (d / d.sum())[both]


def kullback_leibler(counts: FacetCounts) -> float:
    """KL = Σ Pₐ ln(Pₐ / P_d), nats, >= 0 where both have both labels."""
    a, d = _shares(counts)
    return float(np.sum(a * np.log(a / d)))


def jensen_shannon(counts: FacetCounts) -> float:
    """JS = ½ [KL(Pₐ‖P) + KL(P_d‖P)], P = ½ (Pₐ + P_d), nats."""
    a, d = _shares(counts)
    middle = 0.5 * (a + d)
    return float(0.5 * (np.sum(a * np.log(a / middle)) + np.sum(d * np.log(d / middle))))


def norm(counts: FacetCounts, order: float) -> float:
    """‖Pₐ - P_d‖ of an order: LP (2), KS (infinity), twice TVD (1)."""
    a, d = _shares(counts)
    return float(np.linalg.norm(a - d, order))


def demographic_disparity(counts: FacetCounts, axis: int) -> float:
    """CDDL and CDDPL: by group, the facet's share of the rejected less its share of the accepted; mean weighted by rows."""
    if not counts.groups:
        raise UndefinedError("needs a group variable")
    rejected, accepted = counts.table.sum(axis=(0, PREDICTED if axis == LABEL else LABEL))
    if not accepted or not rejected:
        raise UndefinedError(f"no {'positive' if not accepted else 'negative'} labels")
    total = weighted = 0.0
    for table in counts.groups.values():
        outcomes = table.sum(axis=PREDICTED if axis == LABEL else LABEL)
        shares = [
            float(outcomes[1, kind] / outcomes[:, kind].sum()) if outcomes[:, kind].sum() else 0.0 for kind in (0, 1)
        ]
        total += float(outcomes.sum())
        weighted += float(outcomes.sum()) * (shares[0] - shares[1])
    return weighted / total


def disparate_impact(counts: FacetCounts) -> float:
    """DI = q'_d / q'ₐ: the ratio of predicted acceptance, 0..infinity."""
    a, d = _outcomes(counts, PREDICTED)
    return divide(float(d[1] / d.sum()), float(a[1] / a.sum()))


def _by_facet(counts: FacetCounts, of: Callable[[Counts], float]) -> tuple[float, float]:
    _outcomes(counts, LABEL)
    return of(counts.table[0]), of(counts.table[1])


def _rest_less_facet(of: Callable[[Counts], float]) -> Callable[[FacetCounts], float]:
    return lambda counts: _difference(*_by_facet(counts, of))


def _facet_less_rest(of: Callable[[Counts], float]) -> Callable[[FacetCounts], float]:
    return lambda counts: _difference(*reversed(_by_facet(counts, of)))


def generalized_entropy(counts: FacetCounts) -> float:
    """GE of order 2 over the benefit b = y' - y + 1 (0, 1 or 2) of every row, >= 0."""
    cells = counts.table.sum(axis=0)
    rows = np.array([cells[1, 0], cells[0, 0] + cells[1, 1], cells[0, 1]], dtype=np.float64)
    total, benefit = rows.sum(), float(rows @ [0.0, 1.0, 2.0])
    if not benefit:
        raise UndefinedError("all predictions are false negatives" if total else "there are no rows")
    ratios = np.array([0.0, 1.0, 2.0]) / (benefit / total)
    return float((rows * (ratios**2 - 1.0)).sum() / (total * 2.0))


# Below, t is the table of one side: t[label, predicted].
accuracy_difference = _rest_less_facet(lambda t: divide(int(t[0, 0] + t[1, 1]), int(t.sum())))
acceptance_rates = _rest_less_facet(lambda t: divide(int(t[1, 1]), int(t[:, 1].sum())))
rejection_rates = _facet_less_rest(lambda t: divide(int(t[0, 0]), int(t[:, 0].sum())))
conditional_acceptance = _rest_less_facet(lambda t: divide(int(t[1].sum()), int(t[:, 1].sum())))
conditional_rejection = _facet_less_rest(lambda t: divide(int(t[0].sum()), int(t[:, 0].sum())))
recall_difference = _rest_less_facet(lambda t: divide(int(t[1, 1]), int(t[1].sum())))
specificity_difference = _facet_less_rest(lambda t: divide(int(t[0, 0]), int(t[0].sum())))
treatment_equality = _facet_less_rest(lambda t: divide(int(t[1, 0]), int(t[0, 1])))

Formula = Callable[[FacetCounts], float]

PRE_TRAINING: Final[Mapping[str, tuple[str, Formula]]] = {
    "CDDL": ("Conditional Demographic Disparity in Labels (CDDL)", lambda c: demographic_disparity(c, LABEL)),
    "CI": ("Class Imbalance (CI)", class_imbalance),
    "DPL": ("Difference in Positive Proportions in Labels (DPL)", lambda c: proportions(c, LABEL)),
    "JS": ("Jensen-Shannon Divergence (JS)", jensen_shannon),
    "KL": ("Kullback-Liebler Divergence (KL)", kullback_leibler),
    "KS": ("Kolmogorov-Smirnov Distance (KS)", lambda c: norm(c, math.inf)),
    "LP": ("L-p Norm (LP)", lambda c: norm(c, 2)),
    "TVD": ("Total Variation Distance (TVD)", lambda c: 0.5 * norm(c, 1)),
}
"""Metrics of the labels alone, in the order of Clarify's files, each with the description there (and its spelling)."""

POST_TRAINING: Final[Mapping[str, tuple[str, Formula]]] = {
    "AD": ("Accuracy Difference (AD)", accuracy_difference),
    "CDDPL": (
        "Conditional Demographic Disparity in Predicted Labels (CDDPL)",
        lambda c: demographic_disparity(c, PREDICTED),
    ),
    "DAR": ("Difference in Acceptance Rates (DAR)", acceptance_rates),
    "DCA": ("Difference in Conditional Acceptance (DCA)", conditional_acceptance),
    "DCR": ("Difference in Conditional Rejection (DCR)", conditional_rejection),
    "DI": ("Disparate Impact (DI)", disparate_impact),
    "DPPL": ("Difference in Positive Proportions in Predicted Labels (DPPL)", lambda c: proportions(c, PREDICTED)),
    "DRR": ("Difference in Rejection Rates (DRR)", rejection_rates),
    "GE": ("Generalized Entropy (GE)", generalized_entropy),
    "RD": ("Recall Difference (RD)", recall_difference),
    "SD": ("Specificity Difference (SD)", specificity_difference),
    "TE": ("Treatment Equality (TE)", treatment_equality),
}
"""Metrics of the predictions; the flip test (FT) is apart, for it needs the rows."""
FLIP_TEST: Final = ("FT", "Flip Test (FT)")
