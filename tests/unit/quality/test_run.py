"""Runs: labelled rows against the files of a baseline, as a schedule or a command has them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from driftline.baseline.sagemaker.document import SageMakerDocument
from driftline.errors import BaselineError, ConfigError
from driftline.quality.attribution import global_values
from driftline.quality.bias.config import BiasConfig, Facet
from driftline.quality.choosing import Attributes
from driftline.quality.joining import MergedRow
from driftline.quality.problem import Problem
from driftline.quality.run import Outcome, attribution_run, bias_run, quality_run

ATTRIBUTES = Attributes(inference="0", probability="1")


def rows(count: int, wrong: float, seed: int = 1) -> list[MergedRow]:
    chance = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        truth = int(chance.random() < 0.4)
        answer = truth if chance.random() > wrong else 1 - truth
        score = round(float(np.clip(answer * 0.6 + chance.random() * 0.4, 0, 1)), 4)
        sex, age = "fm"[int(chance.integers(0, 2))], int(chance.integers(18, 80))
        found.append(MergedRow([sex, str(age)], [str(answer), str(score)], [str(truth)]))
    return found


def test_the_rows_of_the_baseline_do_not_violate_it_and_worse_ones_do() -> None:
    made = quality_run(rows(400, 0.1), Problem.BINARY, ATTRIBUTES)
    assert list(made.files) == ["statistics.json", "constraints.json"]
    again = quality_run(rows(400, 0.1), Problem.BINARY, ATTRIBUTES, made.files["constraints.json"])
    assert (again.verdict.state, again.verdict.judged) == ("OK", 11)
    worse = quality_run(rows(400, 0.3, seed=2), Problem.BINARY, ATTRIBUTES, made.files["constraints.json"])
    assert list(worse.files) == ["statistics.json", "constraints.json", "constraint_violations.json"]
    entries = json.loads(worse.files["constraint_violations.json"].text)["violations"]
    assert {entry["metric_name"] for entry in entries} >= {"accuracy", "auc", "falsePositiveRate", "trueNegativeRate"}
    assert worse.files["constraints.json"] is made.files["constraints.json"]
    accuracy = worse.figures["accuracy"]
    assert (
        f"Metric accuracy with {accuracy.value!r} +/- {accuracy.standard_deviation!r} was" in entries[2]["description"]
    )


def test_without_rows_it_is_unknown_and_a_baseline_is_refused() -> None:
    made = quality_run(rows(50, 0.1), Problem.BINARY, ATTRIBUTES)
    empty = quality_run([], Problem.BINARY, ATTRIBUTES, made.files["constraints.json"])
    assert (empty.verdict.state, empty.rows) == ("UNKNOWN", 0)
    assert json.loads(empty.files["constraint_violations.json"].text) == {"violations": []}
    with pytest.raises(ConfigError, match="a baseline needs rows with a truth and a prediction, got none of 0"):
        quality_run([], Problem.BINARY, ATTRIBUTES)


def test_one_row_is_measured() -> None:
    single = quality_run([MergedRow([], ["1", "0.9"], ["1"])], Problem.BINARY, ATTRIBUTES)
    assert single.figures["recall"].value == 1.0
    assert (
        "false_positive_rate"
        not in json.loads(single.files["constraints.json"].text)["binary_classification_constraints"]
    )


BIAS = BiasConfig((Facet("sex", ("f",)), Facet("age", (40,))), (1,), headers=("sex", "age", "label"), label="label")


def test_bias_of_captures_by_the_headers_of_the_configuration() -> None:
    made = bias_run(rows(600, 0.1), BIAS, ATTRIBUTES)
    assert made.figures["CI sex = f"].is_defined
    assert bias_run(rows(600, 0.1), BIAS, ATTRIBUTES, made.files["analysis.json"]).verdict.state == "OK"
    favoured = [
        MergedRow(row.inputs, ["1" if row.inputs[0] == "m" else "0", "0.5"], row.truth) for row in rows(600, 0.1)
    ]
    found = bias_run(favoured, BIAS, ATTRIBUTES, made.files["analysis.json"])
    of_sex = {entry["metric_name"] for entry in found.verdict.entries if entry["facet"] == "sex"}
    assert {"DPPL", "DI"} & of_sex == {"DPPL"}  # DI, as there, is only worse when it is farther from nought
    assert {entry["constraint_check_type"] for entry in found.verdict.entries} == {"bias_drift_check"}


def test_a_probability_and_a_threshold_stand_in_for_the_predicted_label() -> None:
    by_label = bias_run(rows(300, 0.1), BIAS, Attributes(inference="0"))
    by_score = bias_run(rows(300, 0.1), BIAS, Attributes(probability="1", threshold=0.5))
    assert by_score.figures["DPPL sex = f"] == by_label.figures["DPPL sex = f"]
    equal = [MergedRow([sex, "30"], ["1", "0.5"], [str(place % 2)]) for place, sex in enumerate("fmmffm")]
    at_threshold = bias_run(equal, BIAS, Attributes(probability="1", threshold=0.5))
    assert at_threshold.figures["DI sex = f"].value == 0.0  # nobody is above it: 0/0 is nought


def test_rows_without_truth_or_answer_are_left_out_of_bias() -> None:
    holes = [MergedRow(["f", "30"], ["1", "0.9"], [None]), MergedRow(["f", "30"], [None, None], ["1"])]
    found = bias_run([*rows(100, 0.1), *holes], BIAS, ATTRIBUTES)
    assert (found.rows, found.notes) == (100, ("2 rows were left out: no usable ground truth or prediction",))
    made = found.files["analysis.json"]
    assert bias_run(holes, BIAS, ATTRIBUTES, made).verdict.state == "UNKNOWN"
    with pytest.raises(ConfigError, match="got none of 2"):
        bias_run(holes, BIAS, ATTRIBUTES)


def test_headers_that_do_not_fit_the_rows_are_told() -> None:
    with pytest.raises(ConfigError, match="names 1 headers, a row of the captures has 2 inputs"):
        bias_run(rows(9, 0.1), BiasConfig((Facet("sex"),), (1,), headers=("sex",)), ATTRIBUTES)


def attributions(*values: tuple[float, float, float]) -> Outcome:
    table = [dict(zip("abc", row, strict=True)) for row in values]
    return attribution_run(global_values(table, {"label0": ("a", "b", "c")}), len(table))


def test_attributions_of_rows_become_one_value_and_are_judged() -> None:
    made = attributions((0.9, -0.5, 0.0), (-0.5, 0.5, 0.1))
    assert made.figures["a label0"].value == pytest.approx(0.7)
    later = {"label0": {"a": 0.05, "b": 0.5, "c": 0.7}}
    assert attribution_run(later, 2, made.files["analysis.json"]).verdict.state == "VIOLATED"
    assert attribution_run({"label0": {"a": 7.0, "b": 5, "c": 0}}, 2, made.files["analysis.json"]).verdict.state == "OK"


def test_columns_of_attributions_may_be_named_by_label() -> None:
    table = [{"a_x": 1.0, "a_y": -3.0}, {"a_x": 2.0, "a_y": None}]
    assert global_values(table, {"x": ("a",), "y": ("a",)}, "mean_sq") == {"x": {"a": 2.5}, "y": {"a": 9.0}}
    with pytest.raises(ConfigError, match="expected a column b_x or b"):
        global_values(table, {"x": ("b",)})


def test_another_kind_of_file_is_told_as_such() -> None:
    analysis = attributions((1.0, 1.0, 1.0)).files["analysis.json"]
    with pytest.raises(BaselineError, match=r"expected binary_classification_constraints.*an explainability analysis"):
        quality_run(rows(9, 0.1), Problem.BINARY, ATTRIBUTES, analysis)
    constraints = SageMakerDocument("c.json", b'{"version": 0.0, "regression_constraints": {}}')
    with pytest.raises(BaselineError, match="expected post_training_bias_metrics"):
        bias_run(rows(9, 0.1), BIAS, ATTRIBUTES, constraints)
