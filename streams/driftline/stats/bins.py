"""BinCounts: how many values fell into each bin of the baseline's own edges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from driftline.stats.block import Block
from driftline.stats.layout import Layout
from driftline.stats.tables import CountTable

Counts = NDArray[np.int64]


class BinCounts(CountTable):
    """Exact counts on frozen edges: E edges make the E + 1 bins (-inf, e0), [e0, e1) ... [e_last, inf).

    The bins of all columns lie in one flat array (``Layout.bin_starts``), so that merging is one addition. Underflow and
    overflow are bins like any other; missing values are in none, so a column's bins add up to its finite values. 8 bytes a
    bin.
    """

    @staticmethod
    def shape(layout: Layout) -> tuple[int, ...]:
        """(bins of all columns,)."""
        return (int(layout.bin_starts[-1]),)

    def of(self, column: int) -> Counts:
        """(E + 1,) the counts of one numeric column; a view."""
        starts = self.layout.bin_starts
        return self._table[starts[column] : starts[column + 1]]

    def update_block(self, block: Block, ranks: Counts) -> None:
        """Take in sorted columns, by the ranks that ``Layout.rank_plan`` gave for them."""
        plan, starts = self.layout.rank_plan, self.layout.bin_starts
        span = slice(starts[block.first], starts[block.span.stop])
        begins = plan.bins[span] - plan.starts[block.first]
        self._table[span] += ranks[begins + 1] - ranks[begins]
