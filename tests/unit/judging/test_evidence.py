"""Bounds: against scipy, and that they hold as often as they say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from driftline.judging.budget import Budget
from driftline.judging.evidence import Share, count_high, count_low

ALPHA = Budget().alpha()


def test_a_share_of_nothing_is_unknown() -> None:
    share = Share(0, 0, ALPHA)
    assert (share.value, share.low, share.high) == (None, 0.0, 1.0)


@pytest.mark.parametrize(("hits", "total"), [(0, 30), (1, 30), (15, 30), (30, 30), (70, 100_000)])
def test_shares_are_bounded_as_clopper_and_pearson_do(hits: int, total: int) -> None:
    exact = stats.binomtest(hits, total).proportion_ci(1 - 2 * ALPHA, "exact")
    share = Share(hits, total, ALPHA)
    assert (share.low, share.high) == pytest.approx((exact.low, exact.high), rel=1e-6)


@pytest.mark.parametrize("mean", [1.0, 5.0, 40.0, 1000.0])
def test_bounds_of_counts_hold_nearly_as_often_as_they_say(mean: float) -> None:
    counts = np.random.default_rng(int(mean)).poisson(mean, 200_000)
    low = {int(k): count_low(int(k), Budget().sigmas()) for k in np.unique(counts)}
    high = {int(k): count_high(int(k), Budget().sigmas()) for k in np.unique(counts)}
    assert np.mean([low[int(k)] > mean for k in counts]) <= 2 * ALPHA
    assert np.mean([high[int(k)] < mean for k in counts]) <= 2 * ALPHA


@pytest.mark.parametrize("alpha", [0.05, 0.0015, 1e-5])
def test_quantiles_of_the_budget(alpha: float) -> None:
    budget = Budget(one_sided=alpha)
    assert budget.sigmas() == pytest.approx(stats.norm.isf(alpha), rel=1e-9)
    assert budget.kolmogorov() == pytest.approx(stats.kstwobign.isf(2 * alpha), rel=0.02)
    for freedom in (1, 3, 10, 50):
        ratio = budget.chi_squared(freedom) / stats.chi2.isf(alpha, freedom)
        assert 0.97 < ratio < (1.25 if freedom == 1 else 1.06 if alpha < 0.001 else 1.02)
