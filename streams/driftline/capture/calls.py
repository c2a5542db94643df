"""One request as the middleware sees it: how long, with what status, and what the handler noted of rows and answers.

Only the handler knows which numbers are features, so it says so: ``note(features)`` before the model is asked, and
``note(prediction=…)`` after. If the model raises in between, the row is recorded with the error. A request that noted nothing is
not recorded: as a row without features it would look like features gone missing.
"""

from __future__ import annotations

from contextvars import ContextVar, Token
from time import perf_counter
from typing import Any, Final

from driftline.capture.recorder import Recorder

_ROW_PARTS: Final = frozenset({"prediction", "entity", "segment", "event_id", "time"})


class Call:
    """One request. Notes may come from another thread that runs the handler, as long as it has the request's context."""

    __slots__ = ("_began", "_is_over", "_recorder", "_rows")

    def __init__(self, recorder: Recorder) -> None:
        """The clock starts here."""
        self._recorder = recorder
        self._rows: list[dict[str, Any]] = []
        self._is_over = False
        self._began = perf_counter()

    def note(self, features: Any, parts: dict[str, Any]) -> None:  # noqa: ANN401 - as of Recorder.log
        """Begin a row if there are features, else add to the last one."""
        if features is not None or not self._rows:
            self._rows.append({"features": {} if features is None else features})
        self._rows[-1].update((name, part) for name, part in parts.items() if part is not None)

    def end(self, status: int | str | None, error: BaseException | None = None) -> None:
        """Record the rows; the time the call took goes with the first. Does nothing the second time."""
        if self._is_over:
            return
        self._is_over = True
        latency: float | None = perf_counter() - self._began
        for row in self._rows:
            self._recorder.log(**row, latency=latency, status=status, error=error)
            latency = None


_CURRENT: ContextVar[Call | None] = ContextVar("driftline_capture_call", default=None)


def begin(recorder: Recorder) -> tuple[Call, Token[Call | None]]:
    """A call that :func:`note` finds from here on, and what ends that."""
    call = Call(recorder)
    return call, _CURRENT.set(call)


def leave(token: Token[Call | None]) -> None:
    """The call is no longer found."""
    _CURRENT.reset(token)


def note(features: Any = None, prediction: Any = None, **parts: Any) -> None:  # noqa: ANN401 - as of Recorder.log
    """Say what the model is asked, or what it answered, within a request that a middleware watches; elsewhere nothing happens.

    ``parts`` are ``entity``, ``segment``, ``event_id`` and ``time`` as of :meth:`Recorder.log`; others are passed over. Features
    begin a row; without them the last row is added to. Never raises.
    """
    call = _CURRENT.get()
    if call is not None:
        known = {name: part for name, part in parts.items() if name in _ROW_PARTS}
        call.note(features, {"prediction": prediction, **known})
