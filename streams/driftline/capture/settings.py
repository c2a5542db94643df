"""Where captures go and how: from arguments first, then from the environment, in the words of the worker's configuration.

``DRIFTLINE__KAFKA__BOOTSTRAP`` and ``DRIFTLINE__KAFKA__CLIENT__SASL_PASSWORD`` (any setting of librdkafka, an underscore for a
dot; also ``…__PRODUCER__…``) mean what they mean to a worker. ``DRIFTLINE_CAPTURE_TOPIC``, ``DRIFTLINE_CAPTURE_SAMPLE`` and
``DRIFTLINE_CAPTURE_OFF`` are the client's own.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from driftline.errors import ConfigError

_KAFKA: Final = "DRIFTLINE__KAFKA__"
_TRUE: Final = frozenset({"1", "true", "yes", "on"})


@dataclass(frozen=True, slots=True)
class PipeSettings:
    """How rows are sent. ``client`` holds librdkafka's settings, which may be secrets; they are not part of what is printed.

    ``queue_rows`` is how many rows may wait (and as many in batches), ``exit_seconds`` how long the end of the process may
    be held up for what is left.
    """

    topic: str = "driftline.captures"
    client: Mapping[str, Any] = field(default_factory=dict, repr=False)
    queue_rows: int = 10_000
    exit_seconds: float = 5.0

    def __post_init__(self) -> None:
        """ConfigError for what cannot be."""
        if not self.topic:
            raise ConfigError("topic must be a name, got ''")
        if self.queue_rows < 1:
            raise ConfigError(f"queue_rows must be at least 1, got {self.queue_rows}")
        if not 0 <= self.exit_seconds < float("inf"):
            raise ConfigError(f"exit_seconds must be 0 or more, got {self.exit_seconds}")


def pipe_settings(
    *,
    bootstrap: str | None = None,
    topic: str | None = None,
    client: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] = os.environ,
    **more: Any,  # noqa: ANN401 - of PipeSettings
) -> PipeSettings:
    """Arguments over environment over defaults. Raises ConfigError.

    >>> pipe_settings(environ={"DRIFTLINE_CAPTURE_TOPIC": "loans"}).topic
    'loans'
    """
    merged = {"bootstrap.servers": "127.0.0.1:9092", **_from_environment(environ), **(client or {})}
    if bootstrap is not None:
        merged["bootstrap.servers"] = bootstrap
    named = topic if topic is not None else environ.get("DRIFTLINE_CAPTURE_TOPIC") or PipeSettings().topic
    return PipeSettings(named, merged, **more)


def sample_rate(given: float | None, environ: Mapping[str, str] = os.environ) -> float:
    """The share of entities to be recorded, 0 to 1; all unless something else is said. Raises ConfigError."""
    text = environ.get("DRIFTLINE_CAPTURE_SAMPLE") or "1"
    try:
        rate = float(text if given is None else given)
    except (TypeError, ValueError):
        rate = -1.0
    if not 0 <= rate <= 1:
        raise ConfigError(f"sample must be a number from 0 to 1, got {text if given is None else given!r}")
    return rate


def is_off(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether capturing is switched off for this process."""
    return environ.get("DRIFTLINE_CAPTURE_OFF", "").lower() in _TRUE


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for section in ("CLIENT__", "PRODUCER__"):
        for variable in sorted(environ):
            if variable.upper().startswith(_KAFKA + section):
                found[variable[len(_KAFKA + section) :].replace("_", ".").lower()] = environ[variable]
    bootstrap = environ.get(f"{_KAFKA}BOOTSTRAP")
    return found | ({"bootstrap.servers": bootstrap} if bootstrap else {})
