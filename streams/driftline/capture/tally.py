"""Counters that many threads add to, and signal handlers and finalisers too, without a lock on their way."""

from __future__ import annotations

import threading
from collections import Counter, deque
from typing import Final

_FOLD_AT: Final = 4096
"""Entries after which the one who adds tries to sum them up. Chosen: 0.5 MB at most, should nobody ever read."""


class Tally:
    """Sums by name. To add is to append to a deque, which is one step for the interpreter; reading sums up."""

    def __init__(self) -> None:
        """All sums are 0."""
        self._entries: deque[tuple[str, int]] = deque()
        self._sums: Counter[str] = Counter()
        self._lock = threading.Lock()

    def add(self, name: str, number: int = 1) -> None:
        """Add to a sum; never waits. 0.1 us."""
        self._entries.append((name, number))
        if len(self._entries) > _FOLD_AT and self._lock.acquire(blocking=False):
            try:
                self._fold()
            finally:
                self._lock.release()

    def sums(self) -> dict[str, int]:
        """All sums, with everything that was added before the call."""
        with self._lock:
            self._fold()
            return dict(self._sums)

    def _fold(self) -> None:
        for _ in range(len(self._entries)):
            name, number = self._entries.popleft()
            self._sums[name] += number
