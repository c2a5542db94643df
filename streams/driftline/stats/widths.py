"""WidthCounts: how many columns the rows had as they came."""

from __future__ import annotations

from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from driftline.stats.mergeable import Mergeable, State

#: Widths that are kept. Chosen, because a dataset has one, and a broken one a few.
WIDTH_CAP: Final = 64


class WidthCounts(Mergeable):
    """Exact counts of the 64 smallest widths (columns of a row), and one count of all the others together.

    Which widths are kept must not depend on who came first: as in :class:`~driftline.stats.names.NameCounts`, one among the
    smallest of the whole is among the smallest of every part. ``overflow`` counts the rows of the others.

    >>> widths = WidthCounts()
    >>> widths.update(np.array([5, 5, 1]))
    >>> widths.counts, widths.usual
    ({1: 1, 5: 2}, 5)
    """

    def __init__(self, counts: dict[int, int] | None = None, overflow: int = 0) -> None:
        self.counts: dict[int, int] = {} if counts is None else counts
        self.overflow = overflow

    @property
    def is_empty(self) -> bool:
        """Whether no row has been counted."""
        return not self.counts and not self.overflow

    @property
    def usual(self) -> int | None:
        """The width of most rows, of several such the largest; None without rows. The others' overflow has no say."""
        return max(self.counts, key=lambda width: (self.counts[width], width), default=None)

    def update(self, widths: NDArray[np.int32] | NDArray[np.int64]) -> None:
        """Count a batch of rows by their widths; one below 0 is not known and not counted. About 20 ns a row."""
        found, times = np.unique(widths[widths >= 0], return_counts=True)
        self._add(dict(zip(found.tolist(), times.tolist(), strict=True)))

    def _add(self, counts: dict[int, int]) -> None:
        for width, rows in counts.items():
            self.counts[width] = self.counts.get(width, 0) + rows
        for width in sorted(self.counts)[WIDTH_CAP:]:
            self.overflow += self.counts.pop(width)

    def copy(self) -> Self:
        """An equal one that shares nothing."""
        return type(self)(dict(self.counts), self.overflow)

    def iadd(self, other: Self) -> None:
        """Add the counts of ``other``."""
        self._add(other.counts)
        self.overflow += other.overflow

    def to_state(self) -> State:
        """``{"counts": [[width, rows], ...], "overflow": rows}``, widths in order."""
        return {"counts": [list(pair) for pair in sorted(self.counts.items())], "overflow": self.overflow}

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Read :meth:`to_state` back."""
        return cls({int(width): int(rows) for width, rows in state["counts"]}, int(state["overflow"]))
