"""SIGINT and SIGTERM: the first asks for an orderly stop, the second ends the process at once."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from types import FrameType

LOG = logging.getLogger("driftline.worker")

STOP_SECONDS = 25.0
"""How long an orderly stop may take. Chosen, because orchestrators kill after 30 s."""

ALONE_SECONDS = 5.0
"""The same while Kafka does not answer: nothing can be flushed, no group be left. Chosen: all else is quicker."""

FINE, FAILED = 0, 3
"""Exit codes."""


class StopSignals:
    """Handlers of the process, not of the loop: a loop that is stuck can be ended all the same."""

    def __init__(self) -> None:
        """Install the handlers; called on the main thread, inside the running loop."""
        self.wanted = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._came = False
        self._timer: threading.Timer | None = None
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._take)

    def _take(self, number: int, _frame: FrameType | None) -> None:
        if self._came:
            os._exit(128 + number)  # what a shell says of a process that a signal has ended
        self._came = True
        self._loop.call_soon_threadsafe(self.wanted.set)
        self.deadline(STOP_SECONDS, FAILED)

    def deadline(self, seconds: float, code: int) -> None:
        """End the process with ``code`` when it has not ended in ``seconds``; takes the place of a deadline set before."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(seconds, _overdue, (seconds, code))
        self._timer.daemon = True
        self._timer.start()


def _overdue(seconds: float, code: int) -> None:
    LOG.warning("not everything stopped within %.0f s; nothing is lost, the log has what is done", seconds)
    logging.shutdown()
    os._exit(code)
