"""CountTable: what the statistics that are nothing but counts under a layout have in common."""

from __future__ import annotations

from abc import abstractmethod
from typing import Self

import numpy as np
from numpy.typing import NDArray

from driftline.stats.layout import Layout, require_like
from driftline.stats.mergeable import Mergeable, State
from driftline.stats.packing import pack_ints, unpack_ints

Counts = NDArray[np.int64]


class CountTable(Mergeable):
    """One int64 array whose shape follows from the layout; merging is one addition. Empty: all 0."""

    def __init__(self, layout: Layout, table: Counts | None = None) -> None:
        self.layout = layout
        self._table = np.zeros(self.shape(layout), dtype=np.int64) if table is None else table

    @staticmethod
    @abstractmethod
    def shape(layout: Layout) -> tuple[int, ...]:
        """Shape of the array under a layout."""

    def _row(self, index: int) -> Counts:
        row: Counts = self._table[index]
        return row

    def copy(self) -> Self:
        """An equal one that shares nothing."""
        return type(self)(self.layout, self._table.copy())

    def iadd(self, other: Self) -> None:
        """Add the counts of ``other``; ValueError if it has another layout."""
        require_like(self.layout, other.layout, type(self).__name__)
        self._table += other._table

    def to_state(self) -> State:
        """``{"counts": packed}``."""
        return {"counts": pack_ints(self._table.ravel())}

    @classmethod
    def from_state(cls, layout: Layout, state: State) -> Self:
        """Read :meth:`to_state` back; ValueError if it is of another size."""
        shape = cls.shape(layout)
        counts = unpack_ints(state["counts"], int(np.prod(shape)), f"{cls.__name__}.counts")
        return cls(layout, counts.reshape(shape))
