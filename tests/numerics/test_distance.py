"""Distances against scipy, closed forms, and counts that a person can check."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon

from driftline.stats import distance as d

Distance = Callable[[object, object], float | None]

counts = st.lists(st.integers(0, 1000), min_size=6, max_size=6)
SYMMETRIC = {
    "linf_simple, ordered": lambda b, w: d.linf_simple(b, w, ordered=True),
    "linf_simple, categories": lambda b, w: d.linf_simple(b, w, ordered=False),
    "linf_robust, ordered": lambda b, w: d.linf_robust(b, w, ordered=True),
    "linf_robust, categories": lambda b, w: d.linf_robust(b, w, ordered=False),
    "ks": d.ks,
    "total_variation": d.total_variation,
    "psi": d.psi,
    "jensen_shannon": d.jensen_shannon,
    "hellinger": d.hellinger,
    "wasserstein": lambda b, w: d.wasserstein_normalised(
        b, w, edges=[0, 1, 2, 4, 8], scale=2.0, smallest=-1, largest=9
    ),
}
every = pytest.mark.parametrize("distance", SYMMETRIC.values(), ids=SYMMETRIC)
bounded = pytest.mark.parametrize(
    "distance", [held for name, held in SYMMETRIC.items() if name not in {"psi", "wasserstein"}]
)


@every
@given(b=counts, w=counts)
def test_distances_are_symmetric_and_nought_for_the_same_counts(distance: Distance, b: list[int], w: list[int]) -> None:
    assume(sum(b) and sum(w))
    assert distance(b, b) == 0.0
    assert distance(b, w) == pytest.approx(distance(w, b), abs=1e-15)
    assert distance(b, w) >= 0.0


@bounded
@given(b=counts, w=counts)
def test_all_but_psi_and_wasserstein_end_at_one(distance: Distance, b: list[int], w: list[int]) -> None:
    assume(sum(b) and sum(w))
    assert distance(b, w) <= 1.0


@every
def test_to_or_from_nothing_there_is_no_distance(distance: Distance) -> None:
    some, none = [1, 2, 3, 0, 0, 0], [0] * 6
    assert distance(some, none) is None
    assert distance(none, some) is None
    assert distance(none, none) is None


@every
def test_unlike_bins_are_refused(distance: Distance) -> None:
    with pytest.raises(ValueError, match="must have the same bins, got 6 and 5"):
        distance([1] * 6, [1] * 5)


@every
def test_arrays_and_lists_are_the_same(distance: Distance) -> None:
    b, w = [3, 1, 4, 1, 5, 9], [2, 6, 5, 3, 5, 8]
    assert distance(np.array(b), np.array(w)) == distance(b, w)


@given(b=counts, w=counts)
def test_ks_is_scipys_on_values_that_are_bins(b: list[int], w: list[int]) -> None:
    assume(sum(b) and sum(w))
    places = np.arange(6)
    expected = stats.ks_2samp(np.repeat(places, b), np.repeat(places, w), method="asymp").statistic
    assert d.ks(b, w) == pytest.approx(expected, abs=1e-12)


@given(b=counts, w=counts)
def test_jensen_shannon_is_scipys_in_base_2(b: list[int], w: list[int]) -> None:
    assume(sum(b) and sum(w))
    assert d.jensen_shannon(b, w) == pytest.approx(jensenshannon(b, w, base=2), abs=1e-7)


@given(b=counts, w=counts)
def test_psi_is_the_symmetric_entropy_of_scipy(b: list[int], w: list[int]) -> None:
    assume(sum(b) and sum(w))
    p, q = np.array(b) + 0.5, np.array(w) + 0.5
    assert d.psi(b, w) == pytest.approx(stats.entropy(p, q) + stats.entropy(q, p), abs=1e-12)


@given(b=counts, w=counts)
def test_hellinger_and_total_variation_are_their_formulas(b: list[int], w: list[int]) -> None:
    assume(sum(b) and sum(w))
    p, q = np.array(b) / sum(b), np.array(w) / sum(w)
    assert d.hellinger(b, w) == pytest.approx(np.linalg.norm(np.sqrt(p) - np.sqrt(q)) / math.sqrt(2), abs=1e-12)
    assert d.total_variation(b, w) == pytest.approx(np.abs(p - q).sum() / 2, abs=1e-12)


@given(b=counts, w=counts)
def test_wasserstein_is_scipys_on_bins_of_one_value(b: list[int], w: list[int]) -> None:
    values = np.array([-2.0, 0.0, 1.0, 1.5, 4.0, 10.0])
    edges = np.sort(np.concatenate((values, np.nextafter(values, np.inf))))
    base, seen = np.zeros(13, dtype=np.int64), np.zeros(13, dtype=np.int64)
    base[1::2], seen[1::2] = b, w
    assume(sum(b) and sum(w))
    expected = stats.wasserstein_distance(values, values, b, w) / 3.0
    assert d.wasserstein_normalised(base, seen, edges=edges, scale=3.0) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("shift", [0.1, 0.5, 2.0])
def test_wasserstein_of_a_shift_is_the_shift_in_sigmas(shift: float) -> None:
    rng = np.random.default_rng(3)
    base = rng.normal(10.0, 4.0, 50_000)
    seen = base + 4.0 * shift
    edges = np.quantile(base, np.arange(51) / 50)
    found = d.wasserstein_normalised(
        np.diff([0, *np.searchsorted(np.sort(base), edges), len(base)]),
        np.diff([0, *np.searchsorted(np.sort(seen), edges), len(seen)]),
        edges=edges,
        scale=4.0,
        smallest=float(base.min()),
        largest=float(seen.max()),
    )
    assert found == pytest.approx(shift, rel=0.08)


def test_wasserstein_of_lines_that_cross_within_a_bin() -> None:
    # heights +0.5 and -0.5 at the ends of a bin of width 1: two triangles of 0.5 * 0.5 / 2
    assert d.wasserstein_normalised([3, 0, 1], [1, 2, 1], edges=[0.0, 1.0], scale=1.0) == pytest.approx(0.25)
    assert d.wasserstein_normalised([2, 0, 2], [0, 4, 0], edges=[0.0, 1.0], scale=1.0) == pytest.approx(0.25)


def test_wasserstein_wants_its_edges() -> None:
    with pytest.raises(ValueError, match="3 counts need 2 edges, got 3"):
        d.wasserstein_normalised([1, 1, 1], [1, 1, 1], edges=[0, 1, 2], scale=1.0)


def test_a_constant_that_changes_is_as_far_as_can_be() -> None:
    for up in ([0, 0, 50], [50, 0, 0]):
        base = [0, 50, 0]
        assert d.linf_simple(base, up, ordered=True) == 1.0
        assert d.jensen_shannon(base, up) == 1.0
        assert d.hellinger(base, up) == 1.0
        assert d.total_variation(base, up) == 1.0


@pytest.mark.parametrize(("rows", "floor"), [(100, 0.18), (500, 0.0805), (2000, 0.04025), (10_000, 0.018)])
def test_the_noise_floor_is_that_of_model_monitor(rows: int, floor: float) -> None:
    assert d.noise_floor(10**9, rows) == pytest.approx(floor, rel=1e-3)


def test_robust_is_simple_less_its_floor_and_never_negative() -> None:
    assert d.linf_robust([500, 500], [900, 100], ordered=False) == pytest.approx(0.4 - 1.8 * math.sqrt(2 / 1000))
    assert d.linf_robust([5, 5], [6, 4], ordered=False) == 0.0


def test_equal_samples_exceed_the_noise_floor_less_often_than_promised() -> None:
    rng = np.random.default_rng(11)
    edges = stats.norm.ppf(np.arange(1, 50) / 50)
    over = 0
    for _ in range(3000):
        base = np.bincount(np.searchsorted(edges, rng.normal(size=2000)), minlength=50)
        seen = np.bincount(np.searchsorted(edges, rng.normal(size=300)), minlength=50)
        over += d.linf_robust(base, seen, ordered=True) > 0
    assert over <= stats.binom.ppf(0.999, 3000, 0.0031)


def test_psi_of_equal_distributions_has_the_stated_mean() -> None:
    rng = np.random.default_rng(12)
    shares = np.full(51, 1 / 51)
    found = [d.psi(rng.multinomial(20_000, shares), rng.multinomial(2000, shares)) for _ in range(300)]
    assert np.mean(found) == pytest.approx((1 / 20_000 + 1 / 2000) * 50, rel=0.1)


@given(
    b=st.lists(st.integers(50, 1000), min_size=4, max_size=4), w=st.lists(st.integers(50, 1000), min_size=4, max_size=4)
)
def test_chi_squared_is_scipys_where_nothing_has_to_be_merged(b: list[int], w: list[int]) -> None:
    expected = stats.chisquare(w, np.array(b) / sum(b) * sum(w))
    found = d.chi_squared(b, w)
    assert found.degrees == 3
    assert found.statistic == pytest.approx(expected.statistic, rel=1e-9, abs=1e-9)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-7, abs=1e-300)


@pytest.mark.parametrize(
    ("baseline", "window", "left"),
    [
        ([50, 50], [30, 20], 2),  # two categories, both expected 25
        ([90, 10], [45, 5], None),  # two categories, one expected 5 < 10: merged into one, which tells nothing
        ([100, 100, 100, 100, 1], [50, 50, 50, 50, 3], 5),  # one of five below 5 is 20 %: stays
        ([100, 100, 100, 1], [50, 50, 50, 3], 3),  # one of four is 25 %: merged with the next smallest
        ([100, 100, 0], [50, 60, 40], 2),  # what the baseline does not have is left out
        ([100, 0], [0, 50], None),  # nothing of the baseline was seen
        ([100], [10], None),
        ([0, 0], [5, 5], None),
    ],
)
def test_chi_squared_merges_small_categories_as_deequ_does(
    baseline: list[int], window: list[int], left: int | None
) -> None:
    found = d.chi_squared(baseline, window)
    assert (None if found is None else found.degrees + 1) == left
