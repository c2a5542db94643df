"""Feature attribution: the documented example, and the mean over every way to break ties."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.quality.attribution import ndcg


def test_the_example_of_the_documentation() -> None:
    assert ndcg({"a": 0.7, "b": 0.5, "c": 0.05}, {"a": 0.05, "b": 0.5, "c": 0.7}) == pytest.approx(0.69, abs=0.005)


def naive(baseline: dict[str, float], live: dict[str, float]) -> float:
    """The mean of nDCG over all orders in which the live values do not rise."""

    def gain(order: tuple[str, ...]) -> float:
        return sum(baseline[name] / math.log2(place + 2) for place, name in enumerate(order))

    orders = [
        order
        for order in itertools.permutations(baseline)
        if all(live[a] >= live[b] for a, b in itertools.pairwise(order))
    ]
    best = max(gain(order) for order in itertools.permutations(baseline))
    return sum(map(gain, orders)) / len(orders) / best if best > 0 else math.nan


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.4, 2.0]), st.sampled_from([0.0, 0.2, 0.3])), min_size=1, max_size=5)
)
def test_ties_count_as_the_mean_of_their_orders(values: list[tuple[float, float]]) -> None:
    baseline = {f"f{place}": value[0] for place, value in enumerate(values)}
    live = {f"f{place}": value[1] for place, value in enumerate(values)}
    assert ndcg(baseline, live) == pytest.approx(naive(baseline, live), nan_ok=True)
    assert ndcg(baseline, baseline) == pytest.approx(1.0 if any(baseline.values()) else math.nan, nan_ok=True)


def test_nothing_to_compare_is_not_defined() -> None:
    assert math.isnan(ndcg({}, {"a": 1.0}))
    assert math.isnan(ndcg({"a": 0.0, "b": 0.0}, {"a": 1.0, "b": 0.5}))
