"""Drift of bias and of attributions: a run's ``analysis.json`` held against the baseline's, rule and text as in Clarify."""

from __future__ import annotations

import math
from collections.abc import Mapping

from driftline.baseline.sagemaker.document import SageMakerDocument
from driftline.errors import BaselineError
from driftline.quality.attribution import THRESHOLD, ndcg
from driftline.quality.bias.report import Known
from driftline.quality.bias.selection import recalled
from driftline.quality.clarify import bias_values, clarify_number, label_values, shap_values
from driftline.quality.verdict import Entry, Verdict

BIAS_DRIFT = "bias_drift_check"
ATTRIBUTION_DRIFT = "feature_attribution_drift_check"


def known_by(baseline: SageMakerDocument) -> Known:
    """What the baseline says about who is sensitive and what is positive, for the report of a window."""
    facets: dict[str, dict[str, None]] = {}
    for _, facet, value, _, _ in bias_values(baseline):
        facets.setdefault(facet, {})[value] = None
    positive = label_values(baseline)
    return Known(
        None if positive is None else recalled(positive),
        {facet: tuple(map(recalled, values)) for facet, values in facets.items()},
    )


def judge_bias(current: SageMakerDocument, baseline: SageMakerDocument) -> Verdict:
    """Every metric that is farther from nought than in the baseline, in the baseline's order: |value| > |baseline|.

    Infinity is farther than any number and no farther than itself. What either side has no value for is not judged.
    """
    now = {(section, facet, value, name): number for section, facet, value, name, number in bias_values(current)}
    entries: list[Entry] = []
    unknown: list[str] = []
    judged = 0
    for section, facet, value, name, allowed in bias_values(baseline):
        if allowed is None:
            continue
        found = now.get((section, facet, value, name))
        if found is None:
            unknown.append(f"{name} of {facet} = {value} has no value in this run")
            continue
        judged += 1
        if abs(found) > abs(allowed):
            entries.append(_bias_entry(facet, value, name, found, allowed))
    return Verdict(tuple(entries), tuple(unknown), judged)


def _bias_entry(facet: str, value: str, name: str, found: float, allowed: float) -> Entry:
    return {
        "facet": facet,
        "facet_value": value,
        "metric_name": name,
        "constraint_check_type": BIAS_DRIFT,
        "description": (
            f"Metric value {clarify_number(found)} doesn't meet the baseline constraint requirement "
            f"{clarify_number(allowed)}"
        ),
    }


def judge_attributions(
    current: Mapping[str, Mapping[str, float]], baseline: SageMakerDocument, threshold: float = THRESHOLD
) -> Verdict:
    """Every label whose nDCG is below ``threshold``. BaselineError when the features are not the baseline's."""
    entries: list[Entry] = []
    unknown: list[str] = []
    expected = shap_values(baseline)
    for label, values in expected.items():
        live = current.get(label)
        if live is None:
            unknown.append(f"label {label} has no attributions in this run")
            continue
        _check_features(baseline.name, label, values, live)
        score = ndcg(values, live)
        if math.isnan(score):
            unknown.append(f"nDCG of {label} is not defined: no baseline value is above 0")
        elif score < threshold:
            entries.append(_attribution_entry(label, score, threshold))
    return Verdict(tuple(entries), tuple(unknown), len(expected) - len(unknown))


def _check_features(name: str, label: str, baseline: Mapping[str, float], live: Mapping[str, float]) -> None:
    absent, more = sorted(baseline.keys() - live.keys()), sorted(live.keys() - baseline.keys())
    if absent or more:
        raise BaselineError(
            f"{name}: the features of {label} are not those of this run: missing {', '.join(absent) or 'none'}; "
            f"unknown {', '.join(more) or 'none'}"
        )


def _attribution_entry(label: str, score: float, threshold: float) -> Entry:
    return {
        "label": label,
        "metric_name": "shap",
        "constraint_check_type": ATTRIBUTION_DRIFT,
        "description": (
            f"Feature attribution drift {clarify_number(score)} exceeds threshold {clarify_number(threshold)}"
        ),
    }
