"""Metrics of regression: AWS's published figures, and exact fractions."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.quality.regression import regression


def of(truth: list[float], predicted: list[float]) -> dict[str, float]:
    return dict(regression(np.array(truth, dtype=float), np.array(predicted, dtype=float)))


def test_the_example_of_the_documentation() -> None:
    found = of([0] * 1690 + [1] * 406, [0] * 1180 + [1] * 510 + [0] * 268 + [1] * 138)
    assert found["mae"] == found["mse"] == 0.3711832061068702
    assert found["rmse"] == 0.609248066149471
    assert found["r2"] == pytest.approx(-1.3766111872212665, rel=1e-14)


numbers = st.floats(-1e6, 1e6).map(lambda x: round(x, 3))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=30))
def test_the_figures_are_those_of_exact_fractions(rows: list[tuple[float, float]]) -> None:
    found = of([row[0] for row in rows], [row[1] for row in rows])
    errors = [Fraction(p) - Fraction(t) for t, p in rows]
    mean = sum(Fraction(t) for t, _ in rows) / len(rows)
    total = sum((Fraction(t) - mean) ** 2 for t, _ in rows)
    squared = sum(error * error for error in errors)
    assert found["mae"] == pytest.approx(float(sum(map(abs, errors)) / len(rows)), rel=1e-9)
    assert found["rmse"] == pytest.approx(math.sqrt(squared / len(rows)), rel=1e-9)
    expected = float(1 - squared / total) if total else math.nan
    assert found["r2"] == pytest.approx(expected, rel=1e-6, abs=1e-6, nan_ok=True)


def test_one_row_has_errors_but_no_explained_variance() -> None:
    found = of([2.0], [3.0])
    assert (found["mae"], found["mse"], found["rmse"]) == (1.0, 1.0, 1.0)
    assert math.isnan(found["r2"])


def test_a_truth_that_never_changes_has_no_variance_to_explain_whatever_its_mean_rounds_to() -> None:
    assert math.fsum([0.1] * 3) / 3 != 0.1
    assert math.isnan(of([0.1] * 3, [0.1, 0.2, 0.3])["r2"])


def test_the_order_of_rows_does_not_matter() -> None:
    chance = np.random.default_rng(7)
    truth, predicted = chance.normal(1e8, 1, 999), chance.normal(1e8, 1, 999)
    order = chance.permutation(999)
    assert dict(regression(truth, predicted)) == dict(regression(truth[order], predicted[order]))
