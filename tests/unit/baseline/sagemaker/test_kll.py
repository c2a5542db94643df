"""The sketch is Deequ's, item for item, keeps every weight, and its ranks are near the data's."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.baseline.sagemaker.kll import KllSketch, buckets
from driftline.baseline.sagemaker.points import Points

VALUES = st.lists(st.floats(-1e6, 1e6) | st.integers(-5, 5).map(float), max_size=400)


def one_by_one(values: list[float], k: int, c: float) -> list[list[float]]:
    """What `QuantileNonSample.update` of Deequ 2.0.2 does, told once more, a value at a time."""
    levels: list[list[float]] = [[]]
    compactions, offsets = [0], [0]

    def capacity(height: int) -> int:
        return 2 * (math.ceil(k * c**height / 2) + 1)

    for value in values:
        levels[0].append(value)
        if sum(map(len, levels)) <= sum(capacity(h) for h in range(len(levels))):
            continue
        height = next(h for h, level in enumerate(levels) if len(level) >= capacity(h))
        if height + 1 == len(levels):
            levels.append([])
            compactions.append(0)
            offsets.append(0)
        if compactions[height] % 2 == 1:
            offsets[height] = 1 - offsets[height]
        compactions[height] += 1
        even = len(levels[height]) // 2 * 2
        levels[height + 1] += sorted(levels[height][:even])[offsets[height] :: 2]
        levels[height] = levels[height][even:]
    return levels


@given(VALUES, st.integers(2, 12), st.integers(1, 60))
def test_the_items_are_those_of_deequ_however_the_values_come(values: list[float], k: int, chunk: int) -> None:
    sketch = KllSketch(size=k)
    for start in range(0, len(values), chunk):
        sketch.add(np.array(values[start : start + chunk]))
    assert [level.tolist() for level in sketch.levels] == one_by_one(values, k, 0.64)


@given(VALUES, st.integers(2, 12))
def test_no_weight_is_lost(values: list[float], k: int) -> None:
    sketch = KllSketch(size=k)
    sketch.add(np.array(values))
    assert sketch.points.total == sketch.count == len(values)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=300))
def test_up_to_its_size_the_sketch_is_the_data(values: list[float]) -> None:
    sketch = KllSketch()
    sketch.add(np.array(values))
    for value in values:
        assert sketch.points.below(value) == sum(v < value for v in values)
        assert sketch.points.up_to(value) == sum(v <= value for v in values)


@pytest.mark.parametrize("shape", ["normal", "lognormal", "sorted", "integers"])
def test_ranks_are_near_those_of_the_data(shape: str) -> None:
    rng = np.random.default_rng(11)
    made = {
        "normal": lambda: rng.normal(size=60_000),
        "lognormal": lambda: rng.lognormal(0, 2, 60_000),
        "sorted": lambda: np.sort(rng.random(60_000)),
        "integers": lambda: rng.integers(0, 40, 60_000).astype(float),
    }
    values = made[shape]()
    sketch = KllSketch()
    sketch.add(values)
    ordered, points = np.sort(values), sketch.points
    places = points.values
    exact = ordered.searchsorted(places, side="right")
    error = np.abs(np.cumsum(points.weights) - exact).max() / values.size
    assert points.total == values.size
    assert places.size <= sum(2 * (math.ceil(2048 * 0.64**h / 2) + 1) for h in range(len(sketch.levels)))
    assert error < 0.003


@settings(max_examples=50)
@given(st.lists(st.integers(-50, 50), min_size=1, max_size=200), st.integers(2, 12))
def test_the_buckets_count_all_and_are_those_of_the_data_while_the_sketch_is(values: list[int], k: int) -> None:
    data = np.array(values, dtype=float)
    low, high = float(data.min()), float(data.max())
    whole, small = KllSketch(), KllSketch(size=k)
    whole.add(data)
    small.add(data)
    cut = buckets(whole.points, low, high)
    assert [b.count for b in cut[:-1]] == [int(((data >= b.low) & (data < b.high)).sum()) for b in cut[:-1]]
    assert sum(b.count for b in buckets(small.points, low, high)) == data.size
    assert (cut[0].low, cut[-1].high) == (low, high)


def test_points_are_on_edges_whose_shares_are_ranks() -> None:
    edges, counts = Points.of([[3.0, 1.0, 3.0, -0.0], [0.0, 1.7976931348623157e308]]).on_edges()
    assert edges.tolist() == [0.0, 5e-324, 1.0, np.nextafter(1, 2), 3.0, np.nextafter(3, 4), 1.7976931348623157e308]
    assert counts.tolist() == [0, 3, 0, 1, 0, 2, 0, 2]
