"""NameCounts: how often each of a bounded number of names was seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from driftline.stats.mergeable import Mergeable, State

#: Names of unknown columns that are kept by default; what lies beyond is only counted.
NAME_CAP: Final = 64


class NameCounts(Mergeable):
    """Exact counts of the ``cap`` alphabetically first names, and one count of all the others together.

    Which names are kept must not depend on who came first. A name among the first of the whole is among the first of every
    part, so it is never dropped on the way and its count is exact. ``overflow`` counts the rows of dropped names.

    >>> names = NameCounts(cap=2)
    >>> names.update({"b": 1, "c": 5}); names.update({"a": 2})
    >>> sorted(names.counts.items()), names.overflow
    ([('a', 2), ('b', 1)], 5)
    """

    def __init__(self, cap: int = NAME_CAP, counts: dict[str, int] | None = None, overflow: int = 0) -> None:
        self.cap = cap
        self.counts: dict[str, int] = {} if counts is None else counts
        self.overflow = overflow

    def update(self, counts: Mapping[str, int]) -> None:
        """Add counts > 0 by name."""
        for name, count in counts.items():
            self.counts[name] = self.counts.get(name, 0) + count
        for name in sorted(self.counts)[self.cap :]:
            self.overflow += self.counts.pop(name)

    def copy(self) -> Self:
        """An equal one that shares nothing."""
        return type(self)(self.cap, dict(self.counts), self.overflow)

    def iadd(self, other: Self) -> None:
        """Add the counts of ``other``; ValueError if its cap differs."""
        if self.cap != other.cap:
            raise ValueError(f"name counts must have equal caps to be merged, got {self.cap} and {other.cap}")
        if other.counts:
            self.update(other.counts)
        self.overflow += other.overflow

    def to_state(self) -> State:
        """``{"counts": {name: rows}, "overflow": rows}``, names in order."""
        return {"counts": dict(sorted(self.counts.items())), "overflow": self.overflow}

    @classmethod
    def from_state(cls, state: State, cap: int = NAME_CAP) -> Self:
        """Read :meth:`to_state` back."""
        return cls(cap, dict(state["counts"]), int(state["overflow"]))
