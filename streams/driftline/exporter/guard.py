"""Who may read what the worker shows: everybody on this machine, or whoever knows the token; probes are open to all."""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from aiohttp import BasicAuth, web
from aiohttp.typedefs import Handler, Middleware

from driftline.exporter.probes import HEADERS

OPEN_PATHS = frozenset({"/live", "/ready"})
"""What an orchestrator asks, which knows no token."""

_CHALLENGE = 'Bearer realm="driftline", Basic realm="driftline", charset="UTF-8"'
"""Basic as well, with the token as the password of any user, because it is what a browser can ask a person for."""


def guard(token: str | None, host: str) -> Middleware:
    """A middleware that asks for the token, where there is one.

    Where there is none and only this machine is listened to, it turns away requests that name another host: a page of
    the internet may point a name of its own to 127.0.0.1 and have the browser read what is there (DNS rebinding).
    """

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path not in OPEN_PATHS:
            if token is not None:
                _ask(request, token)
            elif is_loopback(host) and not _is_here(request.host):
                raise web.HTTPMisdirectedRequest(
                    text="without a token this worker answers to localhost and addresses only\n", headers=HEADERS
                )
        return await handler(request)

    return guarded


def unguarded(token: str | None, host: str) -> bool:
    """Whether anybody who reaches the host from elsewhere may read everything."""
    return token is None and not is_loopback(host)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the host; names other than localhost count as reachable.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("::1"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _ask(request: web.Request, token: str) -> None:
    given = _given(request.headers.get("Authorization", ""))
    if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), token.encode()):
        raise web.HTTPUnauthorized(
            text="a token is needed: Authorization: Bearer …\n", headers={**HEADERS, "WWW-Authenticate": _CHALLENGE}
        )


def _given(header: str) -> str:
    """The token of an Authorization header; nothing, which fits no token, when it holds none."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    try:
        return str(BasicAuth.decode(header, encoding="utf-8").password)
    except ValueError:
        return ""


def _is_here(host: str) -> bool:
    """Whether a Host header names an address, or this machine: neither can be pointed elsewhere by a name server."""
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    try:
        ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return name == "localhost"
    return True
