"""Middleware for WSGI servers: Flask, Django, Bottle. Needs none of them.

``app.wsgi_app = WsgiCapture(app.wsgi_app, recorder)``
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from driftline.capture.calls import Call, begin, leave
from driftline.capture.recorder import Recorder

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_FAILED: Final = 500


class WsgiCapture:
    """Times each request until its response is closed, and records what the handler noted of it.

    An exception that leaves the application is recorded with status 500 and goes on its way. What a handler notes while it
    streams its response is not seen.
    """

    def __init__(self, app: App, recorder: Recorder) -> None:
        """``app`` is what is wrapped."""
        self._app = app
        self._recorder = recorder

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve one request."""
        call, token = begin(self._recorder)
        status: list[int | None] = [None]

        def started(line: str, *rest: Any) -> Any:  # noqa: ANN401 - as WSGI has it
            status[0] = int(line[:3]) if line[:3].isdecimal() else None
            return start_response(line, *rest)

        try:
            body = self._app(environ, started)
        except BaseException as error:
            call.end(_FAILED, error)
            raise
        finally:
            leave(token)
        return _Body(call, body, status)


class _Body:
    """The response, which is over when the server closes it."""

    def __init__(self, call: Call, body: Iterable[bytes], status: list[int | None]) -> None:
        self._call = call
        self._body = body
        self._status = status

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._body
        except BaseException as error:
            if not isinstance(error, GeneratorExit):
                self._call.end(_FAILED, error)
            raise

    def close(self) -> None:
        """Close what is inside, and record."""
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            self._call.end(self._status[0])
