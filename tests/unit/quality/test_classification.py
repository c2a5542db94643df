"""Metrics of classification: AWS's published figures to the digit, and a plain count of rows."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.quality.confusion import Confusion
from driftline.quality.measure import measure
from driftline.quality.problem import Problem
from driftline.quality.samples import Cells, sample_of

BETAS = {"f0_5": Fraction(1, 4), "f1": Fraction(1), "f2": Fraction(4)}


def measured(problem: Problem, truth: list, predicted: list, scores: list | None = None) -> dict[str, float]:
    found = measure(problem, sample_of(problem, Cells(truth, predicted, scores)))
    return {name: metric.value for name, metric in found.metrics.items()}


def test_the_binary_example_of_the_documentation() -> None:
    found = measured(Problem.BINARY, ["0", "0", "0", "1"], ["0", "1", "1", "1"], [0.9, 0.6, 0.7, 0.8])
    assert {name: value for name, value in found.items() if name not in {"auc", "au_prc"}} == {
        "recall": 1.0,
        "precision": 0.3333333333333333,
        "accuracy": 0.5,
        "recall_best_constant_classifier": 1.0,
        "precision_best_constant_classifier": 0.25,
        "accuracy_best_constant_classifier": 0.25,
        "true_positive_rate": 1.0,
        "true_negative_rate": 0.33333333333333337,
        "false_positive_rate": 0.6666666666666666,
        "false_negative_rate": 0.0,
        "f0_5": 0.3846153846153846,
        "f1": 0.5,
        "f2": 0.7142857142857143,
        "f0_5_best_constant_classifier": 0.29411764705882354,
        "f1_best_constant_classifier": 0.4,
        "f2_best_constant_classifier": 0.625,
    }
    assert list(found)[10:14] == ["auc", "au_prc", "f0_5", "f1"]


def test_the_multiclass_example_of_the_documentation() -> None:
    truth = ["0"] * 1690 + ["1"] * 406
    predicted = ["0"] * 1180 + ["1"] * 510 + ["0"] * 268 + ["1"] * 138
    assert measured(Problem.MULTICLASS, truth, predicted) == {
        "accuracy": 0.6288167938931297,
        "weighted_recall": 0.6288167938931297,
        "weighted_precision": 0.6983172269629505,
        "weighted_f0_5": 0.6803947317178771,
        "weighted_f1": 0.6571162346664904,
        "weighted_f2": 0.6384024354394601,
        "accuracy_best_constant_classifier": 0.19370229007633588,
        "weighted_recall_best_constant_classifier": 0.19370229007633588,
        "weighted_precision_best_constant_classifier": 0.03752057718081697,
        "weighted_f0_5_best_constant_classifier": 0.04473443104152011,
        "weighted_f1_best_constant_classifier": 0.06286421244683643,
        "weighted_f2_best_constant_classifier": 0.10570313141262414,
    }


def test_the_best_constant_classifier_answers_with_the_least_frequent_class() -> None:
    found = measured(Problem.BINARY, [1] * 92 + [0] * 109, [1] * 201)
    assert found["precision_best_constant_classifier"] == pytest.approx(0.457711, abs=5e-7)
    rare_negative = measured(Problem.BINARY, [1, 1, 1, 0], [1, 1, 1, 1])
    assert rare_negative["accuracy_best_constant_classifier"] == 0.25
    assert rare_negative["recall_best_constant_classifier"] == 0.0
    assert measured(Problem.BINARY, [1, 0], [1, 0])["recall_best_constant_classifier"] == 1.0  # of equals, the last


def of_class(truth: list[str], predicted: list[str], label: str) -> tuple[int, int, int]:
    pairs = list(zip(truth, predicted, strict=True))
    hits = sum(t == label == p for t, p in pairs)
    return hits, sum(p == label for _, p in pairs), sum(t == label for t, _ in pairs)


def naive_weighted(truth: list[str], predicted: list[str]) -> dict[str, Fraction]:
    rows = len(truth)
    found: dict[str, Fraction] = dict.fromkeys(("recall", "precision", *BETAS), Fraction(0))
    for label in set(truth):
        hits, said, there = of_class(truth, predicted, label)
        weight = Fraction(there, rows)
        precision, recall = Fraction(hits, said) if said else Fraction(0), Fraction(hits, there)
        found["recall"] += weight * recall
        found["precision"] += weight * precision
        for name, square in BETAS.items():
            both = square * precision + recall
            found[name] += weight * ((1 + square) * precision * recall / both if both else 0)
    return found


rows_of = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcde")), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(rows_of)
def test_weighted_metrics_are_those_of_a_plain_count(rows: list[tuple[str, str]]) -> None:
    truth, predicted = [row[0] for row in rows], [row[1] for row in rows]
    found, plain = measured(Problem.MULTICLASS, truth, predicted), naive_weighted(truth, predicted)
    for name, value in plain.items():
        assert found[f"weighted_{name}"] == pytest.approx(float(value), abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=40))
def test_binary_metrics_are_those_of_a_plain_count(rows: list[tuple[bool, bool]]) -> None:
    found = measured(Problem.BINARY, [row[0] for row in rows], [row[1] for row in rows])
    true = sum(t and p for t, p in rows)
    false = sum(p and not t for t, p in rows)
    missed = sum(t and not p for t, p in rows)
    left = len(rows) - true - false - missed

    def share(part: int, whole: int) -> object:
        return pytest.approx(part / whole) if whole else pytest.approx(math.nan, nan_ok=True)

    for name in ("recall", "true_positive_rate"):
        assert found[name] == share(true, true + missed)
    assert found["precision"] == share(true, true + false)
    assert found["accuracy"] == share(true + left, len(rows))
    assert found["false_positive_rate"] == share(false, false + left)
    assert found["true_negative_rate"] == share(left, false + left)
    assert found["false_negative_rate"] == share(missed, true + missed)
    for name, square in BETAS.items():
        weighted = (1 + square) * true
        assert found[name] == share(float(weighted), float(weighted + square * missed + false))


def test_without_rows_nothing_is_defined_and_nothing_fails() -> None:
    for problem in Problem:
        values = measured(problem, [], [])
        assert values
        assert all(math.isnan(value) for value in values.values())


@given(rows_of, rows_of)
def test_confusions_merge_to_that_of_all_rows(one: list[tuple[str, str]], two: list[tuple[str, str]]) -> None:
    def confusion(rows: list[tuple[str, str]]) -> Confusion:
        labels = sorted({label for row in rows for label in row})
        return Confusion.of(labels, *([labels.index(row[side]) for row in rows] for side in (0, 1)))

    assert confusion(one).merge(confusion(two)).document() == confusion(one + two).document()
    assert confusion(two).merge(confusion(one)).document() == confusion(one + two).document()
