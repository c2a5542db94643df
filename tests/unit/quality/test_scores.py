"""Histograms of scores: they merge exactly, and the true area is within the error that they state."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.quality.curves import curves
from driftline.quality.scores import BINS, ScoreHistogram

scores_of = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.5, 0.5001, 0.5002, 1.0]))
rows_of = st.lists(st.tuples(scores_of, st.booleans()), max_size=60)


def arrays(rows: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([row[0] for row in rows], dtype=float), np.array([row[1] for row in rows], dtype=np.bool_)


@settings(max_examples=100, deadline=None)
@given(rows_of)
def test_the_true_area_is_within_the_stated_error(rows: list[tuple[float, bool]]) -> None:
    found, exact = ScoreHistogram.of(*arrays(rows)), curves(*arrays(rows)).auc
    assert math.isnan(found.auc) == math.isnan(exact)
    if not math.isnan(exact):
        assert abs(found.auc - exact) <= found.error + 1e-12


@settings(max_examples=60, deadline=None)
@given(rows_of, rows_of)
def test_parts_merge_to_the_whole(one: list[tuple[float, bool]], two: list[tuple[float, bool]]) -> None:
    merged = ScoreHistogram.of(*arrays(one)).merge(ScoreHistogram.of(*arrays(two)))
    assert merged.counts.tolist() == ScoreHistogram.of(*arrays(one + two)).counts.tolist()


def test_even_scores_are_off_by_at_most_what_the_number_of_bins_says() -> None:
    chance = np.random.default_rng(2)
    found = ScoreHistogram.of(chance.random(200_000), chance.random(200_000) < 0.5)
    assert found.error == pytest.approx(0.5 / BINS, rel=0.05)
