"""Mergeable: what every statistic of this package is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self

State = dict[str, Any]


class Mergeable(ABC):
    """A sufficient statistic: updated by batches of rows, merged with its like, written down and read back.

    Laws, held for every kind by ``tests/laws``; "equal" means equal to the last bit, as :meth:`to_state` shows it:

    1. merging with an empty one changes nothing
    2. a merged with b equals b merged with a
    3. (a with b) with c equals a with (b with c)
    4. a with b equals one that was updated with the rows of both, whole or in any batches, in any order
    5. merging leaves its argument as it was; :meth:`merge` leaves both
    6. what :meth:`to_state` gave comes back equal
    7. those of unlike parameters refuse each other with a ValueError

    The one exception: the floating-point moments of :class:`~driftline.stats.open_profile.OpenProfile`, see there.
    """

    @abstractmethod
    def copy(self) -> Self:
        """An equal one that shares nothing that changes."""

    @abstractmethod
    def iadd(self, other: Self) -> None:
        """Take in ``other``; raises ValueError if their parameters differ."""

    @abstractmethod
    def to_state(self) -> State:
        """Integers, bytes, texts, lists and dicts only; equal statistics give equal states."""

    def merge(self, other: Self) -> Self:
        """A new one that holds what both hold."""
        merged = self.copy()
        merged.iadd(other)
        return merged
