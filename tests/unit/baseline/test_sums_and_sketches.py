"""The small accumulators under a profile, each against a plain computation."""

import math
from collections import Counter
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.baseline.distinct import DistinctValues
from driftline.baseline.edges import count_on, each_value, equal_mass
from driftline.baseline.exactsum import ExactSum, to_float
from driftline.baseline.heavy import HeavyTexts
from driftline.baseline.summary import QuantileSummary

finite = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(finite, max_size=50), st.integers(0, 50))
def test_the_sum_is_the_sum_of_the_fractions_however_it_is_cut(values: list[float], cut: int) -> None:
    total = ExactSum()
    for part in (values[:cut], values[cut:]):
        total.add(np.array(part, dtype=np.float64))
    assert total.fraction() == sum(map(Fraction, values), Fraction(0))


def test_a_sum_has_no_rounding_where_floats_lose_everything() -> None:
    total = ExactSum()
    total.add(np.array([1e308, 5e-324, 1.0, -1e308]))
    assert total.fraction() == 1 + Fraction(5e-324)
    assert total.mean(2) == 0.5


def test_a_mean_beyond_the_doubles_is_the_greatest_double() -> None:
    assert to_float(Fraction(10) ** 400) == np.finfo(np.float64).max


def test_distinct_values_are_exact_while_few() -> None:
    seen = DistinctValues()
    for _ in range(3):
        seen.add_numbers(np.arange(10_000, dtype=np.float64))
    seen.add_numbers(np.array([-0.0, 0.0]))
    assert (seen.count(), seen.is_estimate) == (10_000, False)


@pytest.mark.parametrize("count", [50_000, 400_000])
def test_many_distinct_values_are_known_to_three_sigmas_of_their_error(count: int) -> None:
    seen = DistinctValues()
    for start in range(0, count, 65_536):
        seen.add_numbers(np.arange(start, min(count, start + 65_536), dtype=np.float64))
    assert seen.count() == pytest.approx(count, rel=3 / math.sqrt(2**14))


def test_distinct_texts_are_counted_like_numbers() -> None:
    seen = DistinctValues()
    seen.add_texts(f"text {i}" for i in range(40_000))
    assert seen.count() == pytest.approx(40_000, rel=3 / math.sqrt(2**14))


@given(st.lists(finite, min_size=1, max_size=60), st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_exact_quantiles_are_those_of_numpy(values: list[float], shares: list[float]) -> None:
    summary = QuantileSummary()
    summary.add(np.array(values))
    shares = [round(share, 3) for share in shares]
    expected = np.quantile(values, shares, method="inverted_cdf")
    ranks = [math.ceil(Fraction(str(share)) * len(values)) for share in shares]
    assert summary.is_exact
    assert summary.quantiles(shares).tolist() == [sorted(values)[max(rank, 1) - 1] for rank in ranks]
    assert len(expected) == len(shares)


@pytest.mark.parametrize("shape", ["uniform", "sorted", "falling", "lumpy"])
def test_collapsed_quantiles_stay_within_the_stated_rank_error(shape: str) -> None:
    rng = np.random.default_rng(7)
    values = rng.normal(size=300_000)
    if shape == "sorted":
        values = np.sort(values)
    elif shape == "falling":
        values = -np.sort(values)
    elif shape == "lumpy":
        values = np.round(values)
    summary = QuantileSummary(exact=1000, buffer=512)
    summary.add(values)
    ordered = np.sort(values)
    for share, value in zip((0.01, 0.5, 0.99), summary.quantiles((0.01, 0.5, 0.99)).tolist(), strict=True):
        low = np.searchsorted(ordered, value, "left") / values.size
        high = np.searchsorted(ordered, value, "right") / values.size
        assert low - summary.rank_error <= share <= high + summary.rank_error
    assert 0 < summary.rank_error < 0.011


@given(st.lists(st.integers(1, 700), max_size=20))
def test_a_summary_depends_on_the_stream_and_not_on_its_chunks(sizes: list[int]) -> None:
    values = np.random.default_rng(3).normal(size=sum(sizes))
    shares = [i / 20 for i in range(1, 20)]
    whole, cut = (QuantileSummary(exact=500, buffer=64) for _ in range(2))
    whole.add(values)
    start = 0
    for size in sizes:
        cut.add(values[start : start + size])
        start += size
    if sizes:
        assert whole.quantiles(shares).tolist() == cut.quantiles(shares).tolist()


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=2), max_size=300), st.integers(2, 20))
def test_no_text_above_rows_by_capacity_is_lost(texts: list[str], capacity: int) -> None:
    heavy = HeavyTexts(capacity)
    for start in range(0, len(texts), 30):
        heavy.add(Counter(texts[start : start + 30]))
    frequent = {text for text, count in Counter(texts).items() if count > len(texts) / (capacity + 1)}
    assert frequent <= heavy.candidates
    assert len(heavy.candidates) <= capacity


@given(st.lists(finite, min_size=1, max_size=200))
def test_edges_increase_and_hold_all_of_the_data_between_them(values: list[float]) -> None:
    array = np.array(values)
    summary = QuantileSummary()
    summary.add(array)
    few = np.unique(array)
    for edges in (
        equal_mass(summary.quantiles, float(array.min()), float(array.max())),
        each_value(few) if few.size <= 50 else equal_mass(summary.quantiles, float(few[0]), float(few[-1])),
    ):
        assert len(edges) <= 51
        assert all(low < high for low, high in pairwise(edges))
        counts = count_on(np.array(edges), array)
        assert counts.sum() == array.size
        assert counts[0] == 0
        assert counts[-1] == 0 or array.max() == np.finfo(np.float64).max


def test_equal_mass_bins_hold_two_percent_each_of_a_smooth_sample() -> None:
    values = np.random.default_rng(1).normal(size=100_000)
    summary = QuantileSummary()
    summary.add(values)
    edges = equal_mass(summary.quantiles, float(values.min()), float(values.max()))
    counts = count_on(np.array(edges), values)[1:-1]
    assert len(counts) == 50
    assert abs(counts - 2000).max() <= 1


def test_a_constant_has_one_bin_and_any_other_value_is_outside() -> None:
    edges = np.array(each_value(np.array([5.0])))
    assert count_on(edges, np.array([4.999, 5.0, 5.001])).tolist() == [1, 1, 1]
