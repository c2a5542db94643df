"""Coarse bins: what people are shown of a baseline that came with Model Monitor's sketch, whose own bins are thousands.

Its verdicts are made on the sketch's bins; histograms, onsets and the other distances on some fifty of equal mass, as those of
driftline's own baselines are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from driftline.baseline.model import Baseline, NumericStatistics

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

MOST_EDGES: Final = 51
"""Edges of a column of numbers of driftline's own baselines: 50 bins between the smallest and the largest value."""


@dataclass(frozen=True)
class Bins:
    """Some of the edges of a column: ``starts`` are the fine bins at which each of the ``len(edges) + 1`` coarse ones begins."""

    edges: Floats
    counts: Counts
    starts: Counts | None = None

    def of(self, counts: Counts) -> Counts:
        """Counts on the fine bins, on these."""
        return counts if self.starts is None else np.add.reduceat(counts, self.starts)


def bins_of(baseline: Baseline, name: str, statistics: NumericStatistics) -> Bins:
    """The bins that a numeric column is shown on: its own, or if it is judged as Model Monitor would, at most 52."""
    if baseline.monitor is not None and len(statistics.edges) > MOST_EDGES:
        return _coarse(_Key(baseline.id, name, statistics))
    return Bins(np.array(statistics.edges, dtype=np.float64), np.array(statistics.counts, dtype=np.int64))


@dataclass(frozen=True)
class _Key:
    """A column of a baseline by name, which tells its content as well and is faster to compare."""

    baseline: str
    name: str
    statistics: NumericStatistics = field(compare=False)


@lru_cache(maxsize=2048)
def _coarse(key: _Key) -> Bins:
    """First and last edge, and between them those next to equal shares of the mass."""
    edges = np.array(key.statistics.edges, dtype=np.float64)
    counts = np.array(key.statistics.counts, dtype=np.int64)
    ends = counts.cumsum()
    wanted = ends.searchsorted(ends[-1] * np.arange(1, MOST_EDGES - 1) / (MOST_EDGES - 1))
    if not ends[-1]:
        wanted = np.linspace(0, len(edges) - 1, MOST_EDGES - 1).astype(np.int64)
    kept = np.unique(np.concatenate(([0], np.minimum(wanted, len(edges) - 1), [len(edges) - 1])))
    starts = np.concatenate(([0], kept + 1))
    return Bins(edges[kept], np.add.reduceat(counts, starts), starts)
