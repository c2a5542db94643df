"""Each part of the envelope as the decoder takes it. What cannot be used is left out and counted, so that the row survives.

Only a time that cannot be read refuses the row: put at another time it would be in the wrong window.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from driftline.capture import limits
from driftline.capture.values import UNUSABLE, digest, scalar, shortened
from driftline.errors import ContractError

Count = Callable[[str], None]
LEFT_OUT: Final = "values_left_out"
"""The counter of parts and features that could not be used."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017 - one name for both uses
_MILLISECOND: Final = timedelta(milliseconds=1)


def event_ms(value: Any, called_ms: int) -> int:  # noqa: ANN401 - what a caller says
    """The event's time in ms UTC; ``called_ms`` if nothing was said. ContractError when it cannot be told.

    Takes milliseconds since 1970, a datetime with a zone, or RFC 3339.

    >>> event_ms("2024-05-01T12:00:00Z", 0), event_ms(None, 5)
    (1714564800000, 5)
    """
    if value is None:
        return called_ms
    if isinstance(value, str):
        value = _read(value)
    moment = _since_1970(value) if isinstance(value, datetime) else scalar(value)
    if isinstance(moment, bool) or not isinstance(moment, int | float):
        raise ContractError(f"must be RFC 3339, a datetime or ms since 1970, got {type(value).__name__}", "time")
    whole = math.floor(moment)
    if not 0 <= whole < limits.MAX_MS or whole in limits.SECONDS:
        raise ContractError(f"must be ms since 1970, got {whole}", "time")
    return whole


def _read(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ContractError(f"must be RFC 3339, a datetime or ms since 1970, got {text[:40]!r}", "time") from None


def _since_1970(moment: datetime) -> int:
    if moment != moment:  # noqa: PLR0124 - NaT
        raise ContractError("must be a time, got NaT", "time")
    if moment.tzinfo is None:
        raise ContractError("must name its zone, got a datetime without one", "time")
    return int((moment - _EPOCH) // _MILLISECOND)


def label(value: Any, count: Count, most: int = limits.LABEL) -> str | None:  # noqa: ANN401 - what a caller says
    """An id, an entity, a text: as text, None for none. Beyond ``most`` characters it is cut, and ends in its hash."""
    plain = scalar(value)
    if isinstance(plain, float) and plain.is_integer():  # pandas' whole numbers in a column that has gaps
        plain = int(plain)
    if plain is None or plain == "":
        return None
    if isinstance(plain, bool) or not isinstance(plain, str | int):
        count(LEFT_OUT)
        return None
    text = str(plain)
    return text if len(text) <= most else shortened(text, most)


def sample_key(entity: Any, event_id: Any) -> str:  # noqa: ANN401 - what a caller says
    """What sampling goes by: the entity as it will be written, or else the id of the event."""
    if type(entity) is str and entity:
        return entity if len(entity) <= limits.ID else shortened(entity, limits.ID)
    return label(entity, _ignore, limits.ID) or str(event_id)


def _ignore(name: str) -> None:
    """Counted elsewhere: when the row is encoded, or for the entry as a whole."""


def identifier(value: Any, count: Count) -> str | None:  # noqa: ANN401 - what a caller says
    """An event id as the decoder knows it: the hash alone when it is too long."""
    if isinstance(value, str) and len(value) > limits.ID:
        return digest(value)
    return label(value, count, limits.ID)


def latency_seconds(value: Any, count: Count) -> float | None:  # noqa: ANN401 - what a caller says
    """Seconds, or a timedelta; None for none."""
    if value is None:
        return None
    plain = scalar(value)
    if not isinstance(plain, bool) and isinstance(plain, int | float) and plain >= 0:
        return float(plain)
    count(LEFT_OUT)
    return None


def status(value: Any, count: Count) -> int | str | None:  # noqa: ANN401 - what a caller says
    """An HTTP code or the name of a gRPC code. Of an enum whose values are tuples, as gRPC's, it is the name."""
    if isinstance(value, enum.Enum) and isinstance(value.value, tuple):
        value = value.name
    plain = scalar(value)
    if isinstance(plain, int) and not isinstance(plain, bool):
        return plain
    return label(plain if plain is not UNUSABLE else value, count)


def error(value: Any) -> bool | str | None:  # noqa: ANN401 - what a caller says
    """True, or a text. Of an exception it is the type: its message may quote the data."""
    if isinstance(value, BaseException):
        value = type(value).__name__
    if isinstance(value, str):
        return value if len(value) <= limits.LABEL else shortened(value, limits.LABEL)
    return bool(value) or None


def segment(value: Any, count: Count) -> dict[str, str] | None:  # noqa: ANN401 - what a caller says
    """Names and values as text, at most eight."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        count(LEFT_OUT)
        return None
    entries: dict[str, str] = {}
    for name, entry in value.items():
        plain = scalar(entry)
        text = ("true" if plain else "false") if isinstance(plain, bool) else label(plain, _ignore)
        if text is None or len(str(name)) > limits.LABEL or len(entries) >= limits.SEGMENTS:
            count(LEFT_OUT)
        else:
            entries[str(name)] = text
    return entries or None
