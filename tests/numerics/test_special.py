from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from driftline.stats.special import (
    beta_cdf,
    beta_quantile,
    chi_squared_survival,
    clopper_pearson,
    gamma_survival,
    kolmogorov_survival,
)

shape = st.floats(0.5, 5000.0)


@given(x=st.floats(0.0, 1.0), a=shape, b=shape)
def test_beta_is_scipys(x: float, a: float, b: float) -> None:
    assert beta_cdf(x, a, b) == pytest.approx(special.betainc(a, b, x), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("a", [3001.0, 1e5, 1e7])
@pytest.mark.parametrize("ratio", [0.1, 1.0, 7.0])
@pytest.mark.parametrize("z", [-30.0, -6.0, -1.0, 0.0, 1.0, 6.0, 30.0])
def test_beta_of_large_parameters_is_scipys(a: float, ratio: float, z: float) -> None:
    b = a * ratio if a * ratio > 3000 else 3001.0
    mean = a / (a + b)
    x = min(1.0, max(0.0, mean + z * np.sqrt(mean * (1 - mean) / (a + b))))
    assert beta_cdf(x, a, b) == pytest.approx(special.betainc(a, b, x), rel=1e-6, abs=1e-12)


@given(p=st.floats(1e-6, 1 - 1e-6), a=st.floats(1.0, 4000.0), b=st.floats(1.0, 4000.0))
def test_beta_quantile_undoes_beta(p: float, a: float, b: float) -> None:
    assert beta_quantile(p, a, b) == pytest.approx(special.betaincinv(a, b, p), rel=1e-8)


@given(a=st.floats(0.5, 500.0), x=st.floats(0.0, 2000.0))
def test_gamma_is_scipys(a: float, x: float) -> None:
    assert gamma_survival(a, x) == pytest.approx(special.gammaincc(a, x), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("degrees", [1, 2, 9, 51])
@pytest.mark.parametrize("statistic", [0.0, 0.5, 10.0, 80.0])
def test_chi_squared_is_scipys(statistic: float, degrees: int) -> None:
    assert chi_squared_survival(statistic, degrees) == pytest.approx(stats.chi2.sf(statistic, degrees), rel=1e-10)


@pytest.mark.parametrize("total", [1, 2, 5, 30, 1000, 5999, 10_000, 10**6, 10**9])
@pytest.mark.parametrize("alpha", [1e-6, 0.0015, 0.05])
def test_clopper_pearson_bounds_are_scipys_beta_quantiles(total: int, alpha: float) -> None:
    for hits in sorted({0, 1, min(3, total), total // 3, total // 2, total - 1, total}):
        low, high = clopper_pearson(hits, total, alpha)
        tolerance = 1e-7 if total < 10**8 else 1e-5
        assert low == pytest.approx(stats.beta.ppf(alpha, hits, total - hits + 1) if hits else 0.0, rel=tolerance)
        assert high == pytest.approx(
            stats.beta.ppf(1 - alpha, hits + 1, total - hits) if hits < total else 1.0, rel=tolerance
        )
        assert 0.0 <= low <= hits / total <= high <= 1.0


def test_clopper_pearson_is_the_interval_of_scipy() -> None:
    low, high = clopper_pearson(7, 50, 0.025)
    expected = stats.binomtest(7, 50).proportion_ci(0.95, method="exact")
    assert (low, high) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("share", [0.001, 0.05, 0.5, 0.99])
@pytest.mark.parametrize("total", [30, 300])
def test_each_bound_is_wrong_at_most_as_often_as_promised(share: float, total: int) -> None:
    alpha = 0.0015
    chances = stats.binom.pmf(np.arange(total + 1), total, share)
    bounds = [clopper_pearson(hits, total, alpha) for hits in range(total + 1)]
    assert sum(p for p, (low, _) in zip(chances, bounds, strict=True) if low > share) <= alpha
    assert sum(p for p, (_, high) in zip(chances, bounds, strict=True) if high < share) <= alpha


def test_of_nothing_a_share_may_be_anything() -> None:
    assert clopper_pearson(0, 0, 0.05) == (0.0, 1.0)


@pytest.mark.parametrize(("hits", "total", "alpha"), [(2, 1, 0.05), (-1, 5, 0.05), (1, 5, 0.0), (1, 5, 0.5)])
def test_what_is_no_share_is_refused(hits: int, total: int, alpha: float) -> None:
    with pytest.raises(ValueError, match="need 0 <= hits <= total"):
        clopper_pearson(hits, total, alpha)


@pytest.mark.parametrize(("x", "a", "b"), [(-0.1, 1, 1), (1.1, 1, 1), (0.5, 0, 1), (0.5, 1, -1), (float("nan"), 1, 1)])
def test_beta_refuses_what_is_outside_its_domain(x: float, a: float, b: float) -> None:
    with pytest.raises(ValueError, match="beta_cdf needs"):
        beta_cdf(x, a, b)


@pytest.mark.parametrize("distance", [0.0, 0.01, 0.03, 0.05, 0.1, 0.5])
def test_kolmogorov_is_near_the_exact_distribution(distance: float) -> None:
    n, m = 2000, 1500
    exact = stats.kstwo.sf(distance, round(n * m / (n + m)))
    assert kolmogorov_survival(distance, n, m) == pytest.approx(exact, rel=0.05, abs=1e-3)
