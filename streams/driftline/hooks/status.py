"""How a hook fares: what it has done, and what went wrong last; for gauges, probes and people."""

from __future__ import annotations

import threading
from collections import Counter

from driftline.health.hooks import HookHealth

RESULTS = ("transformed", "dropped", "refused")
"""What may become of a record in a script."""


class HookStatus:
    """Counts of one hook of one model. Written by one thread at a time, read by any."""

    def __init__(self, model: str, hook: str, code: str, results: tuple[str, ...] = RESULTS) -> None:
        """Nothing has happened."""
        self._named = (model, hook, code)
        self._lock = threading.Lock()
        self._results = Counter(dict.fromkeys(results, 0))
        self._restarts = 0
        self._last = ("", "")

    def count(self, result: str, times: int = 1) -> None:
        """Add to one of the results."""
        with self._lock:
            self._results[result] += times

    def failed(self, error: str, trace: str = "") -> None:
        """Note an error; the last one is kept."""
        with self._lock:
            self._last = (error, trace)

    def restarted(self, times: int) -> None:
        """Add processes that died."""
        with self._lock:
            self._restarts += times

    def look(self) -> HookHealth:
        """As of now."""
        model, hook, code = self._named
        with self._lock:
            error, trace = self._last
            return HookHealth(
                model=model,
                hook=hook,
                code=code,
                results=dict(self._results),
                restarts=self._restarts,
                error=error,
                trace=trace,
            )
