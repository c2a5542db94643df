"""Samples: what rows count, what is left out and why, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from driftline.errors import ConfigError
from driftline.quality.measure import measure
from driftline.quality.problem import Problem
from driftline.quality.samples import Cells, sample_of
from driftline.quality.spread import ENOUGH


def test_one_class_in_many_spellings_is_one_class() -> None:
    sample = sample_of(Problem.BINARY, Cells(["1", 1, 1.0, "1.0", "0.0"], ["1.0", 1, "1", 1.0, 0]))
    assert sample.labels == ("0", "1")
    assert sample.actual.tolist() == sample.predicted.tolist() == [1, 1, 1, 1, 0]


def test_classes_of_other_signs_are_others() -> None:
    assert sample_of(Problem.MULTICLASS, Cells(["-1", "1", "10", "9"], ["-1", 1, 10, 9])).labels == (
        "-1",
        "1",
        "9",
        "10",
    )


def test_rows_that_lack_something_are_left_out_and_counted() -> None:
    truth = ["1", None, "0", "1", "0", math.nan]
    predicted = ["1", "1", None, "0", "0", "0"]
    scores = [0.9, 0.8, 0.7, math.nan, "0.1", 0.2]
    sample = sample_of(Problem.BINARY, Cells(truth, predicted, scores))
    assert len(sample) == 2
    assert sample.left_out == {"no usable ground truth": 2, "no usable prediction": 1, "no usable probability": 1}
    regressed = sample_of(Problem.REGRESSION, Cells([1.0, None, 3, "x"], ["1.5", 2, math.inf, 1]))
    assert regressed.actual.tolist() == [1.0]
    assert regressed.left_out == {"no usable ground truth": 2, "no usable prediction": 1}


def test_a_probability_above_the_threshold_is_the_positive_class() -> None:
    cells = Cells(["no", "yes", "yes"], None, [0.8, 0.81, 0.1])
    sample = sample_of(Problem.BINARY, cells, threshold=0.8)
    assert [sample.labels[place] for place in sample.predicted.tolist()] == ["no", "yes", "no"]
    assert [sample.labels[place] for place in sample_of(Problem.BINARY, cells, 0.8, "no").predicted.tolist()] == [
        "yes",
        "no",
        "yes",
    ]


@pytest.mark.parametrize(
    ("problem", "cells", "positive", "message"),
    [
        (Problem.BINARY, Cells(["1"], None), None, "needs --inference-attribute or --probability-attribute"),
        (Problem.MULTICLASS, Cells(["1"], None, [0.5]), None, "needs --inference-attribute"),
        (Problem.REGRESSION, Cells(["1"], None), None, "needs --inference-attribute"),
        (Problem.BINARY, Cells(["0", "1"], ["0.3", "0.7"]), None, "has two classes, got 4 .*--probability-attribute"),
        (Problem.BINARY, Cells(["0", "1"], ["0", "1"]), "yes", "the positive class 'yes' must be one of .*'0', '1'"),
    ],
)
def test_what_cannot_be_measured_says_what_to_do(
    problem: Problem, cells: Cells, positive: str | None, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        sample_of(problem, cells, positive=positive)


def test_a_window_without_the_other_class_still_knows_which_is_positive() -> None:
    sample = sample_of(Problem.BINARY, Cells(["0", "0"], ["0", "0"]))
    found = measure(Problem.BINARY, sample)
    assert found.confusion is not None
    assert found.confusion.document() == {"0": {"0": 2, "1": 0}, "1": {"0": 0, "1": 0}}
    assert found.metrics["true_negative_rate"].value == 1.0
    assert set(found.undefined) >= {"recall", "precision", "f1"}


def test_deviations_begin_at_two_hundred_rows_and_are_repeatable() -> None:
    def deviation(rows: int) -> float:
        truth = np.random.default_rng(3).integers(0, 2, rows).tolist()
        predicted = np.random.default_rng(4).integers(0, 2, rows).tolist()
        return (
            measure(Problem.BINARY, sample_of(Problem.BINARY, Cells(truth, predicted)))
            .metrics["accuracy"]
            .standard_deviation
        )

    assert math.isnan(deviation(ENOUGH - 1))
    assert deviation(ENOUGH) == deviation(ENOUGH)
    # a mean of 80 % of n rows without replacement has variance p (1 - p) (1 - 0.8) / (0.8 n); five draws are within a factor 4
    assert deviation(2000) == pytest.approx(math.sqrt(0.25 * 0.2 / 1600), rel=3.0)
    assert deviation(2000) > math.sqrt(0.25 * 0.2 / 1600) / 4
