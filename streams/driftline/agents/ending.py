"""Why a worker ends before it is told to: the first of its parts that failed, and the error.

A part that has failed is never started again within the process, and nothing is written to the log after it: its state may
be half changed, while a restart is exact.  Errors that follow from the first are not told.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, NoReturn

from driftline.errors import DriftlineError, WorkerFailedError

LOG = logging.getLogger("driftline.worker")

_PASSING = (asyncio.CancelledError, GeneratorExit)
"""How asyncio and Faust end what they have started; no failure."""


class Ending:
    """The first failure of a worker; all of it on the event loop's thread."""

    def __init__(self) -> None:
        """Nothing has failed, and nobody has asked for an end."""
        self.part = ""
        self.error: BaseException | None = None
        self.wanted = False
        self._failed = asyncio.Event()

    def failed(self, part: str, error: BaseException) -> None:
        """Note that ``part`` failed; only the first failure is kept."""
        if self.error is None:
            self.part, self.error = part, error
            self._failed.set()

    def check(self) -> None:
        """Raise WorkerFailedError once any part has failed: to be asked before anything is written that lasts."""
        if self.error is not None:
            raise WorkerFailedError(f"nothing is written after the {self.part} has failed")

    async def failure(self) -> None:
        """Wait until a part fails."""
        await self._failed.wait()

    @contextlib.contextmanager
    def named(self, part: str) -> Iterator[None]:
        """An error inside is a failure of ``part``; it is raised further. The innermost name is the one that is told."""
        try:
            yield
        except _PASSING:
            raise
        except BaseException as error:
            self.failed(part, error)
            raise

    async def keep(self, part: str, life: Awaitable[object]) -> None:
        """Run a part for as long as it lives. Neither an error nor an end that nobody wanted goes unnoticed; none is raised."""
        try:
            await life
        except _PASSING:
            raise
        except BaseException as error:  # noqa: BLE001 - a panic of a Rust extension is no Exception
            self.failed(part, error)
        else:
            if not self.wanted:
                self.failed(part, WorkerFailedError("it came to an end by itself"))

    def guarded(self, part: str, agent: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        """An agent that ends the worker when it fails, where Faust would start it anew over half-changed state."""

        @functools.wraps(agent)
        async def kept(*arguments: Any) -> None:
            await self.keep(part, agent(*arguments))

        return kept

    def reason(self) -> str:
        """What failed, and why, as one line; nothing when nothing has."""
        return "" if self.error is None else _reason(self.part, self.error)

    def raise_failure(self) -> None:
        """Raise the failure, if there was one, as one line; the traceback of an unexpected one goes to the log, once."""
        if self.error is not None:
            fail(self.part, self.error)


def fail(part: str, error: BaseException) -> NoReturn:
    """Raise WorkerFailedError, which says what failed and why."""
    if not isinstance(error, DriftlineError):
        LOG.error("the %s failed", part, exc_info=error)
    raise WorkerFailedError(_reason(part, error)) from error


def _reason(part: str, error: BaseException) -> str:
    text = " ".join(str(error).split())
    if not isinstance(error, DriftlineError):
        text = type(error).__name__ + (f": {text}" if text else "")
    return f"the {part} failed: {text}"
