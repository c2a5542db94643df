"""Questions from other threads to the worker's event loop: what it owns is only looked at in its own thread."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Callable
from typing import Generic, TypeVar

from driftline.agents.clock import monotonic

T = TypeVar("T")

WAIT_SECONDS = 1.0
"""How long an answer is waited for. Chosen: a step of the loop takes some ten milliseconds, and probes have little patience."""


class Loop:
    """The worker's event loop, for questions from other threads."""

    def __init__(self) -> None:
        """Made on the loop's thread."""
        self._loop = asyncio.get_running_loop()

    def ask(self, question: Callable[[], T]) -> T:
        """What ``question`` answers on the loop's thread. Blocks the caller's; raises TimeoutError when the loop does not
        come round in time.
        """
        future: concurrent.futures.Future[T] = concurrent.futures.Future()
        try:
            self._loop.call_soon_threadsafe(_settle, future, question)
        except RuntimeError as error:  # the loop is closed
            raise TimeoutError("the worker has stopped") from error
        try:
            return future.result(WAIT_SECONDS)
        except concurrent.futures.TimeoutError:
            raise TimeoutError("the worker's event loop does not come round") from None


def _settle(future: concurrent.futures.Future[T], question: Callable[[], T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        answer = question()
    except Exception as error:  # noqa: BLE001 - it is raised where it was asked
        future.set_exception(error)
    else:
        future.set_result(answer)


class Asked(Generic[T]):
    """One question, and its last answer for when the loop is stuck."""

    def __init__(self, question: Callable[[], T]) -> None:
        """Made on the loop's thread; ``question`` runs there."""
        self._loop = Loop()
        self._question = question
        self.last: tuple[float, T] | None = None

    def ask(self) -> T:
        """The answer as of now. Blocks the caller's thread; raises TimeoutError when the loop does not come round in time."""
        return self._loop.ask(self._noted)

    def note(self) -> None:
        """Keep the answer as of now for when the loop is stuck; on the loop's own thread."""
        self._noted()

    def _noted(self) -> T:
        answer = self._question()
        self.last = (monotonic(), answer)
        return answer
