"""Moments, quantiles, distinct counts and equivalent shifts against numpy and scipy, with the error that they promise."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from scipy import integrate, stats

from driftline.stats.distance import ks
from driftline.stats.layout import Layout
from driftline.stats.profile import Profile
from driftline.stats.quantiles import quantile
from driftline.stats.shift import MOST, equivalent_shift
from support.batches import layout_of, normal_batch
from support.datasets import DISTRIBUTIONS, draw

shapes = pytest.mark.parametrize("name", DISTRIBUTIONS)


def layout_for(values: np.ndarray) -> Layout:
    """A layout as a baseline of these values would make it."""
    edges = np.unique(np.quantile(values, np.arange(51) / 50))
    edges[-1] = np.nextafter(edges[-1], np.inf)
    sigma = float(values.std())
    return dataclasses.replace(
        layout_of(numeric=1, categories=()),
        edges=(edges,),
        center=np.array([values.mean()]),
        scale=np.array([sigma if sigma > 0 else abs(float(values[0])) or 1.0]),
        low=np.array([values.min()]),
        high=np.array([values.max()]),
    )


def profile_of(values: np.ndarray, layout: Layout) -> Profile:
    columns = normal_batch(layout, len(values), gaps=0.0)
    columns.numeric[0] = values
    profile = Profile(layout)
    profile.update(columns)
    return profile


@shapes
def test_moments_agree_with_numpy_to_the_stated_error(name: str) -> None:
    values = draw(name, 20_000, seed=2)
    layout = layout_for(draw(name, 5000, seed=1))
    moments, scale = profile_of(values, layout).moments, float(layout.scale[0])
    steps = np.clip((values - layout.center[0]) / scale, -512, 512)
    kept = layout.center[0] + scale * steps
    rounding = 1e-12 * max(abs(float(kept.mean())), scale)
    assert moments.mean(0) == pytest.approx(float(kept.mean()), abs=2**-21 * scale + rounding)
    tolerance = 1e-5 if kept.std() > 0.1 * scale else 0.0015
    assert moments.std(0) == pytest.approx(float(kept.std()), abs=tolerance * scale + rounding)
    assert (moments.min[0], moments.max[0]) == (values.min(), values.max())


@pytest.mark.parametrize("mean", [0.0, 0.3, 10.1, 100.7, -400.3])
@pytest.mark.parametrize("sigma", [0.001, 0.1, 3.0])
def test_the_variance_far_from_the_baseline_errs_as_stated(mean: float, sigma: float) -> None:
    values = np.random.default_rng(6).normal(mean, sigma, 3000)
    moments = profile_of(values, layout_of(numeric=1, categories=())).moments
    assert moments.std(0) ** 2 == pytest.approx(float(values.var()), abs=(1 + 2 * abs(mean)) * 2**-21)


@shapes
@pytest.mark.parametrize("size", [1, 2, 37, 5000])
@pytest.mark.parametrize("p", [0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0])
def test_the_true_quantile_lies_in_the_stated_interval(name: str, size: int, p: float) -> None:
    layout, values = layout_for(draw(name, 5000, seed=1)), draw(name, size, seed=4)
    profile = profile_of(values, layout)
    least, most = float(profile.moments.min[0]), float(profile.moments.max[0])
    found = quantile(profile.bins.of(0), layout.edges[0], least, most, p)
    assert found is not None
    slack = 1e-12 * max(abs(least), abs(most))
    assert found.low - slack <= np.quantile(values, p) <= found.high + slack
    assert found.low <= found.estimate <= found.high


@pytest.mark.parametrize("size", [10, 100, 400, 1000, 10_000, 100_000])
def test_distinct_counts_err_as_stated(size: int) -> None:
    columns = 200
    layout = layout_of(numeric=columns, categories=())
    profile = Profile(layout)
    rng = np.random.default_rng(size)
    for low in range(0, size, 10_000):
        batch = normal_batch(layout, min(10_000, size - low), gaps=0.0)
        batch.numeric = rng.normal(size=batch.numeric.shape)
        profile.update(batch)
    errors = np.array([profile.distinct.count(column) for column in range(columns)]) / size - 1.0
    assert math.sqrt(float(np.mean(errors**2))) < 0.065 * 1.15
    assert abs(float(errors.mean())) < 0.02


def test_distinct_counts_of_small_integers_err_no_more() -> None:
    layout = layout_of(numeric=1, categories=())
    for size in (2, 20, 50):
        assert profile_of(np.arange(size, dtype=float).repeat(3), layout).distinct.count(0) == pytest.approx(
            size, rel=0.15
        )


@pytest.mark.parametrize("shift", [0.05, 0.25, 0.5, 1.0, 3.0])
def test_equivalent_shifts_undo_the_distances_of_shifted_normals(shift: float) -> None:
    def integral(of: object) -> float:
        return float(integrate.quad(of, -12, 12 + shift, limit=400)[0])

    p, q = stats.norm(0, 1).pdf, stats.norm(shift, 1).pdf

    def toward(x: float, f: object, g: object) -> float:
        return f(x) * math.log2(2 * f(x) / (f(x) + g(x))) if f(x) > 0 else 0.0

    variation = integral(lambda x: abs(p(x) - q(x))) / 2
    distances = {
        "ks": stats.norm.cdf(shift / 2) - stats.norm.cdf(-shift / 2),
        "linf_simple": stats.norm.cdf(shift / 2) - stats.norm.cdf(-shift / 2),
        "total_variation": variation,
        "hellinger": math.sqrt(integral(lambda x: (math.sqrt(p(x)) - math.sqrt(q(x))) ** 2) / 2),
        "jensen_shannon": math.sqrt(integral(lambda x: (toward(x, p, q) + toward(x, q, p)) / 2)),
        "psi": integral(lambda x: (p(x) - q(x)) * (stats.norm.logpdf(x) - stats.norm.logpdf(x, shift))),
        "wasserstein_normalised": stats.wasserstein_distance([0], [shift]),
    }
    for name, value in distances.items():
        assert equivalent_shift(name, value) == pytest.approx(shift, rel=0.004), name


def test_equivalent_shifts_of_the_published_defaults() -> None:
    assert equivalent_shift("linf_robust", 0.1) == pytest.approx(0.25, abs=0.005)
    assert equivalent_shift("psi", 0.1) == pytest.approx(0.32, abs=0.005)
    assert equivalent_shift("jensen_shannon", 0.1) == pytest.approx(0.24, abs=0.005)
    assert equivalent_shift("hellinger", 0.1) == pytest.approx(0.28, abs=0.005)


@pytest.mark.parametrize(
    "name", ["ks", "hellinger", "jensen_shannon", "total_variation", "psi", "wasserstein_normalised"]
)
def test_equivalent_shifts_end_and_begin(name: str) -> None:
    assert equivalent_shift(name, 0.0) == 0.0
    assert equivalent_shift(name, 1.0 if name not in {"psi", "wasserstein_normalised"} else 1e9) == MOST
    assert equivalent_shift(name, None) is None


def test_chi_squared_is_no_shift() -> None:
    assert equivalent_shift("chi_squared", 12.0) is None


def test_ks_on_the_baselines_own_edges_is_at_most_one_bin_below_that_of_the_values() -> None:
    base, seen = draw("normal", 5000, seed=1), draw("normal", 800, seed=9) + 0.2
    layout = layout_for(base)
    binned = ks(profile_of(base, layout).bins.of(0), profile_of(seen, layout).bins.of(0))
    exact = stats.ks_2samp(base, seen).statistic
    assert exact - 0.02 <= binned <= exact + 1e-12
