"""BoundCounts: how many values lay below the lowest and above the highest that is allowed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from driftline.stats.block import Block
from driftline.stats.layout import Layout
from driftline.stats.tables import CountTable

Counts = NDArray[np.int64]


class BoundCounts(CountTable):
    """Values outside the closed interval [low, high] of the layout, per numeric column; (K,) int64 >= 0, exact.

    A value equal to a bound is inside; a bound of -inf or inf is never crossed. 16 bytes a column.
    """

    @staticmethod
    def shape(layout: Layout) -> tuple[int, ...]:
        """(below and above, K)."""
        return 2, len(layout.numeric)

    @property
    def below(self) -> Counts:
        """Values < low."""
        return self._row(0)

    @property
    def above(self) -> Counts:
        """Values > high."""
        return self._row(1)

    @property
    def outside(self) -> Counts:
        """Below + above."""
        return self.below + self.above

    def update_block(self, block: Block, ranks: Counts) -> None:
        """Take in sorted columns, by the ranks that ``Layout.rank_plan`` gave for them."""
        starts = self.layout.rank_plan.starts
        ends = starts[block.first + 1 : block.span.stop + 1] - starts[block.first]
        self.below[block.span] += ranks[ends - 2]
        self.above[block.span] += block.finite - ranks[ends - 1]
