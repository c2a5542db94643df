"""Which places reports may be written to: those that the local configuration names, and what is below them.

A schedule is data from a topic. Without this rule whoever can write there could have a worker write anywhere.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from driftline.errors import ConfigError


def output_of(wanted: str, allowed: Sequence[str]) -> str:
    """The place that a schedule's ``output`` means: the first of ``allowed`` if it is empty. ConfigError if it is none of them.

    >>> output_of("", ["/srv/reports", "s3://bucket/x"]), output_of("s3://bucket/x/y", ["/srv/reports", "s3://bucket/x"])
    ('/srv/reports', 's3://bucket/x/y')
    """
    remedy = 'name it in the workers\' configuration: [reports] outputs = ["/var/lib/driftline/reports"]'
    if not wanted and not allowed:
        raise ConfigError(f"reports need a place; {remedy}")
    place = normal(wanted or allowed[0])
    if any(place == base or place.startswith(f"{base.rstrip('/')}/") for base in map(normal, allowed)):
        return place
    raise ConfigError(
        f"reports must go to one of {', '.join(allowed) or 'no place'}, or below, got {wanted!r}; {remedy}"
    )


def normal(place: str) -> str:
    """One spelling of a folder or URL: no ``.``, no ``..``, no doubled or last slash.

    >>> normal("file:///srv/a/../b/"), normal("s3://bucket//x/./y"), normal("s3://bucket/../other")
    ('/srv/b', 's3://bucket/x/y', 's3://bucket/other')
    """
    scheme, mark, rest = place.strip().rpartition("://")
    if not mark or scheme == "file":
        return posixpath.normpath(rest)
    host, _, path = rest.partition("/")
    below = posixpath.normpath(f"/{path}").lstrip("/")
    return f"{scheme}://{host}/{below}".rstrip("/")
