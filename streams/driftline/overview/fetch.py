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


def ask(addresses: Iterable[str]) -> tuple[list[Reading], dict[str, str]]:
    """The samples of all workers that answer, and why the others do not, by address. Asks them at the same time."""
    asked = list(addresses)
    with ThreadPoolExecutor(max_workers=max(1, min(16, len(asked)))) as pool:
        answers = dict(zip(asked, pool.map(_ask, asked), strict=True))
    samples = [sample for answer in answers.values() if isinstance(answer, list) for sample in answer]
    return samples, {address: answer for address, answer in answers.items() if isinstance(answer, str)}


def _ask(address: str) -> list[Reading] | str:
    try:
        with urllib.request.urlopen(url_of(address), timeout=SECONDS) as answer:  # noqa: S310 - the scheme was looked at
            return list(readings(answer.read(LARGEST_BYTES).decode(), WANTED))
    except urllib.error.URLError as error:
        return str(error.reason)
    except (OSError, ValueError) as error:
        return str(error) or type(error).__name__
