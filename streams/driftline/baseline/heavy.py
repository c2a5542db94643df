"""HeavyTexts: the texts of a column that may be among its most frequent ones, in bounded memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Texts kept between chunks; chosen, because it is a hundred times what a baseline lists and a few MB.
CAPACITY: Final = 100_000
#: Longest text (characters) that can be a category; chosen, because longer ones are prose or documents, not categories.
LONGEST: Final = 200


class HeavyTexts:
    """Candidates for the most frequent texts (Misra, Gries 1982): every text more frequent than rows / capacity is one.

    Exact while there are at most ``capacity`` different texts. Beyond, the (capacity + 1)-th greatest count is taken off all of
    them and those at nought are dropped, which loses no text above rows / capacity. Texts over 200 characters are never kept.

    >>> heavy = HeavyTexts(capacity=2)
    >>> heavy.add({"a": 5, "b": 1, "c": 1})
    >>> sorted(heavy.candidates)
    ['a']
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._counts: dict[str, int] = {}
        self.is_exact = True

    def add(self, counts: Mapping[str, int]) -> None:
        """Add texts with their counts."""
        held = self._counts
        for text, count in counts.items():
            if len(text) <= LONGEST:
                held[text] = held.get(text, 0) + count
        if len(held) > self._capacity:
            cut = sorted(held.values(), reverse=True)[self._capacity]
            self._counts = {text: count - cut for text, count in held.items() if count > cut}
            self.is_exact = False

    @property
    def candidates(self) -> frozenset[str]:
        """The texts still in question."""
        return frozenset(self._counts)
