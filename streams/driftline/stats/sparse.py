"""SparseCounts: counts on far more places than there are values, held by the places that were hit."""

from __future__ import annotations

from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from driftline.stats.mergeable import Mergeable, State
from driftline.stats.packing import pack_ints, unpack_ints

Counts = NDArray[np.int64]

#: A table is held whole, and written whole, once more than one place in so many was hit. Chosen, because a hit place takes
#: 16 bytes and a place of a whole table 8, and adding to a whole table is some times quicker.
SPARSE: Final = 4
#: Hits that wait before a whole table is made for them. Chosen, because sorting so many in costs less than making one.
_WAITING: Final = 8192


class SparseCounts(Mergeable):
    """Exact counts at the places 0 ... ``size`` - 1, held as what was hit or, where many hits come, as a whole table.

    Which of the two is never seen from outside. About 2 ns a hit, 20 while they are few; 16 bytes a place that was hit, at
    most 8 ``size`` bytes.

    >>> counts = SparseCounts(100)
    >>> counts.hit(np.array([7, 3, 7]), 0, 100)
    >>> counts.between(3, 9).tolist()
    [1, 0, 0, 0, 2, 0]
    """

    def __init__(
        self, size: int, at: Counts | None = None, held: Counts | None = None, whole: Counts | None = None
    ) -> None:
        self.size = size
        self._at: Counts = np.empty(0, dtype=np.int64) if at is None else at
        self._held: Counts = np.empty(0, dtype=np.int64) if held is None else held
        self._whole = whole
        self._waiting: list[Counts] = []
        self._hits = 0

    def hit(self, places: NDArray[np.int64], start: int, stop: int) -> None:
        """Count one at each of these places of the stretch from ``start`` to ``stop``; they are counted from its start."""
        if self._whole is None:
            self._waiting.append(places + start)
            self._hits += places.size
            if self._hits > _WAITING:
                self._fill()
        else:
            np.add.at(self._whole[start:stop], places, 1)

    def between(self, start: int, stop: int) -> Counts:
        """(stop - start,) the counts at these places; to be read only."""
        self._settle()
        if self._whole is not None:
            return self._whole[start:stop]
        found = np.zeros(stop - start, dtype=np.int64)
        first, last = self._at.searchsorted([start, stop])
        found[self._at[first:last] - start] = self._held[first:last]
        return found

    def copy(self) -> Self:
        """An equal one that shares nothing that changes."""
        self._settle()
        if self._whole is not None:
            return type(self)(self.size, whole=self._whole.copy())
        return type(self)(self.size, self._at, self._held)  # these are never written to, but replaced

    def iadd(self, other: Self) -> None:
        """Add the counts of ``other``; ValueError if it has another size."""
        if self.size != other.size:
            raise ValueError(f"counts must be of equal sizes to be merged, got {self.size} and {other.size}")
        other._settle()
        self._settle()
        if other._whole is not None:
            self._fill()
        if self._whole is None:
            self._add(other._at, other._held)
        elif other._whole is not None:
            self._whole += other._whole
        else:
            self._whole[other._at] += other._held

    def to_state(self) -> State:
        """``{"counts": packed}`` of all places, or with ``"n"`` and ``"at"``, the steps between the places that were hit."""
        self._settle()
        at, held = self._at, self._held
        if self._whole is not None:
            at = np.flatnonzero(self._whole)
            held = self._whole[at]
        if at.size * SPARSE > self.size:
            return {"counts": pack_ints(self.between(0, self.size))}
        return {"n": int(at.size), "at": pack_ints(np.diff(at, prepend=0)), "counts": pack_ints(held)}

    @classmethod
    def from_state(cls, size: int, state: State) -> Self:
        """Read :meth:`to_state` back; ValueError if it is of another size."""
        if "n" not in state:
            return cls(size, whole=unpack_ints(state["counts"], size, "counts"))
        number = state["n"]
        if not isinstance(number, int) or not 0 <= number <= size:
            raise ValueError(f"places of counts must be from 0 to {size}, got {number!r}")
        at = np.cumsum(unpack_ints(state["at"], number, "places of counts"))
        if at.size and not (at[0] >= 0 and at[-1] < size and (np.diff(at) > 0).all()):
            raise ValueError(f"places of counts must increase and be below {size}")
        return cls(size, at, unpack_ints(state["counts"], number, "counts"))

    def _settle(self) -> None:
        """Sort in what waits."""
        if not self._waiting:
            return
        places, times = np.unique(np.concatenate(self._waiting), return_counts=True)
        self._waiting, self._hits = [], 0
        self._add(places, times.astype(np.int64))

    def _add(self, places: Counts, times: Counts) -> None:
        """Add counts at strictly increasing places to those that are held."""
        if not self._at.size:
            self._at, self._held = places, times
        else:
            both = np.concatenate((self._at, places))
            order = np.argsort(both, kind="stable")
            both, counts = both[order], np.concatenate((self._held, times))[order]
            first = np.flatnonzero(np.diff(both, prepend=-1))
            self._at, self._held = both[first], np.add.reduceat(counts, first)
        if self._at.size * SPARSE > self.size:
            self._fill()

    def _fill(self) -> None:
        """Hold the table whole from now on, with what waits."""
        if self._whole is None:
            self._whole = np.zeros(self.size, dtype=np.int64)
            self._whole[self._at] = self._held
            for places in self._waiting:
                np.add.at(self._whole, places, 1)
            self._at = self._held = np.empty(0, dtype=np.int64)
            self._waiting, self._hits = [], 0
