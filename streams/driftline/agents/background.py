"""Blocking calls beside the event loop, in threads that nobody waits for when the worker ends."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def in_background(function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """What ``function`` returns or raises, computed in a thread of its own.

    ``asyncio.to_thread`` keeps a process alive until the call is over; a question to a broker that does not answer would
    hold up every stop for as long as its timeout.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def settle(value: T | None, error: BaseException | None) -> None:
        if answer.done():
            return
        if error is None:
            answer.set_result(value)  # type: ignore[arg-type] # None only if T allows it
        else:
            answer.set_exception(error)

    def work() -> None:
        value, failure = None, None
        try:
            value = function(*arguments, **named)
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, value, failure)

    threading.Thread(target=work, daemon=True, name=getattr(function, "__name__", "background")).start()
    return await answer
