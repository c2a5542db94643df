"""Facts: what Model Monitor's rules look at, gathered from the profile of a window and from its own two files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from driftline.baseline.model import Baseline, CategoryStatistics, NumericStatistics
from driftline.baseline.sagemaker.rules import FeatureRules, MonitorRules
from driftline.stats.profile import Profile

Counts = NDArray[np.int64]

MOST_VALUES: Final = 120
"""Different values up to which a text has a distribution: ``ColumnProfiler.DEFAULT_CARDINALITY_THRESHOLD`` of Deequ."""

_NOTHING: Final = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class FeatureFacts:
    """One feature of the constraints file in one window. All counts are of rows whose columns could be told apart.

    ``baseline`` and ``window`` count the same bins: of numbers those of the baseline's sketch, of texts the known values.
    ``unseen`` are counts of the window's other texts, each for itself, and ``inside`` the texts within the domains.
    ``varied`` says that the window had more different texts than Model Monitor keeps a distribution of.
    """

    rules: FeatureRules
    numeric: bool
    present: int = 0
    missing: int = 0
    mistyped: int = 0
    inside: int = 0
    baseline: Counts = field(default_factory=lambda: _NOTHING)
    window: Counts = field(default_factory=lambda: _NOTHING)
    unseen: tuple[int, ...] = ()
    varied: bool = False

    @property
    def rows(self) -> int:
        """Rows that had the column, with a value or without."""
        return self.present + self.missing

    @property
    def baseline_count(self) -> int:
        """Weight of the baseline's distribution; 0 if its file has none."""
        return int(self.baseline.sum())

    @property
    def window_count(self) -> int:
        """Values of the window's distribution."""
        return int(self.window.sum()) + sum(self.unseen)


def feature_facts(baseline: Baseline, rules: MonitorRules, profile: Profile | None) -> Iterator[FeatureFacts]:
    """The facts of every feature that has a type, in the order of the constraints file; ``profile`` None: no rows."""
    columns = {column.name: column.statistics for column in baseline.monitored}
    for feature in rules.features:
        statistics = columns.get(feature.name)
        if isinstance(statistics, NumericStatistics):
            yield _numeric(baseline, feature, statistics, profile)
        elif statistics is not None:
            yield _textual(feature, statistics, profile)


def _numeric(
    baseline: Baseline, feature: FeatureRules, statistics: NumericStatistics, profile: Profile | None
) -> FeatureFacts:
    weights = _weights(_Key(baseline.id, feature.name, statistics))
    if profile is None:
        return FeatureFacts(feature, numeric=True, baseline=weights)
    place = profile.layout.index[feature.name]
    return FeatureFacts(
        feature,
        numeric=True,
        present=int(profile.presence.present[place]),
        missing=int(profile.presence.missing[place]),
        mistyped=int(profile.presence.wrong_type[place]),
        baseline=weights,
        window=profile.bins.of(place),
    )


def _textual(feature: FeatureRules, statistics: CategoryStatistics, profile: Profile | None) -> FeatureFacts:
    if profile is None:
        return FeatureFacts(
            feature, numeric=False, baseline=np.array([*statistics.categories.values()], dtype=np.int64)
        )
    place, numbers = profile.layout.index[feature.name], len(profile.layout.numeric)
    known = profile.layout.categories[place - numbers]
    counts = profile.categories.of(place - numbers)[:-1]
    allowed = set(feature.domains or ())
    unseen = profile.unseen.of(place - numbers)
    different = int(np.count_nonzero(counts)) + len(unseen)
    return FeatureFacts(
        feature,
        numeric=False,
        present=int(profile.presence.present[place]),
        missing=int(profile.presence.missing[place]),
        inside=sum(count for value, count in zip(known, counts.tolist(), strict=True) if value in allowed),
        baseline=np.array([statistics.categories.get(value, 0) for value in known], dtype=np.int64),
        window=counts,
        unseen=unseen,
        varied=different > MOST_VALUES,
    )


@dataclass(frozen=True)
class _Key:
    """A column of a baseline by name, which tells its content as well and is faster to compare."""

    baseline: str
    name: str
    statistics: NumericStatistics = field(compare=False)


@lru_cache(maxsize=512)
def _weights(key: _Key) -> Counts:
    """The sketch's weights by bin, as an array. Remembered: making it of 4,000 numbers costs more than the distance."""
    made = np.array(key.statistics.counts, dtype=np.int64)
    made.setflags(write=False)
    return made
