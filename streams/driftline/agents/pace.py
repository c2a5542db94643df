"""When to flush: every so often, and less often where flushing is dear. No clock of its own; all times are seconds."""

from __future__ import annotations

SHARE = 5
"""A flush may take one part in so many of the time. Chosen: a thousand models of eight sources take 0.3 s; flushed every
second that would be a third of the time, and with more rows a pane each costs less."""

LONGEST_SECONDS = 10.0
"""Time between two flushes at most, but where they were asked to be further apart. Chosen: as long as a pane, so that windows
are no more than one pane behind."""


class FlushPace:
    """Says when the next flush is due, by what the last one has cost."""

    def __init__(self, seconds: float) -> None:
        """``seconds`` is the time between two flushes that cost little. The first is due at once."""
        self.seconds = seconds
        self._next = 0.0

    def is_due(self, now: float) -> bool:
        """Whether it is time."""
        return now >= self._next

    def flushed(self, began: float, spent: float) -> None:
        """A flush that began at ``began`` has kept the loop busy for ``spent`` seconds."""
        self._next = began + max(self.seconds, min(SHARE * spent, LONGEST_SECONDS))


class BusyTime:
    """How long something has kept the loop busy; the time in which others had their turn is not its own."""

    def __init__(self, began: float) -> None:
        """Begin to measure."""
        self._began = began
        self._elsewhere = 0.0

    def others(self, left: float, back: float) -> None:
        """Others had their turn between ``left`` and ``back``."""
        self._elsewhere += back - left

    def until(self, now: float) -> float:
        """Seconds that were its own up to ``now``."""
        return now - self._began - self._elsewhere
