"""Facts: what the rules look at, gathered once per window from the profile and the baseline. The only reader of profiles.

Count vectors of window and baseline have the same bins in the same order, so that rules and distances just compare them.
Numeric: the bins of the baseline's edges, below the first and above the last included. Categorical: the known values, then
one bin for the unseen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from driftline.baseline.constraints import ColumnLimits
from driftline.baseline.layout import categories_of
from driftline.baseline.model import Baseline, CategoryStatistics, ColumnProfile, NumericStatistics, Role
from driftline.judging.evidence import Share
from driftline.stats.profile import Profile

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class ColumnFacts:
    """One monitored column in one window. All counts are of rows; ``rows`` = present + missing.

    ``counts`` and ``baseline_counts`` have the same bins; ``edges`` and ``scale`` (the baseline's sigma; of a constant, the
    layout's substitute) are those of a numeric column, ``smallest`` and ``largest`` the extremes of baseline and window
    together; ``categories`` are those of a categorical column.
    """

    name: str
    role: Role
    kind: str
    limits: ColumnLimits
    rows: int
    present: int
    mistyped: int
    outside: int
    counts: Counts
    baseline_counts: Counts
    baseline_rows: int
    baseline_present: int
    baseline_mistyped: int
    edges: NDArray[np.float64] | None = None
    scale: float = 1.0
    smallest: float | None = None
    largest: float | None = None
    categories: tuple[str, ...] = ()

    @property
    def is_numeric(self) -> bool:
        """Whether the bins are ordered."""
        return self.edges is not None

    @property
    def unseen(self) -> int:
        """Values of the window that the baseline does not know; 0 for numbers."""
        return 0 if self.is_numeric else int(self.counts[-1])

    @property
    def count(self) -> int:
        """Values of the window in ``counts``."""
        return int(self.counts.sum())

    @property
    def baseline_count(self) -> int:
        """Values of the baseline in ``baseline_counts``."""
        return int(self.baseline_counts.sum())

    def present_share(self, alpha: float) -> Share:
        """Completeness of the window."""
        return Share(self.present, self.rows, alpha)

    def baseline_share(self, alpha: float) -> Share:
        """Completeness of the baseline."""
        return Share(self.baseline_present, self.baseline_rows, alpha)


def gather(baseline: Baseline, profile: Profile | None) -> tuple[ColumnFacts, ...]:
    """The facts of every monitored column, in the order of the data; ``profile`` None is a window without rows.

    Costs about 5 µs a column; the count vectors are views where they can be.
    """
    return tuple(column_facts(baseline, c, profile) for c in baseline.monitored if c.statistics is not None)


def baseline_counts_of(statistics: NumericStatistics | CategoryStatistics, categories: tuple[str, ...]) -> Counts:
    """The baseline's counts in the bins of its layout. Of numbers they are exact.

    Of categories they leave one out: a value that the baseline saw just once would be unseen without that one row, and is
    counted in the last bin. For a list that is complete this changes nothing to speak of; for one that is not (names, codes)
    it is the honest guess of how much is new in every sample (Good 1953, Biometrika 40, 237).
    """
    if isinstance(statistics, NumericStatistics):
        return np.array(statistics.counts, dtype=np.int64)
    held = [statistics.categories.get(value, 0) for value in categories]
    kept = [count if count > 1 else 0 for count in held]
    return np.array([*kept, statistics.count - sum(kept)], dtype=np.int64)


def column_facts(baseline: Baseline, column: ColumnProfile, profile: Profile | None) -> ColumnFacts:
    """The facts of one monitored column. Raises TypeError if it has no statistics, as no monitored column may."""
    statistics, limits = column.statistics, baseline.constraints.limits(column.name)
    if statistics is None:
        raise TypeError(f"column {column.name!r} has no statistics")
    categories = () if isinstance(statistics, NumericStatistics) else categories_of(column, limits)
    base = baseline_counts_of(statistics, categories)
    present, mistyped, outside, counts = _of_profile(column.name, profile, len(base))
    facts = ColumnFacts(
        name=column.name,
        role=column.role,
        kind=column.kind.value,
        limits=limits,
        rows=0 if profile is None else profile.rows,
        present=present,
        mistyped=mistyped,
        outside=outside,
        counts=counts,
        baseline_counts=base,
        baseline_rows=baseline.rows,
        baseline_present=statistics.present,
        baseline_mistyped=statistics.mistyped,
        categories=categories,
    )
    return _with_numbers(facts, statistics, profile) if isinstance(statistics, NumericStatistics) else facts


def _with_numbers(facts: ColumnFacts, statistics: NumericStatistics, profile: Profile | None) -> ColumnFacts:
    """What only numbers have."""
    low, high = statistics.min, statistics.max
    if profile is not None and facts.count:
        place = profile.layout.index[facts.name]
        low, high = min(low, float(profile.moments.min[place])), max(high, float(profile.moments.max[place]))
    return replace(
        facts,
        edges=np.array(statistics.edges, dtype=np.float64),
        scale=statistics.std or abs(statistics.mean) or 1.0,
        smallest=low,
        largest=high,
    )


def _of_profile(name: str, profile: Profile | None, bins: int) -> tuple[int, int, int, Counts]:
    """Present, mistyped, outside and counts of a column."""
    if profile is None:
        return 0, 0, 0, np.zeros(bins, dtype=np.int64)
    place, numbers = profile.layout.index[name], len(profile.layout.numeric)
    present, wrong = int(profile.presence.present[place]), int(profile.presence.wrong_type[place])
    if place < numbers:
        return present, wrong, int(profile.bounds.outside[place]), profile.bins.of(place)
    return present, wrong, 0, profile.categories.of(place - numbers)
