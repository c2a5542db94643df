"""Facts: what the rules look at, gathered once per window from the profile and the baseline. The only reader of profiles.

Count vectors of window and baseline have the same bins in the same order, so that rules and distances just compare them.
Numeric: the bins of the baseline's edges, below the first and above the last included; of Model Monitor's sketches the coarse
ones (:mod:`driftline.judging.coarse`). Categorical: the known values, then one bin for the unseen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.baseline.constraints import ColumnLimits
from driftline.baseline.layout import categories_of
from driftline.baseline.model import Baseline, ColumnProfile, NumericStatistics, Role
from driftline.judging.coarse import bins_of
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


def baseline_counts_of(baseline: Baseline, column: ColumnProfile) -> Counts:
    """The baseline's counts of a monitored column in the bins that it is shown on. Of numbers they are exact.

    Of categories they leave one out: a value that the baseline saw just once would be unseen without that one row, and is
    counted in the last bin. For a list that is complete this changes nothing to speak of; for one that is not (names, codes)
    it is the honest guess of how much is new in every sample (Good 1953, Biometrika 40, 237). Model Monitor's are left as they
    are. Raises TypeError if the column has no statistics, as no monitored column may.
    """
    statistics = column.statistics
    if isinstance(statistics, NumericStatistics):
        return bins_of(baseline, column.name, statistics).counts
    if statistics is None:
        raise TypeError(f"column {column.name!r} has no statistics")
    categories = categories_of(column, baseline.constraints.limits(column.name))
    held = [statistics.categories.get(value, 0) for value in categories]
    if baseline.monitor is not None:
        return np.array([*held, 0], dtype=np.int64)
    kept = [count if count > 1 else 0 for count in held]
    return np.array([*kept, statistics.count - sum(kept)], dtype=np.int64)


def column_facts(baseline: Baseline, column: ColumnProfile, profile: Profile | None) -> ColumnFacts:
    """The facts of one monitored column. Raises TypeError if it has no statistics, as no monitored column may."""
    statistics, limits = column.statistics, baseline.constraints.limits(column.name)
    if statistics is None:
        raise TypeError(f"column {column.name!r} has no statistics")
    base = baseline_counts_of(baseline, column)
    seen = _of_profile(baseline, column, profile)
    facts = ColumnFacts(
        name=column.name,
        role=column.role,
        kind=column.kind.value,
        limits=limits,
        rows=seen.rows,
        present=seen.present,
        mistyped=seen.mistyped,
        outside=seen.outside,
        counts=np.zeros(len(base), dtype=np.int64) if seen.counts is None else seen.counts,
        baseline_counts=base,
        baseline_rows=baseline.rows,
        baseline_present=statistics.present,
        baseline_mistyped=statistics.mistyped,
        categories=() if isinstance(statistics, NumericStatistics) else categories_of(column, limits),
    )
    if not isinstance(statistics, NumericStatistics):
        return facts
    return _with_numbers(facts, statistics, bins_of(baseline, column.name, statistics).edges, profile)


def _with_numbers(
    facts: ColumnFacts, statistics: NumericStatistics, edges: NDArray[np.float64], profile: Profile | None
) -> ColumnFacts:
    """What only numbers have."""
    low, high = statistics.min, statistics.max
    if profile is not None and facts.count:
        place = profile.layout.index[facts.name]
        low, high = min(low, float(profile.moments.min[place])), max(high, float(profile.moments.max[place]))
    return replace(
        facts,
        edges=edges,
        scale=statistics.std or abs(statistics.mean) or 1.0,
        smallest=low,
        largest=high,
    )


class _Seen(NamedTuple):
    """What a profile has of a column; rows that could not be told apart by column are in none of it."""

    rows: int = 0
    present: int = 0
    mistyped: int = 0
    outside: int = 0
    counts: Counts | None = None


def _of_profile(baseline: Baseline, column: ColumnProfile, profile: Profile | None) -> _Seen:
    if profile is None:
        return _Seen()
    place, numbers = profile.layout.index[column.name], len(profile.layout.numeric)
    presence, statistics = profile.presence, column.statistics
    present, wrong = int(presence.present[place]), int(presence.wrong_type[place])
    rows = present + int(presence.missing[place])
    if isinstance(statistics, NumericStatistics):
        counts = bins_of(baseline, column.name, statistics).of(profile.bins.of(place))
        return _Seen(rows, present, wrong, int(profile.bounds.outside[place]), counts)
    return _Seen(rows, present, wrong, 0, profile.categories.of(place - numbers))
