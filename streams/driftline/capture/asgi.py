"""Middleware for ASGI servers: FastAPI, Starlette, Quart, Litestar. Needs none of them.

``app.add_middleware(AsgiCapture, recorder=recorder)``
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from driftline.capture.calls import Call, begin, leave
from driftline.capture.recorder import Recorder

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

CLIENT_CLOSED: Final = 499
"""Status of a request whose client went away, as nginx writes it: neither a success nor the model's fault."""
_FAILED: Final = 500
_CANCELLED: Final = frozenset({"CancelledError", "Cancelled"})
"""What asyncio and trio raise then; by name, since importing asyncio takes longer than all the rest of the client."""


class AsgiCapture:
    """Times each HTTP request up to the last byte of its response, and records what the handler noted of it.

    An exception that leaves the application is recorded with status 500 and goes on its way.
    """

    def __init__(self, app: App, recorder: Recorder) -> None:
        """``app`` is what is wrapped."""
        self._app = app
        self._recorder = recorder

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        call, token = begin(self._recorder)
        watched = _Watched(call, send)
        try:
            await self._app(scope, receive, watched)
        except BaseException as error:
            if type(error).__name__ in _CANCELLED:
                call.end(CLIENT_CLOSED)
            call.end(_FAILED, error)
            raise
        finally:
            call.end(watched.status)
            leave(token)


class _Watched:
    """``send`` that notices the status and the end of the response."""

    def __init__(self, call: Call, send: Send) -> None:
        self._call = call
        self._send = send
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self._call.end(self.status)
