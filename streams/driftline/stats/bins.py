"""BinCounts: how many values fell into each bin of the baseline's own edges."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

from driftline.stats.block import Block
from driftline.stats.layout import Layout, require_like
from driftline.stats.mergeable import State
from driftline.stats.sparse import SparseCounts
from driftline.stats.tables import CountTable

Counts = NDArray[np.int64]


class BinCounts(CountTable):
    """Exact counts on frozen edges: E edges make the E + 1 bins (-inf, e0), [e0, e1) ... [e_last, inf).

    The bins of all columns lie in one flat array (``Layout.bin_starts``), so that merging is one addition. Underflow and
    overflow are bins like any other; missing values are in none, so a column's bins add up to its finite values. 8 bytes a
    bin. Where a column is *wide* (``Layout.wide``: Model Monitor's sketches have thousands of edges) only the bins that were
    hit are held, and values are looked up among the edges instead of edges among the values.
    """

    def __init__(self, layout: Layout, table: Counts | None = None, sparse: SparseCounts | None = None) -> None:
        self._sparse = sparse
        if layout.wide:
            self.layout = layout
            self._sparse = SparseCounts(self.shape(layout)[0]) if sparse is None else sparse
        else:
            super().__init__(layout, table)

    @staticmethod
    def shape(layout: Layout) -> tuple[int, ...]:
        """(bins of all columns,)."""
        return (int(layout.bin_starts[-1]),)

    def of(self, column: int) -> Counts:
        """(E + 1,) the counts of one numeric column, to be read only."""
        starts = self.layout.bin_starts
        if self._sparse is not None:
            return self._sparse.between(int(starts[column]), int(starts[column + 1]))
        return self._table[starts[column] : starts[column + 1]]

    def update_block(self, block: Block, ranks: Counts) -> None:
        """Take in sorted columns, by the ranks that ``Layout.rank_plan`` gave for them."""
        if self._sparse is not None:
            self._hit(self._sparse, block)
            return
        plan, starts = self.layout.rank_plan, self.layout.bin_starts
        span = slice(starts[block.first], starts[block.span.stop])
        begins = plan.bins[span] - plan.starts[block.first]
        self._table[span] += ranks[begins + 1] - ranks[begins]

    def _hit(self, sparse: SparseCounts, block: Block) -> None:
        """Look up the values of a block among the edges: some 10 ns a value, and 2 to count it."""
        edges, starts = self.layout.edges, self.layout.bin_starts.tolist()
        for index, finite in enumerate(block.finite.tolist()):
            column = block.first + index
            places = edges[column].searchsorted(block.values[index, :finite], side="right")
            sparse.hit(places, starts[column], starts[column + 1])

    def copy(self) -> Self:
        """An equal one that shares nothing."""
        return super().copy() if self._sparse is None else type(self)(self.layout, sparse=self._sparse.copy())

    def iadd(self, other: Self) -> None:
        """Add the counts of ``other``; ValueError if it has another layout."""
        if self._sparse is None or other._sparse is None:
            super().iadd(other)
            return
        require_like(self.layout, other.layout, type(self).__name__)
        self._sparse.iadd(other._sparse)

    def to_state(self) -> State:
        """``{"counts": packed}``; of wide layouts as :class:`~driftline.stats.sparse.SparseCounts` has it."""
        return super().to_state() if self._sparse is None else self._sparse.to_state()

    @classmethod
    def from_state(cls, layout: Layout, state: State) -> Self:
        """Read :meth:`to_state` back; ValueError if it is of another size."""
        if not layout.wide:
            return super().from_state(layout, state)
        return cls(layout, sparse=SparseCounts.from_state(cls.shape(layout)[0], state))
