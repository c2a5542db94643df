"""How many may come in, and for how long they may say nothing: the listening socket of the web server."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler, Middleware
from aiohttp.web_protocol import RequestHandler

MAX_CONNECTIONS = 128
"""At a time. Chosen: a few Prometheis, probes and pages are a dozen; each costs a socket and its buffers."""

MAX_LINE_BYTES = 8190
"""Of the request line, as in Apache and aiohttp."""

MAX_HEADER_BYTES = 8190
"""Of one header, as above: a browser sends the cookies of every program on 127.0.0.1 along."""

MAX_HEADERS = 64
"""Chosen: browsers send twenty."""

IDLE_SECONDS = 75.0
"""A connection is kept between two requests. Chosen: longer than the scrape interval of a minute."""

SILENCE_SECONDS = 10.0
"""From connecting to the whole first request. Chosen: the longest scrape timeout that is common."""

LOG = logging.getLogger("driftline.web")


class Unheard(logging.Filter):
    """Keeps requests that are no HTTP out of the log: aiohttp writes a traceback, with the bytes, for every one of them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is about something else."""
        return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


_UNHEARD = Unheard()


def arguments() -> dict[str, Any]:
    """What aiohttp is told of requests: how large they may be, how long connections are kept, where errors are written."""
    LOG.addFilter(_UNHEARD)
    return {
        "access_log": None,
        "keepalive_timeout": IDLE_SECONDS,
        "logger": LOG,
        "max_field_size": MAX_HEADER_BYTES,
        "max_headers": MAX_HEADERS,
        "max_line_size": MAX_LINE_BYTES,
    }


class Door:
    """Makes a protocol for every connection; beyond the limit it is hung up at once."""

    def __init__(self) -> None:
        self._server: web.Server | None = None
        self._silent: set[RequestHandler] = set()

    def lead_to(self, runner: web.AppRunner) -> None:
        """Whose connections these are: a runner that has been set up."""
        self._server = runner.server

    def __call__(self) -> asyncio.Protocol:
        """The protocol of one more connection."""
        if self._server is None or len(self._server.connections) >= MAX_CONNECTIONS:
            return _Full()
        made = self._server()
        self._silent.add(made)
        asyncio.get_running_loop().call_later(SILENCE_SECONDS, self._show_out, made)
        return made

    @property
    def heard(self) -> Middleware:
        """A middleware: who has made a whole request is left to the idle time-out from then on."""

        @web.middleware
        async def heard(request: web.Request, handler: Handler) -> web.StreamResponse:
            self._silent.discard(request.protocol)
            return await handler(request)

        return heard

    def _show_out(self, connection: RequestHandler) -> None:
        if connection in self._silent:
            self._silent.discard(connection)
            connection.force_close()


class _Full(asyncio.Protocol):
    """Nobody is listened to: a word would need a buffer."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()
