"""The worker's own web server: /metrics, /live, /ready, and the live page with its state as JSON."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Protocol, TypeVar

from aiohttp import web
from prometheus_client.exposition import gzip_accepted

from driftline.errors import ConfigError, NotFoundError
from driftline.exporter.door import Door, arguments
from driftline.exporter.guard import guard
from driftline.exporter.probes import HEADERS as _HEADERS
from driftline.exporter.probes import Probe, answer_at_once, answer_in_a_thread
from driftline.exporter.render import Exposition, Renderer
from driftline.health.report import Health

DEFAULT_HOST = "127.0.0.1"
"""Nobody but this machine, unless told otherwise: metrics name models and features."""

_GZIP_LEVEL = 1
"""Chosen, because level 1 takes a third of the time of 9 for a text hardly longer."""

_PIECE_BYTES = 1 << 16
"""Chosen, because it is what asyncio keeps for a connection before it makes the writer wait."""

_SHUTDOWN_SECONDS = 1.0

_Drawn = TypeVar("_Drawn", str, bytes)


class Page(Protocol):
    """The live page, as far as the server needs it. All of it runs in threads.

    Each takes the query of the request, and raises TimeoutError when the worker's state cannot be had, NotFoundError when it
    holds nothing of the kind.
    """

    policy: str
    """The Content-Security-Policy under which the page works."""

    def first(self, query: Mapping[str, str], /) -> str:
        """Write the first page."""

    def model(self, query: Mapping[str, str], /) -> str:
        """Write the page of a model."""

    def json(self, query: Mapping[str, str], /) -> bytes:
        """Write the state for programs."""


class ExporterServer:
    """Serves until stopped. Expositions and pages are rendered in a thread; scrapes at the same moment share one
    rendering.

    `live` and `ready` are asked at every probe and answered with 200 or 503; `live` must not wait, `ready` may, in a
    thread. Without a `page` there is none. With a `token`, everything but the two probes wants it.
    """

    def __init__(
        self,
        renderer: Renderer,
        *,
        host: str = DEFAULT_HOST,
        port: int = 0,
        live: Probe = Health,
        ready: Probe = Health,
        page: Page | None = None,
        token: str | None = None,
    ) -> None:
        self._renderer = renderer
        self._host = host
        self._port = port
        self._live = live
        self._ready = ready
        self._page = page
        self._token = token
        self._runner: web.AppRunner | None = None
        self._listening: asyncio.Server | None = None
        self._door = Door()
        self._one_at_a_time = asyncio.Lock()
        self._under_way: dict[tuple[str, bool], asyncio.Task[Exposition]] = {}

    @property
    def port(self) -> int:
        """The port listened on, which the system chose if 0 was asked for; 0 before `start`."""
        return int(self.addresses[0][1]) if self.addresses else 0

    @property
    def addresses(self) -> list[tuple[Any, ...]]:
        """What is listened on, as sockets name it: the host and the port first; empty while nobody listens."""
        return [one.getsockname() for one in self._listening.sockets] if self._listening else []

    async def start(self) -> None:
        """Listen. Raises ConfigError when the address cannot be had."""
        runner = web.AppRunner(self._application(), shutdown_timeout=_SHUTDOWN_SECONDS, **arguments())
        await runner.setup()
        self._door.lead_to(runner)
        try:
            self._listening = await asyncio.get_running_loop().create_server(self._door, self._host, self._port)
        except (OSError, OverflowError) as error:
            await runner.cleanup()
            raise ConfigError(f"web server cannot listen on {self._host}:{self._port}: {error}") from error
        self._runner = runner

    async def stop(self) -> None:
        """Stop listening; nothing happens when not started."""
        listening, self._listening = self._listening, None
        runner, self._runner = self._runner, None
        if listening:
            listening.close()
        if runner:
            await runner.cleanup()

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[self._door.heard, guard(self._token, self._host)])
        application.router.add_get("/metrics", self._metrics)
        application.router.add_get("/live", partial(answer_at_once, self._live))
        application.router.add_get("/ready", partial(answer_in_a_thread, self._ready))
        if self._page:
            application.router.add_get("/", partial(_html, self._page, self._page.first))
            application.router.add_get("/model", partial(_html, self._page, self._page.model))
            application.router.add_get("/api/state", partial(_json, self._page))
        return application

    async def _metrics(self, request: web.Request) -> web.StreamResponse:
        key = (request.headers.get("Accept", ""), gzip_accepted(request.headers.get("Accept-Encoding", "")))
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.create_task(self._exposition(*key))
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        exposition = await task
        headers = {**_HEADERS, "Content-Type": exposition.content_type, "Vary": "Accept, Accept-Encoding"}
        if key[1]:
            headers["Content-Encoding"] = "gzip"
        return await _send(request, exposition.body, headers)

    async def _exposition(self, accept: str, compressed: bool) -> Exposition:  # noqa: FBT001  (half of a dict key)
        async with self._one_at_a_time:
            exposition = await asyncio.to_thread(self._renderer.render, accept)
        if not compressed:
            return exposition
        body = await asyncio.to_thread(gzip.compress, exposition.body, _GZIP_LEVEL, mtime=0)
        return replace(exposition, body=body)


async def _send(request: web.Request, body: bytes, headers: dict[str, str]) -> web.StreamResponse:
    """Write a long body piece by piece: handed over whole, a slow reader would make asyncio move all that is left again
    and again (50 readers of 11 MB: the loop stood still for 2 s).
    """
    response = web.StreamResponse(headers=headers)
    response.content_length = len(body)
    await response.prepare(request)
    if request.method != "HEAD":
        with suppress(ConnectionError):  # the reader hung up: nobody is left to be told
            for start in range(0, len(body), _PIECE_BYTES):
                await response.write(memoryview(body)[start : start + _PIECE_BYTES])
                await asyncio.sleep(0)  # a socket that takes all at once would keep the loop, too
    return response


async def _html(page: Page, draw: Callable[[Mapping[str, str]], str], request: web.Request) -> web.StreamResponse:
    text = (await _drawn(draw, request)).encode()
    headers = {
        **_HEADERS,
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": page.policy,
        "Referrer-Policy": "same-origin",
        "Vary": "Accept-Encoding",
    }
    if gzip_accepted(request.headers.get("Accept-Encoding", "")):
        text = await asyncio.to_thread(gzip.compress, text, _GZIP_LEVEL, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return await _send(request, text, headers)


async def _json(page: Page, request: web.Request) -> web.Response:
    return web.Response(body=await _drawn(page.json, request), content_type="application/json", headers=_HEADERS)


async def _drawn(draw: Callable[[Mapping[str, str]], _Drawn], request: web.Request) -> _Drawn:
    """What ``draw`` makes of the request; 503 when the state cannot be had, 404 when there is nothing of the kind."""
    try:
        return await asyncio.to_thread(draw, dict(request.query))
    except TimeoutError as error:
        raise web.HTTPServiceUnavailable(text=f"{error}; /live says more\n", headers=_HEADERS) from error
    except NotFoundError as error:
        raise web.HTTPNotFound(text=f"{error}\n", headers=_HEADERS) from error
