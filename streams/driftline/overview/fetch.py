"""Asking workers for their ``/metrics``."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from driftline.errors import ConfigError
from driftline.exporter.reading import Reading, readings
from driftline.overview.rows import WANTED

SECONDS: Final = 5.0
"""How long a worker may take. Chosen: 50,000 series take tens of milliseconds."""

LARGEST_BYTES: Final = 256 * 2**20
"""Of an answer. Chosen: ten times what 200,000 series take."""


def url_of(address: str) -> str:
    """The URL of an address as people write it. Raises ConfigError for other schemes than http and https.

    >>> url_of("127.0.0.1:9109"), url_of("https://a.example/driftline/metrics")
    ('http://127.0.0.1:9109/metrics', 'https://a.example/driftline/metrics')
    """
    scheme, sign, rest = address.rpartition("://")
    if sign and scheme not in {"http", "https"}:
        raise ConfigError(f"an address must be host:port or begin with http:// or https://, got {address!r}")
    path = "" if "/" in rest.rstrip("/") else "/metrics"
    return f"{scheme or 'http'}://{rest.rstrip('/')}{path}"


def ask(addresses: Iterable[str], token: str | None = None) -> tuple[list[Reading], dict[str, str]]:
    """The samples of all workers that answer, and why the others do not, by address. Asks them at the same time.

    The token goes to these addresses only, not to where they may redirect.
    """
    asked = list(addresses)
    with ThreadPoolExecutor(max_workers=max(1, min(16, len(asked)))) as pool:
        answers = dict(zip(asked, pool.map(lambda address: _ask(address, token), asked), strict=True))
    samples = [sample for answer in answers.values() if isinstance(answer, list) for sample in answer]
    return samples, {address: answer for address, answer in answers.items() if isinstance(answer, str)}


def _ask(address: str, token: str | None) -> list[Reading] | str:
    request = urllib.request.Request(url_of(address))  # noqa: S310 - the scheme was looked at
    if token is not None:
        request.add_unredirected_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - as above
            return list(readings(answer.read(LARGEST_BYTES).decode(), WANTED))
    except urllib.error.URLError as error:
        return str(error.reason)
    except (OSError, ValueError) as error:
        return str(error) or type(error).__name__
