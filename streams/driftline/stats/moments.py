"""ExactMoments: mean and standard deviation from sums that do not depend on the order of their addends."""

from __future__ import annotations

import math
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from driftline.stats.block import Block
from driftline.stats.layout import STEPS, Layout, require_like
from driftline.stats.mergeable import Mergeable, State
from driftline.stats.packing import pack_floats, pack_ints, unpack_floats, unpack_ints

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

#: Values further than this many baseline sigmas from the baseline's mean enter the sums as if they lay there, and are
#: counted. Chosen, because then a block of 2**15 squares of at most 2**38 steps sums to 2**53: still exact in float64.
CLIP: Final = 512.0
_LOW_BITS: Final = 40
_N, _CLIPPED, _SUM, _SQUARES_HIGH, _SQUARES_LOW = range(5)


class ExactMoments(Mergeable):
    """Count, sum, sum of squares, minimum and maximum of K columns.

    A value x becomes z = (x - center) / scale, clipped to +-512, and enters as the integers rint(z * 2**20) and
    rint(z * z * 2**20). Sums of integers are the same in every order, so the results are equal to the last bit however the
    rows were batched and merged. Squares are held in two words of 40 and 63 bits: no traffic overflows them.

    mean   center + scale * s1 / n, in the column's unit; error <= 2**-21 scale, plus what was clipped
    std    population (divides by n), scale * sqrt(s2 / n - (s1 / n)**2). The variance is wrong by at most
           (1 + 2 |z of the mean|) 2**-21 scale**2: near the baseline's mean std is good to 1e-5 scale from 0.1 scale on and
           to 0.0015 scale below; exactly 0 if minimum = maximum
    min, max  exact, never clipped; -0.0 counts as 0.0

    Empty: None. NaN never gets in: it is not counted here but in Presence. 56 bytes a column; 5 ns a value.
    """

    def __init__(self, layout: Layout, table: Counts | None = None, extremes: Floats | None = None) -> None:
        columns = len(layout.numeric)
        self.layout = layout
        self._table = np.zeros((5, columns), dtype=np.int64) if table is None else table
        self._extremes = np.full((2, columns), np.nan) if extremes is None else extremes

    @property
    def n(self) -> Counts:
        """(K,) values counted."""
        row: Counts = self._table[_N]
        return row

    @property
    def clipped(self) -> Counts:
        """(K,) values that lay beyond +-512 scales and entered the sums as +-512."""
        row: Counts = self._table[_CLIPPED]
        return row

    @property
    def min(self) -> Floats:
        """(K,) smallest value, NaN where there is none."""
        row: Floats = self._extremes[0]
        return row

    @property
    def max(self) -> Floats:
        """(K,) largest value, NaN where there is none."""
        row: Floats = self._extremes[1]
        return row

    def mean(self, column: int) -> float | None:
        """Mean of a column, None when empty."""
        n = int(self.n[column])
        if not n:
            return None
        low, high = float(self.min[column]), float(self.max[column])
        shift = int(self._table[_SUM, column]) / n / STEPS
        mean = float(self.layout.center[column]) + float(self.layout.scale[column]) * shift
        return min(max(mean, low), high)

    def std(self, column: int) -> float | None:
        """Population standard deviation of a column, None when empty."""
        n = int(self.n[column])
        if not n:
            return None
        if self.min[column] == self.max[column]:
            return 0.0
        high, low = int(self._table[_SQUARES_HIGH, column]), int(self._table[_SQUARES_LOW, column])
        squares, total = (high << _LOW_BITS) + low, int(self._table[_SUM, column])
        # n**2 * variance in steps**2, in whole numbers: no cancellation
        spread = n * squares * int(STEPS) - total * total
        return float(self.layout.scale[column]) * math.sqrt(max(spread, 0)) / n / STEPS

    def update_block(self, block: Block) -> None:
        """Take in sorted columns."""
        span = block.span
        table, extremes = self._table[:, span], self._extremes[:, span]
        table[_N] += block.finite
        np.fmin(extremes[0], block.lowest() + 0.0, out=extremes[0])
        np.fmax(extremes[1], block.highest() + 0.0, out=extremes[1])
        steps = self._steps(block)
        table[_SUM] += np.rint(steps, out=block.spare(2)).sum(axis=1).astype(np.int64)
        np.multiply(steps, steps, out=steps)
        np.multiply(steps, 1.0 / STEPS, out=steps)
        table[_SQUARES_LOW] += np.rint(steps, out=steps).sum(axis=1).astype(np.int64)
        self._carry()

    def _steps(self, block: Block) -> Floats:
        """(k, n) in a buffer: z * 2**20, clipped, 0 for NaN."""
        span = block.span
        center, per_unit = self.layout.center[span], self.layout.steps_per_unit[span]
        with np.errstate(over="ignore"):  # inf is clipped like anything far out
            steps = np.subtract(block.values, center[:, None], out=block.spare(1))
            np.multiply(steps, per_unit[:, None], out=steps)
        far, bound = np.arange(len(center)), CLIP * STEPS
        last = steps[far, np.maximum(block.finite - 1, 0)]
        if (steps[:, 0] < -bound).any() or (last > bound).any():
            self.clipped[span] += np.count_nonzero(np.abs(steps) > bound, axis=1)
            np.clip(steps, -bound, bound, out=steps)
        if block.has_gaps:
            np.copyto(steps, 0.0, where=block.gaps())
        return steps

    def _carry(self) -> None:
        """Move what the low word cannot hold to the high one, so that equal sums are held in one way only."""
        low = self._table[_SQUARES_LOW]
        self._table[_SQUARES_HIGH] += low >> _LOW_BITS
        low &= (1 << _LOW_BITS) - 1

    def copy(self) -> Self:
        """An equal one that shares nothing."""
        return type(self)(self.layout, self._table.copy(), self._extremes.copy())

    def iadd(self, other: Self) -> None:
        """Add the sums of ``other``."""
        require_like(self.layout, other.layout, "moments")
        self._table += other._table
        self._carry()
        np.fmin(self.min, other.min, out=self.min)
        np.fmax(self.max, other.max, out=self.max)

    def to_state(self) -> State:
        """``{"n", "sums": packed, "extremes": floats}``."""
        return {
            "n": pack_ints(self._table[:_SUM].ravel()),
            "sums": pack_ints(self._table[_SUM:].ravel()),
            "extremes": pack_floats(self._extremes.ravel()),
        }

    @classmethod
    def from_state(cls, layout: Layout, state: State) -> Self:
        """Read :meth:`to_state` back."""
        columns = len(layout.numeric)
        counts = unpack_ints(state["n"], 2 * columns, "moments.n")
        sums = unpack_ints(state["sums"], 3 * columns, "moments.sums")
        extremes = unpack_floats(state["extremes"], 2 * columns, "moments.extremes")
        return cls(layout, np.concatenate((counts, sums)).reshape(5, columns), extremes.reshape(2, columns))
