"""The flip test: by hand, and against distances computed row by row."""

from __future__ import annotations

import numpy as np
import pytest

from driftline.quality.bias import fliptest
from driftline.quality.bias.fliptest import flip_test
from driftline.quality.bias.formulas import UndefinedError


def test_below_ten_rows_the_one_nearest_row_decides() -> None:
    features = np.array([[0.0], [10.0], [1.0], [9.0], [8.0]])
    sensitive = np.array([False, False, True, True, True])
    accepted = np.array([True, False, False, True, True])
    # row 2 is near the accepted one (F-), rows 3 and 4 are near the refused one (F+)
    assert flip_test(features, sensitive, accepted) == pytest.approx((2 - 1) / 3)


def test_five_neighbours_vote_row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fliptest, "_AT_ONCE", 100)
    chance = np.random.default_rng(5)
    features = chance.normal(size=(120, 3))
    sensitive, accepted = chance.random(120) < 0.4, chance.random(120) < 0.5
    rest, flips = np.flatnonzero(~sensitive), 0
    for row in np.flatnonzero(sensitive):
        near = sorted(rest.tolist(), key=lambda other: float(((features[row] - features[other]) ** 2).sum()))[:5]
        expected = sum(bool(accepted[other]) for other in near) >= 3
        flips += int(accepted[row]) - int(expected)
    assert flip_test(features, sensitive, accepted) == pytest.approx(flips / sensitive.sum())


@pytest.mark.parametrize(
    ("features", "sensitive", "message"),
    [
        (np.zeros((2, 1)), [True, True], "outside"),
        (np.zeros((2, 0)), [True, False], "numbers"),
        (np.array([[1.0], [np.nan]]), [True, False], "numbers"),
    ],
)
def test_what_it_needs_is_said(features: np.ndarray, sensitive: list[bool], message: str) -> None:
    with pytest.raises(UndefinedError, match=message):
        flip_test(features, np.array(sensitive), np.array([True, False]))


def test_too_many_pairs_are_refused_before_they_are_compared() -> None:
    rows = 20_000
    with pytest.raises(UndefinedError, match="at most 25000000 pairs of rows, got 10000 x 10000"):
        flip_test(np.zeros((rows, 1)), np.arange(rows) % 2 == 0, np.zeros(rows, dtype=bool))
