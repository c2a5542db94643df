"""KllSketch: Deequ's quantile sketch, item for item, so that files written here are what Model Monitor's readers expect."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from driftline.baseline.sagemaker.points import Points

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Parameters that every real file has.
SKETCH_SIZE: Final = 2048
SHRINKING_FACTOR: Final = 0.64
#: Buckets of a real file.
BUCKETS: Final = 10


@dataclass(frozen=True)
class Bucket:
    """How many values a sketch counts in [low, high); in the last bucket, [low, high]."""

    low: float
    high: float
    count: int


class KllSketch:
    """A KLL sketch (Karnin, Lang, Liberty 2016) as Deequ's ``QuantileNonSample`` and ``NonSampleCompactor`` have it.

    Level h holds up to 2 (ceil(k c**h / 2) + 1) items of weight 2**h. When all levels together hold more than they may, the
    lowest full one is sorted and every second item goes up a level: the odd or the even ones, by turns (Deequ starts with the
    first; its coin is commented out), so that the sketch depends on nothing but the values and their order. Exact up to 2,050
    values, beyond typically within 0.2 % of the ranks. The weights always sum to the count. 50 kB.

    >>> sketch = KllSketch(size=2)
    >>> sketch.add(np.array([5.0, 1.0, 4.0, 2.0, 3.0]))
    >>> [level.tolist() for level in sketch.levels], sketch.count
    ([[3.0], [1.0, 4.0]], 5)
    """

    def __init__(self, size: int = SKETCH_SIZE, shrinking: float = SHRINKING_FACTOR) -> None:
        self.size, self.shrinking = size, shrinking
        self._levels: list[NDArray[np.float64]] = []
        self._compactions: list[int] = []
        self._offsets: list[int] = []
        self._capacities: list[int] = []
        self.count = 0
        self._expand()

    def _expand(self) -> None:
        height = len(self._levels)
        self._levels.append(np.empty(0))
        self._compactions.append(0)
        self._offsets.append(0)
        self._capacities.append(2 * (math.ceil(self.size * self.shrinking**height / 2) + 1))

    @property
    def levels(self) -> tuple[NDArray[np.float64], ...]:
        """The items of each level, in the order in which they came there."""
        return tuple(self._levels)

    @property
    def points(self) -> Points:
        """The distinct items with their whole weights."""
        return Points.of([level.tolist() for level in self._levels])

    def add(self, values: NDArray[np.float64]) -> None:
        """Add finite values, in their order."""
        self.count += values.size
        start = 0
        while start < values.size:
            room = sum(self._capacities) - sum(level.size for level in self._levels) + 1
            self._levels[0] = np.concatenate((self._levels[0], values[start : start + room]))
            start += room
            if start <= values.size:
                self._condense()

    def _condense(self) -> None:
        """Compact the lowest level that is full."""
        height = next(h for h, level in enumerate(self._levels) if level.size >= self._capacities[h])
        if height + 1 == len(self._levels):
            self._expand()
        if self._compactions[height] % 2:
            self._offsets[height] ^= 1
        self._compactions[height] += 1
        level = self._levels[height]
        even = level.size - level.size % 2
        raised = np.sort(level[:even])[self._offsets[height] :: 2]
        self._levels[height] = level[even:].copy()
        self._levels[height + 1] = np.concatenate((self._levels[height + 1], raised))


def buckets(points: Points, low: float, high: float) -> tuple[Bucket, ...]:
    """The ten equal-width buckets over [low, high] (minimum and maximum of the data), counted by a sketch's ranks.

    As ``KLLSketch.computeMetricFrom`` of Deequ computes them, operation for operation.
    """
    edges = [low + (high - low) * i / BUCKETS for i in range(BUCKETS + 1)]
    below = [points.below(edge) for edge in edges[:-1]] + [points.up_to(edges[-1])]
    return tuple(Bucket(edges[i], edges[i + 1], below[i + 1] - below[i]) for i in range(BUCKETS))
