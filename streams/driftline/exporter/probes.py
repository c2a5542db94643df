"""The answers to ``/live`` and ``/ready``: 200 or 503, in plain words, or as JSON for programs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec
from aiohttp import web

from driftline.health.report import Health

Probe = Callable[[], Health]

HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


async def answer_at_once(probe: Probe, request: web.Request) -> web.Response:
    """The answer of a probe that never waits: not even when everything else in the process does."""
    return _answer(probe(), request)


async def answer_in_a_thread(probe: Probe, request: web.Request) -> web.Response:
    """The answer of a probe that may have to wait for another thread."""
    return _answer(await asyncio.to_thread(probe), request)


def _answer(health: Health, request: web.Request) -> web.Response:
    status = 200 if health.ok else 503
    headers = {**HEADERS, "Vary": "Accept"}
    if wants_json(request):
        body = msgspec.json.encode(health)
        return web.Response(body=body, content_type="application/json", status=status, headers=headers)
    return web.Response(text=health.text(), content_type="text/plain", charset="utf-8", status=status, headers=headers)


def wants_json(request: web.Request) -> bool:
    """Whether ``?format=json`` or the Accept header asks for JSON."""
    return request.query.get("format") == "json" or "application/json" in request.headers.get("Accept", "")
