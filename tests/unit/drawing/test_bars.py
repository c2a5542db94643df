from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.drawing.bars import BARS, CATEGORIES, bars_of
from driftline.drawing.histogram import histogram
from driftline.drawing.values import Overlay
from support.pages import Reader


@st.composite
def overlays(draw: st.DrawFn) -> Overlay:
    edges = sorted(draw(st.sets(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=60)))
    counts = st.lists(st.integers(0, 10_000), min_size=len(edges) + 1, max_size=len(edges) + 1)
    return Overlay(baseline=tuple(draw(counts)), window=tuple(draw(counts)), edges=tuple(edges))


@given(overlays())
@settings(max_examples=200, deadline=None)
def test_the_bars_of_numbers_hold_all_rows(overlay: Overlay) -> None:
    bars = bars_of(overlay)
    assert len(bars) <= BARS + 2
    for counts, shares in (
        (overlay.baseline, [bar.baseline for bar in bars]),
        (overlay.window, [bar.window for bar in bars]),
    ):
        assert sum(shares) == pytest.approx(1.0 if sum(counts) else 0.0, abs=1e-6)
        assert min(shares) >= 0
    Reader(histogram(overlay))


def test_wide_bins_are_spread_and_narrow_ones_gathered() -> None:
    edges = tuple(float(edge) for edge in (-1, *range(25), 48, 49))
    counts = (0, 5, *([0] * 24), 90, 5, 0)
    bars = bars_of(Overlay(baseline=counts, window=counts, edges=edges))
    assert [bars[0].label, bars[-1].label] == ["below 0", "48 and above"]
    assert [bars[0].window, bars[-1].window] == [0.05, 0.05]
    assert [round(bar.window, 3) for bar in bars[1:-1]] == [0.0] * 12 + [0.075] * 12


@given(
    st.lists(
        st.tuples(st.text(max_size=5), st.integers(0, 99), st.integers(0, 99)), max_size=40, unique_by=lambda t: t[0]
    )
)
@settings(max_examples=100, deadline=None)
def test_the_bars_of_categories_hold_all_rows(held: list[tuple[str, int, int]]) -> None:
    base, window = [count for _, count, _ in held], [count for _, _, count in held]
    overlay = Overlay(baseline=(*base, 1), window=(*window, 3), categories=tuple(name for name, _, _ in held))
    bars = bars_of(overlay)
    assert len(bars) <= CATEGORIES + 2
    assert sum(bar.baseline for bar in bars) == pytest.approx(1)
    assert sum(bar.window for bar in bars) == pytest.approx(1)
    assert bars[-1].window == pytest.approx(3 / (sum(window) + 3)), "what the baseline does not know has its own bar"
    Reader(histogram(overlay))
