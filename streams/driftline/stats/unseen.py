"""UnseenCounts: how often each value was seen that the baseline does not know, for as long as those are few."""

from __future__ import annotations

from collections import Counter
from typing import Final, Self

from driftline.stats.columns import Unseen
from driftline.stats.mergeable import Mergeable, State

#: Values that are kept per column. Deequ keeps the distribution of a text of at most 120 different values: with one more
#: there is nothing left to compare, whatever it is.
UNSEEN_CAP: Final = 121


class UnseenCounts(Mergeable):
    """Exact counts of the ``cap`` unseen values with the smallest hashes, per categorical column.

    Which are kept must not depend on who came first: as in :class:`~driftline.stats.names.NameCounts`, a hash among the
    smallest of the whole is among the smallest of every part. A column that holds ``cap`` of them may have had more. Hashes
    (:mod:`driftline.stats.hashing`, 64 bits) stand for the values: no text enters the state. 0.3 µs a cell.

    >>> unseen = UnseenCounts(cap=2)
    >>> unseen.update([(0, 0, 7), (0, 1, 7), (0, 2, 9)])
    >>> unseen.of(0), unseen.is_full(0)
    ((2, 1), True)
    """

    def __init__(self, cap: int = UNSEEN_CAP, counts: dict[int, dict[int, int]] | None = None) -> None:
        self.cap = cap
        self.counts: dict[int, dict[int, int]] = {} if counts is None else counts

    @property
    def is_empty(self) -> bool:
        """Whether no cell has been counted."""
        return not self.counts

    def of(self, column: int) -> tuple[int, ...]:
        """The counts of the values of one categorical column (0 .. C - 1), largest first."""
        return tuple(sorted(self.counts.get(column, {}).values(), reverse=True))

    def is_full(self, column: int) -> bool:
        """Whether a column had ``cap`` or more different values that the baseline does not know."""
        return len(self.counts.get(column, {})) >= self.cap

    def update(self, cells: Unseen) -> None:
        """Take in the unseen cells of a batch."""
        found = Counter((column, value) for column, _, value in cells)
        for (column, value), times in found.items():
            held = self.counts.setdefault(column, {})
            held[value] = held.get(value, 0) + times
        self._cut()

    def _cut(self) -> None:
        for column, held in self.counts.items():
            if len(held) > self.cap:
                self.counts[column] = {value: held[value] for value in sorted(held)[: self.cap]}

    def copy(self) -> Self:
        """An equal one that shares nothing."""
        return type(self)(self.cap, {column: dict(held) for column, held in self.counts.items()})

    def iadd(self, other: Self) -> None:
        """Add the counts of ``other``; ValueError if its cap differs."""
        if self.cap != other.cap:
            raise ValueError(f"unseen counts must have equal caps to be merged, got {self.cap} and {other.cap}")
        for column, held in other.counts.items():
            mine = self.counts.setdefault(column, {})
            for value, times in held.items():
                mine[value] = mine.get(value, 0) + times
        self._cut()

    def to_state(self) -> State:
        """``{"counts": [[column, [[hash, rows], ...]], ...]}``, columns and hashes in order."""
        return {
            "counts": [
                [column, [list(pair) for pair in sorted(held.items())]] for column, held in sorted(self.counts.items())
            ]
        }

    @classmethod
    def from_state(cls, state: State, cap: int = UNSEEN_CAP) -> Self:
        """Read :meth:`to_state` back."""
        counts = {int(column): {int(value): int(rows) for value, rows in held} for column, held in state["counts"]}
        return cls(cap, counts)
