"""Which bars a histogram is drawn with: few enough to be seen, with the shares of baseline and window in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from driftline.drawing.figures import number
from driftline.drawing.values import Overlay

BARS: Final = 24
"""Bars between the tails of a column of numbers. Chosen, because more are thinner than their outlines."""

CATEGORIES: Final = 12
"""Categories with a bar of their own; the others share one. Chosen: as many as fit a screen."""


@dataclass(frozen=True)
class Bar:
    """One bar: what it stands for, and the shares (0 … 1) of baseline and window in it.

    One that stands for the rest is not drawn: it would dwarf all others.
    """

    label: str
    baseline: float
    window: float
    is_rest: bool = False

    @property
    def moved(self) -> float:
        """How much larger the window's share is."""
        return self.window - self.baseline


def bars_of(overlay: Overlay) -> tuple[Bar, ...]:
    """The bars of a column; none without values on either side.

    Categories: the largest ones, the rest as one, and what the baseline does not know. Numbers: a bar for each bin where
    those are few; else bars of equal width, over which the rows of a bin are spread evenly, between two for the tails of
    about 2 %.
    """
    if overlay.categories is not None:
        return _categories(overlay, overlay.categories)
    edges = overlay.edges or ()
    if len(edges) <= BARS:
        return tuple(map(Bar, _ranges(edges), _shares(overlay.baseline), _shares(overlay.window)))
    grid = _even(edges[1], edges[-2])
    labels = [f"below {number(grid[0])}", *_ranges(grid)[1:-1], f"{number(grid[-1])} and above"]
    base, window = (_spread(edges, _shares(counts), grid) for counts in (overlay.baseline, overlay.window))
    return tuple(map(Bar, labels, base, window))


def _categories(overlay: Overlay, names: Sequence[str]) -> tuple[Bar, ...]:
    base, window = _shares(overlay.baseline), _shares(overlay.window)
    known = sorted(map(Bar, names, base, window), key=lambda bar: (-max(bar.baseline, bar.window), bar.label))
    rest = known[CATEGORIES:]
    shown = known[:CATEGORIES]
    if rest:
        shown.append(
            Bar(f"{len(rest)} others", sum(bar.baseline for bar in rest), sum(bar.window for bar in rest), is_rest=True)
        )
    return (*shown, Bar("(not in the baseline)", base[-1], window[-1]))


def _shares(counts: Sequence[int]) -> list[float]:
    total = sum(counts)
    return [count / total if total else 0.0 for count in counts]


def _ranges(edges: Sequence[float]) -> list[str]:
    """What each bin on ``edges`` is called; a bin that holds one value by that value."""
    if not edges:
        return ["all"]
    inner = [
        number(low) if number(low) == number(high) else f"{number(low)} … {number(high)}"
        for low, high in pairwise(edges)
    ]
    return [f"below {number(edges[0])}", *inner, f"{number(edges[-1])} and above"]


def _even(low: float, high: float) -> list[float]:
    step = (high - low) / BARS
    return [low + index * step for index in range(BARS)] + [high]


def _spread(edges: Sequence[float], shares: Sequence[float], grid: Sequence[float]) -> list[float]:
    """The shares on ``edges`` laid onto ``grid``, whose ends are edges: each bin evenly over its own width."""
    out = [shares[0] + shares[1], *(0.0 for _ in range(len(grid) - 1)), shares[-1] + shares[-2]]
    low, width = grid[0], (grid[-1] - grid[0]) / (len(grid) - 1)
    for (start, end), share in zip(pairwise(edges[1:-1]), shares[2:-2], strict=True):
        first, last = int((start - low) / width), min(len(grid) - 2, int((end - low) / width))
        for bar in range(min(first, last), last + 1):
            inside = min(end, grid[bar + 1]) - max(start, grid[bar])
            out[bar + 1] += share * max(0.0, inside) / (end - start)
    return out
