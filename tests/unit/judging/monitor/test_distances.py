"""Deequ's distances to the last digit, by its own published tests; and how far its sketch of the window may be off."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.baseline.sagemaker.kll import KllSketch
from driftline.baseline.sagemaker.points import Points
from driftline.judging.monitor.distances import categorical_distance, chi_squared, numeric_distance, robust

TOLERANCE = 0.002
"""What docs/sagemaker.md promises of windows of up to 300,000 rows."""

ONE = {"a": 10, "b": 20, "c": 25, "d": 10, "e": 5}
SAMPLE = {"a": 207, "b": 20, "c": 25, "d": 14, "e": 25}
BASE = {"a": 223, "b": 20, "c": 25, "d": 12, "e": 13}


def counts(baseline: dict[str, int], window: dict[str, int]) -> tuple[np.ndarray, np.ndarray, tuple[int, ...]]:
    known = [window.get(key, 0) for key in baseline]
    return np.array([*baseline.values()]), np.array(known), tuple(n for key, n in window.items() if key not in baseline)


def numbers(baseline: list[float], window: list[float]) -> tuple[np.ndarray, np.ndarray]:
    edges, weights = Points.of([baseline]).on_edges()
    ranks = np.searchsorted(np.sort(window), edges)
    return weights, np.diff(ranks, prepend=0, append=len(window))


def test_numbers() -> None:
    simple = numeric_distance(*numbers([1, 2, 3, 4], [2, 3, 4, 5]))
    assert simple == 0.25
    assert robust(simple, 4, 4) == 0.0


@pytest.mark.parametrize(
    ("window", "distance"),
    [
        ({"a": 11, "b": 20, "c": 25, "d": 10, "e": 10}, 0.06015037593984962),
        ({"f": 11, "a": 20, "c": 25, "d": 10, "e": 10}, 0.2857142857142857),
    ],
)
def test_categories(window: dict[str, int], distance: float) -> None:
    simple = categorical_distance(*counts(ONE, window))
    assert simple == distance
    assert robust(simple, 70, 76) == 0.0


@pytest.mark.parametrize(
    ("baseline", "window", "statistic", "p_value"),
    [
        (BASE | {"f": 15}, SAMPLE | {"g": 13}, 28.175042782458068, 3.3640191298478506e-5),
        (BASE, SAMPLE, None, 0.013227994814265176),
        (
            {"a": 100, "b": 22, "c": 25, "d": 5, "e": 13, "f": 2},
            {"a": 100, "b": 20, "c": 25, "d": 10, "e": 5, "f": 2},
            8.789790456457125,
            None,
        ),
        ({"a": 100, "b": 40, "c": 30, "e": 4}, {"a": 100, "b": 40, "c": 30, "d": 10}, 0.38754325259515626, None),
        ({"a": 100, "b": 4, "c": 3, "d": 34}, {"a": 100, "b": 4, "c": 3, "d": 27}, 1.1507901668129925, None),
    ],
)
def test_chi_squared(
    baseline: dict[str, int], window: dict[str, int], statistic: float | None, p_value: float | None
) -> None:
    known, seen, _ = counts(baseline, window)
    found = chi_squared(known, seen)
    assert found is not None
    assert statistic in {None, found.statistic}
    assert p_value in {None, found.p_value}


def test_chi_squared_of_eight_categories_is_equal_but_for_the_last_digit() -> None:
    base = np.array([100, 2, 1, 34, 20, 20, 20, 20])
    found = chi_squared(base, np.array([100, 4, 3, 27, 20, 20, 20, 20]))
    assert found is not None
    assert found.statistic == pytest.approx(6.827423492761593, rel=1e-15)


@pytest.mark.parametrize("window", [[100, 4, 3], [0, 0, 0]])
def test_chi_squared_needs_two_categories_that_are_large_enough(window: list[int]) -> None:
    assert chi_squared(np.array([100, 4, 3]), np.array(window)) is None


@pytest.mark.parametrize("distance", [numeric_distance, categorical_distance])
def test_nothing_has_no_distance(distance: Callable[[np.ndarray, np.ndarray], float | None]) -> None:
    some, none = np.array([1, 2]), np.array([0, 0])
    assert distance(some, none) is None
    assert distance(none, some) is None


@given(
    baseline=st.lists(st.integers(0, 9).map(float), min_size=1, max_size=30),
    window=st.lists(st.integers(-2, 22).map(lambda half: half / 2), min_size=1, max_size=30),
)
def test_the_bins_of_the_sketch_give_the_maximum_over_the_values_of_both(
    baseline: list[float], window: list[float]
) -> None:
    n, m = float(len(baseline)), float(len(window))
    literal = max(
        abs(sum(x <= key for x in baseline) / n - sum(x <= key for x in window) / m) for key in {*baseline, *window}
    )
    assert numeric_distance(*numbers(baseline, window)) == literal


@pytest.mark.parametrize("rows", [2_050, 5_000, 30_000])
@pytest.mark.parametrize("kind", ["as they come", "rising", "repeated"])
def test_what_model_monitors_own_sketch_of_the_window_makes_of_it(rows: int, kind: str) -> None:
    rng = np.random.default_rng(rows)
    baseline, window = rng.normal(size=1500), rng.normal(0.7, 1.2, size=rows)
    if kind == "rising":
        window.sort()
    elif kind == "repeated":
        baseline, window = np.round(baseline * 3), np.round(window * 3)
    sketch = KllSketch()
    sketch.add(window)
    held = [value for level, items in enumerate(sketch.levels) for value in np.repeat(items, 2**level).tolist()]
    exact = numeric_distance(*numbers(baseline.tolist(), window.tolist()))
    theirs = numeric_distance(*numbers(baseline.tolist(), held))
    assert exact is not None
    assert theirs is not None
    assert abs(exact - theirs) <= (0.0 if rows <= 2_050 else TOLERANCE)
