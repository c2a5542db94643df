"""The counters of a pipe, and a line in the log when something is wrong: at most one a minute, never from a model's thread."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from driftline.capture.tally import Tally

LOG: Final = logging.getLogger("driftline.capture")
LOG.addHandler(logging.NullHandler())

QUIET_SECONDS: Final = 60.0
"""Between two lines. Chosen: a day of trouble is a page or two of log."""
_PROBLEMS: Final = ("dropped", "refused", "undelivered", "errors", "values_left_out")

COUNTERS: Final = {
    "logged": "rows that were handed over: all those below but values_left_out, and what is under way",
    "sampled_out": "rows that are not in the sample",
    "dropped": "rows that made room for newer ones, came in too large a batch, or came after close()",
    "refused": "rows that no record could be made of",
    "delivered": "rows that Kafka has acknowledged",
    "undelivered": "rows that Kafka did not take, or not in time",
    "errors": "rows lost to a fault within the client",
    "values_left_out": "features and other parts that could not be used, of rows that were sent",
}
"""Every counter with what it counts."""


class Reporter:
    """Counts in any thread; reports in the sender's."""

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        """``name`` is the topic, for the log."""
        self._name = name
        self._clock = clock
        self._tally = Tally()
        self._reported: Counter[str] = Counter()
        self._next = float("-inf")
        self._trouble = ""
        self.count = self._tally.add

    def trouble(self, what: str, error: object) -> None:
        """Remember what went wrong last; it is said with the next line."""
        text = f"{type(error).__name__}: {error}" if isinstance(error, BaseException) else str(error)
        self._trouble = f"{what}: {text[:300]}"

    def counters(self) -> dict[str, int]:
        """All counters by name."""
        sums = self._tally.sums()
        return {name: sums.get(name, 0) for name in COUNTERS}

    def report(self, *, at_last: bool = False) -> None:
        """Log what went wrong since the last line, if anything did and that is long enough ago."""
        now = self._clock()
        if now < self._next and not at_last:
            return
        sums = self.counters()
        news = {name: more for name in _PROBLEMS if (more := sums[name] - self._reported[name])}
        if not news and not self._trouble:
            return
        said = ", ".join(f"{more} {name.replace('_', ' ')}" for name, more in news.items())
        LOG.warning("capture to %s: %s", self._name, "; last ".join(filter(None, (said, self._trouble))))
        self._reported.update(news)
        self._trouble = ""
        self._next = now + QUIET_SECONDS
