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

OVERDUE = 3
"""Exit code of a stop that took longer: failed."""


class StopSignals:
    """Handlers of the process, not of the loop: a loop that is stuck can be ended all the same."""

    def __init__(self) -> None:
        """Install the handlers; called on the main thread, inside the running loop."""
        self.wanted = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._came = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._take)

    def _take(self, number: int, _frame: FrameType | None) -> None:
        if self._came:
            os._exit(128 + number)  # what a shell says of a process that a signal has ended
        self._came = True
        self._loop.call_soon_threadsafe(self.wanted.set)
        deadline()


def deadline() -> None:
    """From now on the process has STOP_SECONDS to end by itself."""
    timer = threading.Timer(STOP_SECONDS, _overdue)
    timer.daemon = True
    timer.start()


def _overdue() -> None:
    LOG.error("not everything stopped within %.0f s; nothing is lost, the log has what is done", STOP_SECONDS)
    logging.shutdown()
    os._exit(OVERDUE)
