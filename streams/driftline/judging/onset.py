"""When did it begin? The change point of a rate, from the panes of a breach.

Every check looks at some share of rows: missing ones, wrong types, unseen values, numbers outside; for drift it is the
share at or below the edge (of the category) where window and baseline differ most. Before the change that share is the
baseline's, p0; from some pane on it is another. The likelihood of "from pane k on", for each k, is

    L(k) = H ln(p / p0) + (N - H) ln((1 - p) / (1 - p0)),   H of N rows from k on, p = H / N

and the interval holds every k whose 2 (max L - L(k)) / phi is at most 3.84, the 95 % point of chi-squared with one degree.
phi >= 1 is the overdispersion of the panes around the fit (Pearson's chi-squared per degree): panes of real traffic differ
more than coins. Source: Hinkley & Hinkley 1970, Biometrika 57, 477; Wilks 1938 for the interval (approximate: the parameter
is a pane, not a number). An interval that begins with the first pane means "then, or earlier".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from driftline.baseline.model import Baseline
from driftline.judging.facts import ColumnFacts, Counts, column_facts
from driftline.judging.rules_columns import BOUNDS, CATEGORIES, COMPLETENESS, DATA_TYPE, MISSING
from driftline.judging.rules_drift import BASELINE_DRIFT, PREDICTION_DRIFT
from driftline.stats.profile import Profile

CHI_SQUARED_95: Final = 3.84
FROM_PANES: Final = "panes"
FROM_WINDOW: Final = "window"


@dataclass(frozen=True)
class Onset:
    """The change began in [earliest_ms, latest_ms). ``method``: "panes" as above, "window": the opening window as a whole."""

    earliest_ms: int
    latest_ms: int
    method: str


@dataclass(frozen=True)
class PaneRate:
    """``hits`` of ``total`` rows in the pane [start_ms, end_ms)."""

    start_ms: int
    end_ms: int
    hits: int
    total: int


@dataclass(frozen=True)
class Pane:
    """A stored pane (or block of panes) under the judging baseline."""

    start_ms: int
    end_ms: int
    profile: Profile


def estimate_onset(
    check: str, feature: str, baseline: Baseline | None, panes: Sequence[Pane], opened: tuple[int, int]
) -> Onset:
    """The onset interval of a breach of ``feature``; ``opened`` is the window that opened the incident, and the fallback.

    ``panes`` are those of the window, and better also some before it, in order; cost 10 µs a pane.
    """
    column = None if baseline is None else baseline.column(feature)
    if baseline is None or column is None or column.statistics is None or not panes:
        return Onset(*opened, FROM_WINDOW)
    facts = [column_facts(baseline, column, pane.profile) for pane in panes]
    signal = _signal(check, facts)
    if signal is None:
        return Onset(*opened, FROM_WINDOW)
    rates = [PaneRate(pane.start_ms, pane.end_ms, *signal.of(fact)) for pane, fact in zip(panes, facts, strict=True)]
    return change_point(rates, signal.expected) or Onset(*opened, FROM_WINDOW)


def change_point(rates: Sequence[PaneRate], expected: float) -> Onset | None:
    """The interval of panes from which on the rate may have left ``expected`` (0 < p0 < 1); None if it did not.

    >>> change_point([PaneRate(i, i + 1, hits, 100) for i, hits in enumerate([1, 0, 2, 40, 38])], 0.01)
    Onset(earliest_ms=3, latest_ms=4, method='panes')
    """
    rates = [rate for rate in rates if rate.total]
    if not rates:
        return None
    hits = np.cumsum([rate.hits for rate in reversed(rates)])[::-1]
    totals = np.cumsum([rate.total for rate in reversed(rates)])[::-1]
    gains = [_gain(int(h), int(n), expected) for h, n in zip(hits, totals, strict=True)]
    best = max(range(len(rates)), key=lambda k: gains[k])
    slack = CHI_SQUARED_95 / 2.0 * _overdispersion(rates, best, int(hits[best]) / int(totals[best]), expected)
    if gains[best] <= slack:
        return None
    inside = [k for k, gain in enumerate(gains) if gain >= gains[best] - slack]
    return Onset(rates[inside[0]].start_ms, rates[inside[-1]].end_ms, FROM_PANES)


def _gain(hits: int, total: int, expected: float) -> float:
    """L(k) of the module's docstring."""
    rate = hits / total
    rising = hits * math.log(rate / expected) if hits else 0.0
    falling = (total - hits) * math.log((1.0 - rate) / (1.0 - expected)) if hits < total else 0.0
    return rising + falling


def _overdispersion(rates: Sequence[PaneRate], change: int, after: float, before: float) -> float:
    """Pearson's chi-squared of the panes around the fit, per degree of freedom, at least 1."""
    if len(rates) <= 2:  # noqa: PLR2004 - two parameters fit two panes
        return 1.0
    total = 0.0
    for k, rate in enumerate(rates):
        p = before if k < change else after
        p = min(max(p, 0.5 / rate.total), 1.0 - 0.5 / rate.total)
        total += (rate.hits - rate.total * p) ** 2 / (rate.total * p * (1.0 - p))
    return max(1.0, total / (len(rates) - 2))


@dataclass(frozen=True)
class _Signal:
    """Which share of the rows tells of the breach, and what it is in the baseline."""

    of: Callable[[ColumnFacts], tuple[int, int]]
    expected: float


def _signal(check: str, facts: list[ColumnFacts]) -> _Signal | None:
    """The share that ``check`` looks at; None for checks of the whole model."""
    first = facts[0]
    if check in {MISSING, COMPLETENESS}:
        lost = first.baseline_rows - first.baseline_present
        return _Signal(lambda f: (f.rows - f.present, f.rows), _rate(lost, first.baseline_rows))
    if check == DATA_TYPE:
        return _Signal(lambda f: (f.mistyped, f.present), _rate(first.baseline_mistyped, first.baseline_present))
    if check == CATEGORIES:
        return _Signal(lambda f: (f.unseen, f.count), _rate(int(first.baseline_counts[-1]), first.baseline_count))
    if check == BOUNDS:
        return _Signal(lambda f: (f.outside, f.count), _rate(0, first.baseline_count))
    return _drift_signal(facts) if check in {BASELINE_DRIFT, PREDICTION_DRIFT} else None


def _drift_signal(facts: list[ColumnFacts]) -> _Signal | None:
    """The bins on one side of the edge (the one category) where all panes together differ most from the baseline."""
    base = facts[0].baseline_counts
    whole: Counts = np.sum([fact.counts for fact in facts], axis=0)
    if not base.sum() or not whole.sum():
        return None
    if facts[0].is_numeric:
        edge = int(np.argmax(np.abs(base.cumsum() / base.sum() - whole.cumsum() / whole.sum())))
        bins = slice(0, edge + 1)
    else:
        category = int(np.argmax(np.abs(base / base.sum() - whole / whole.sum())))
        bins = slice(category, category + 1)
    return _Signal(lambda f: (int(f.counts[bins].sum()), f.count), _rate(int(base[bins].sum()), int(base.sum())))


def _rate(hits: int, total: int) -> float:
    """Share of hits, kept off 0 and 1 by half a row."""
    return (hits + 0.5) / (total + 1.0)
