"""Event ids seen lately on one source: replayed events within a stated number of offsets count once."""

from __future__ import annotations

from collections import deque

EventKey = tuple[str, str, str]


class RecentIds:
    """Ids of the last ``bound`` offsets; memory is at most one entry an event of that stretch."""

    def __init__(self, bound: int) -> None:
        """``bound`` is the largest number of offsets that any model of the topic looks back."""
        self._bound = bound
        self._last: dict[EventKey, int] = {}
        self._order: deque[tuple[int, EventKey]] = deque()

    def seen(self, key: EventKey, offset: int, within: int) -> bool:
        """Whether the id stood in the ``within`` offsets before ``offset``; it is remembered either way.

        An id is looked for at the offset where it was last seen, so a replay of a replay counts once too.
        """
        self._forget(offset - self._bound)
        before = self._last.get(key)
        self._last[key] = offset
        self._order.append((offset, key))
        return before is not None and offset - before <= within

    def _forget(self, below: int) -> None:
        while self._order and self._order[0][0] < below:
            offset, key = self._order.popleft()
            if self._last.get(key) == offset:
                del self._last[key]
