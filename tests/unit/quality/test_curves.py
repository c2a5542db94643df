"""Curves: AWS's published points, and the areas counted pair by pair."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.quality.curves import curves

rows_of = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.5, 0.50000001, 1.0]), st.booleans()), min_size=1, max_size=40)


def drawn(rows: list[tuple[float, bool]]) -> object:
    return curves(np.array([row[0] for row in rows]), np.array([row[1] for row in rows], dtype=np.bool_))


def test_the_points_of_the_documentation() -> None:
    found = drawn([(0.9, True), (0.8, True), (0.7, True), (0.6, True)])
    assert found.false_positive_rates.tolist() == [0.0, 0.0, 0.0, 0.0, 0.0, 1.0]
    assert found.true_positive_rates.tolist() == [0.0, 0.25, 0.5, 0.75, 1.0, 1.0]
    assert found.precisions.tolist() == [1.0, 1.0, 1.0, 1.0, 1.0]
    assert found.recalls.tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert math.isnan(found.auc)


@settings(max_examples=80, deadline=None)
@given(rows_of)
def test_auc_is_the_share_of_pairs_in_the_right_order(rows: list[tuple[float, bool]]) -> None:
    positive = [score for score, hit in rows if hit]
    negative = [score for score, hit in rows if not hit]
    pairs = [(p > n) + 0.5 * (p == n) for p in positive for n in negative]
    expected = sum(pairs) / len(pairs) if pairs else math.nan
    assert drawn(rows).auc == pytest.approx(expected, nan_ok=True)


@settings(max_examples=80, deadline=None)
@given(rows_of)
def test_every_point_is_a_threshold_and_the_area_is_of_trapezoids(rows: list[tuple[float, bool]]) -> None:
    found, points = drawn(rows), []
    positives = sum(hit for _, hit in rows)
    for threshold in sorted({score for score, _ in rows}, reverse=True):
        said = [hit for score, hit in rows if score >= threshold]
        points.append((sum(said) / positives if positives else 0.0, sum(said) / len(said)))
    points = [(0.0, points[0][1]), *points]
    assert list(zip(found.recalls.tolist(), found.precisions.tolist(), strict=True)) == points
    area = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in itertools.pairwise(points))
    defined = 0 < positives < len(rows)
    assert found.au_prc == pytest.approx(area if defined else math.nan, nan_ok=True)


def test_no_rows_give_bare_corners() -> None:
    found = drawn([])
    assert found.true_positive_rates.tolist() == [0.0, 1.0]
    assert found.recalls.tolist() == [0.0]
    assert math.isnan(found.auc)
