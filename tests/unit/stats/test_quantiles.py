from __future__ import annotations

import math

import pytest

from driftline.stats.quantiles import quantile


def test_of_nothing_there_is_no_quantile() -> None:
    assert quantile([0, 0], [1.0], math.nan, math.nan, 0.5) is None


@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan])
def test_only_shares_have_quantiles(p: float) -> None:
    with pytest.raises(ValueError, match=r"p must be in \[0, 1\]"):
        quantile([1, 1], [0.0], -1.0, 1.0, p)


def test_counts_must_fit_the_edges() -> None:
    with pytest.raises(ValueError, match="2 edges need 3 counts, got 2"):
        quantile([1, 1], [0.0, 1.0], 0.0, 1.0, 0.5)


def test_bins_that_hold_one_value_have_no_error() -> None:
    edges = [1.0, math.nextafter(1.0, 2), 2.0, math.nextafter(2.0, 3)]
    assert quantile([0, 6, 0, 4, 0], edges, 1.0, 2.0, 0.5) == (1.0, 1.0, 1.0)
    assert quantile([0, 4, 0, 6, 0], edges, 1.0, 2.0, 0.5) == (2.0, 2.0, 2.0)


def test_outer_bins_end_at_the_extremes() -> None:
    found = quantile([10, 0, 10], [0.0, 1.0], -5.0, 8.0, 1.0)
    assert found is not None
    assert (found.low, found.high) == (1.0, 8.0)
    assert quantile([10, 0, 10], [0.0, 1.0], -5.0, 8.0, 0.0).low == -5.0
