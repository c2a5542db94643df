"""Bias and attribution against a baseline: Clarify's files, rule and words."""

from __future__ import annotations

import json
import math

import pytest

from driftline.baseline.sagemaker.document import SageMakerDocument
from driftline.errors import BaselineError
from driftline.quality.bias.config import BiasConfig, Facet
from driftline.quality.bias.report import BiasRows, bias_report
from driftline.quality.clarify import bias_sections, clarify_document, explanations, shap_values, violations_of
from driftline.quality.drift import judge_attributions, judge_bias, known_by


def analysis(**values: float | str | None) -> SageMakerDocument:
    metrics = [{"name": name, "description": name, "value": value} for name, value in values.items()]
    section = {
        "label": "y",
        "facets": {"Age": [{"value_or_threshold": "40", "metrics": metrics}]},
        "label_value_or_threshold": "1",
    }
    return clarify_document("analysis.json", {"version": "1.0", "post_training_bias_metrics": section})


@pytest.mark.parametrize(
    ("now", "allowed", "is_violated"),
    [
        (0.1, 0.2, False),
        (-0.3, 0.2, True),
        (0.2, 0.2, False),
        (-0.2, 0.2, False),
        (0.21, -0.2, True),
        ("Infinity", 2.9, True),
        ("-Infinity", "Infinity", False),
        (5.0, "Infinity", False),
        (0.1, 0.0, True),
        (0.0, 0.0, False),
    ],
)
def test_farther_from_nought_is_worse(now: float | str, allowed: float | str, is_violated: bool) -> None:
    verdict = judge_bias(analysis(DPPL=now), analysis(DPPL=allowed))
    assert bool(verdict.entries) == is_violated
    assert verdict.judged == 1


def test_the_entry_of_a_real_report() -> None:
    verdict = judge_bias(analysis(TE="Infinity"), analysis(TE=2.916666666666667))
    assert json.loads(violations_of(verdict.entries).text) == {
        "version": "1.0",
        "violations": [
            {
                "facet": "Age",
                "facet_value": "40",
                "metric_name": "TE",
                "constraint_check_type": "bias_drift_check",
                "description": "Metric value Infinity doesn't meet the baseline constraint requirement 2.916666666666667",
            }
        ],
    }


def test_what_has_no_value_on_either_side_is_not_judged() -> None:
    verdict = judge_bias(analysis(FT=None), analysis(FT=0.1, DI=None))
    assert (verdict.entries, verdict.judged, verdict.state) == ((), 0, "UNKNOWN")
    assert verdict.unknown == ("FT of Age = 40 has no value in this run",)


def test_a_report_goes_through_its_file_and_does_not_violate_itself() -> None:
    rows = BiasRows(
        {"age": [20, 30, 40, 50, 60, 70], "label": [1, 0, 1, 1, 0, 1]},
        label=[1, 0, 1, 1, 0, 1],
        predicted=[1, 1, 1, 0, 0, 1],
        label_name="label",
    )
    config = BiasConfig((Facet("age", (45,)),), (1,), label="label")
    baseline = clarify_document("analysis.json", bias_sections(bias_report(rows, config)))
    assert list(baseline.content()) == ["version", "post_training_bias_metrics", "pre_training_bias_metrics"]
    later = BiasRows(
        {name: cells * 9 for name, cells in rows.columns.items()}, list(rows.label) * 9, [1, 1, 1, 0, 0, 1] * 9
    )
    again = clarify_document("analysis.json", bias_sections(bias_report(later, config, known_by(baseline))))
    assert again.content()["post_training_bias_metrics"]["facets"]["age"][0]["value_or_threshold"] == "(45, 70]"
    verdict = judge_bias(again, baseline)
    assert not verdict.entries
    assert verdict.judged > 15


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"version": "1.0"}, "a.json: expected post_training_bias_metrics or pre_training"),
        ({"post_training_bias_metrics": {"facets": []}}, r"\$\.post_training_bias_metrics\.facets: must be an object"),
        (
            {"post_training_bias_metrics": {"facets": {"Age": [{"metrics": [{"name": "DI", "value": "much"}]}]}}},
            r'Age\[0\]\.DI: must be a number or "Infinity", got \'much\'',
        ),
        ({"pre_training_bias_metrics": {"facets": {"Age": [{}]}}}, r"Age\[0\]\.metrics: must be a list"),
    ],
)
def test_an_analysis_that_cannot_be_read_says_where(content: dict, message: str) -> None:
    with pytest.raises(BaselineError, match=message):
        judge_bias(analysis(DI=1.0), SageMakerDocument("a.json", json.dumps(content).encode()))


BASELINE = clarify_document("analysis.json", explanations({"label0": {"a": 0.7, "b": 0.5, "c": 0.05}}, {"label0": 0.4}))


def test_the_order_of_features_is_judged_in_clarifys_words() -> None:
    verdict = judge_attributions({"label0": {"a": 0.05, "b": 0.5, "c": 0.7}}, BASELINE)
    (entry,) = verdict.entries
    score = float(entry["description"].removeprefix("Feature attribution drift ").split()[0])
    assert score == pytest.approx(0.688, abs=5e-4)
    assert entry == {
        "label": "label0",
        "metric_name": "shap",
        "constraint_check_type": "feature_attribution_drift_check",
        "description": f"Feature attribution drift {score} exceeds threshold 0.9",
    }
    assert judge_attributions(shap_values(BASELINE), BASELINE).state == "OK"


def test_attributions_of_other_features_are_refused_by_name() -> None:
    with pytest.raises(BaselineError, match=r"label0 are not those of this run: missing b, c; unknown d"):
        judge_attributions({"label0": {"a": 1.0, "d": 2.0}}, BASELINE)


def test_a_label_without_attributions_is_unknown() -> None:
    assert judge_attributions({}, BASELINE).unknown == ("label label0 has no attributions in this run",)
    nought = clarify_document("analysis.json", explanations({"label0": {"a": 0.0, "b": 0.0}}))
    assert judge_attributions({"label0": {"a": 1.0, "b": math.pi}}, nought).state == "UNKNOWN"
