"""Limits: suggested as real files have them, judged, and told in Model Monitor's words."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.baseline.sagemaker.document import SageMakerDocument
from driftline.errors import BaselineError
from driftline.quality.limits import Limit, constraints_document, judge, read_limits, suggest
from driftline.quality.measure import Measured, Metric, measure
from driftline.quality.problem import Problem
from driftline.quality.samples import Cells, sample_of
from driftline.quality.statistics import read_metrics, statistics_document
from driftline.quality.verdict import violations_document

LESS, GREATER = "LessThanThreshold", "GreaterThanThreshold"


def document(content: object, name: str = "constraints.json") -> SageMakerDocument:
    return SageMakerDocument(name, json.dumps(content).encode())


def binary(truth: list, predicted: list, scores: list | None = None) -> Measured:
    return measure(Problem.BINARY, sample_of(Problem.BINARY, Cells(truth, predicted, scores)))


def test_the_text_of_a_real_report() -> None:
    measured = Measured(Problem.BINARY, 334, {"f2": Metric(0.5972101133391456, 0.009672410517424079)})
    verdict = judge(measured, (Limit("f2", 0.839622641509434, LESS),))
    assert violations_document(verdict.entries).text.decode() == (
        "{\n"
        '  "violations" : [ {\n'
        '    "constraint_check_type" : "LessThanThreshold",\n'
        '    "description" : "Metric f2 with 0.5972101133391456 +/- 0.009672410517424079 was LessThanThreshold '
        "'0.839622641509434'\",\n"
        '    "metric_name" : "f2"\n'
        "  } ]\n"
        "}"
    )


def test_rates_are_in_camel_case_and_numbers_are_javas() -> None:
    measured = Measured(Problem.BINARY, 50, {"false_positive_rate": Metric(0.0002), "true_positive_rate": Metric(0.5)})
    limits = (Limit("false_positive_rate", 0.0001, GREATER), Limit("true_positive_rate", 1.0, LESS))
    assert [entry["description"] for entry in judge(measured, limits).entries] == [
        "Metric falsePositiveRate with 2.0E-4 +/- NaN was GreaterThanThreshold '1.0E-4'",
        "Metric truePositiveRate with 0.5 +/- NaN was LessThanThreshold '1.0'",
    ]
    assert [entry["metric_name"] for entry in judge(measured, limits).entries] == [
        "falsePositiveRate",
        "truePositiveRate",
    ]


def test_what_is_suggested_has_the_keys_and_operators_of_real_files() -> None:
    measured = binary([0, 0, 1, 1], [0, 1, 1, 1], [0.1, 0.6, 0.7, 0.9])
    content = constraints_document(Problem.BINARY, suggest(measured)).content()
    assert content["version"] == 0.0
    section = content["binary_classification_constraints"]
    assert list(section) == [
        "recall",
        "precision",
        "accuracy",
        "true_positive_rate",
        "true_negative_rate",
        "false_positive_rate",
        "false_negative_rate",
        "auc",
        "f0_5",
        "f1",
        "f2",
    ]
    assert {name for name, held in section.items() if held["comparison_operator"] == GREATER} == {
        "false_positive_rate",
        "false_negative_rate",
    }
    assert {name: held["threshold"] for name, held in section.items()} == {
        name: measured.metrics[name].value for name in section
    }


@pytest.mark.parametrize("problem", list(Problem))
def test_a_baseline_does_not_violate_itself_and_survives_its_files(problem: Problem) -> None:
    truth, predicted = [0, 1, 2, 1, 0, 2], [0, 1, 2, 2, 0, 1]
    if problem is Problem.BINARY:
        truth, predicted = [min(value, 1) for value in truth], [min(value, 1) for value in predicted]
    measured = measure(problem, sample_of(problem, Cells(truth, predicted)))
    held = constraints_document(problem, suggest(measured))
    found, limits = read_limits(document(json.loads(held.text)))
    assert (found, limits) == (problem, suggest(measured))
    verdict = judge(measured, limits)
    assert (verdict.entries, verdict.unknown, verdict.state) == ((), (), "OK")
    assert verdict.judged == len(limits)
    again, metrics = read_metrics(statistics_document(measured, "2026-11-21T06:00:00Z"))
    assert again is problem
    assert repr(dict(metrics)) == repr(dict(measured.metrics))


@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from([LESS, GREATER]))
def test_equal_is_not_beyond(value: float, threshold: float, operator: str) -> None:
    measured = Measured(Problem.BINARY, 10, {"recall": Metric(value)})
    broken = bool(judge(measured, (Limit("recall", threshold, operator),)).entries)
    assert broken == (value < threshold if operator == LESS else value > threshold)


def test_what_has_no_value_is_unknown_and_says_why() -> None:
    limits = (Limit("auc", 0.9, LESS), Limit("recall", 0.9, LESS), Limit("mae", 0.1, GREATER))
    verdict = judge(binary(["0", "0"], ["0", "0"]), limits)
    assert verdict.state == "UNKNOWN"
    assert verdict.unknown == (
        "auc needs a probability: name its column with --probability-attribute",
        "recall is not defined for these 2 rows: a class or all variance is absent",
        "mae is not a metric of BinaryClassification",
    )
    empty = judge(binary([None, "1"], ["1", None]), limits)
    assert empty.state == "UNKNOWN"
    assert empty.unknown == (
        "no row has both a ground truth and a prediction (1 with no usable ground truth, 1 with no usable prediction)",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"version": 0.0, "features": [], "monitoring_config": {}}, "expected one of binary_.*this is constraints"),
        ({"regression_constraints": []}, r"\$\.regression_constraints: must be an object"),
        (
            {"regression_constraints": {"mae": {"threshold": 1}}},
            r"mae\.comparison_operator: must be LessThan.*got None",
        ),
        (
            {"regression_constraints": {"mae": {"threshold": "x", "comparison_operator": GREATER}}},
            r"constraints.json: \$\.regression_constraints\.mae\.threshold: must be a number, got 'x'",
        ),
        ({"regression_constraints": {"mae": 3}}, "comparison_operator"),
    ],
)
def test_a_file_that_cannot_be_used_says_where(content: object, message: str) -> None:
    with pytest.raises(BaselineError, match=message):
        read_limits(document(content))


def test_the_constraints_of_another_problem_are_told() -> None:
    held = document({"regression_constraints": {"mae": {"threshold": 1, "comparison_operator": GREATER}}})
    with pytest.raises(BaselineError, match="expected binary_classification_constraints, got regression_constraints"):
        read_limits(held, Problem.BINARY)


def test_real_files_go_through_unchanged() -> None:
    text = (
        '{\n  "version" : 0.0,\n  "dataset" : {\n    "item_count" : 4,\n    "evaluation_time" : "2020-12-01T00:00:00Z"\n  },\n'
        '  "binary_classification_metrics" : {\n    "recall" : {\n      "value" : 1.0,\n      "standard_deviation" : "NaN"\n'
        '    },\n    "mine" : [ 1.0E-4 ]\n  }\n}'
    )
    held = SageMakerDocument("statistics.json", text.encode())
    assert held.edited({}).text.decode() == text
    problem, metrics = read_metrics(held)
    assert problem is Problem.BINARY
    assert list(metrics) == ["recall"]
    assert metrics["recall"].value == 1.0
    assert math.isnan(metrics["recall"].standard_deviation)


def test_long_curves_are_thinned_in_the_file_and_keep_their_ends() -> None:
    rows = 5_503  # the last point is no multiple of the step
    measured = binary([place % 2 for place in range(rows)], [0] * rows, [place / rows for place in range(rows)])
    section = json.loads(statistics_document(measured).text)["binary_classification_metrics"]
    for curve in (section["receiver_operating_characteristic_curve"], section["precision_recall_curve"]):
        sizes = {len(points) for points in curve.values()}
        assert len(sizes) == 1
        assert 1_000 <= sizes.pop() <= 2_000
    drawn = section["receiver_operating_characteristic_curve"]
    assert [drawn[key][place] for place in (0, -1) for key in drawn] == [0.0, 0.0, 1.0, 1.0]
    assert section["precision_recall_curve"]["recalls"][-1] == 1.0


def test_a_model_quality_file_is_called_by_its_name() -> None:
    measured = binary([0, 1], [0, 1])
    assert statistics_document(measured).kind == "model-quality statistics"
    assert constraints_document(Problem.BINARY, suggest(measured)).kind == "model-quality constraints"


def test_statistics_have_model_monitors_order_and_no_bare_nan() -> None:
    measured = binary([0, 0, 1, 1], [0, 1, 1, 1], [0.1, 0.6, 0.7, 0.9])
    held = statistics_document(measured, "2026-11-21T06:00:00Z", "2026-11-21T07:00:00Z")
    content = json.loads(held.text)
    assert content["dataset"] == {
        "item_count": 4,
        "start_time": "2026-11-21T06:00:00Z",
        "end_time": "2026-11-21T07:00:00Z",
    }
    keys = list(content["binary_classification_metrics"])
    assert keys[0] == "confusion_matrix"
    place = keys.index("receiver_operating_characteristic_curve")
    assert keys[place - 1 : place + 4] == [
        "false_negative_rate",
        "receiver_operating_characteristic_curve",
        "precision_recall_curve",
        "auc",
        "au_prc",
    ]
    assert content["binary_classification_metrics"]["recall"] == {"value": 1.0, "standard_deviation": "NaN"}
