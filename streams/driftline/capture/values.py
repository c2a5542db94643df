"""Any Python value as the value of a feature: a number, a text, true, false or missing. Needs no numpy, knows its values.

NaN, NaT and pandas' NA are missing. JSON has no infinity: it is written as 1e999, which every reader takes for one (or for a
number out of range), so that it counts as a wrong value and not as a missing one.
"""

from __future__ import annotations

import enum
import math
from datetime import date, time, timedelta
from decimal import Decimal
from hashlib import blake2b
from numbers import Integral, Real
from typing import Any, Final
from uuid import UUID

import msgspec

from driftline.capture import limits

UNUSABLE: Final = object()
"""Stands for a value that is no scalar."""
INFINITY: Final = msgspec.Raw(b"1e999")
MINUS_INFINITY: Final = msgspec.Raw(b"-1e999")
_DIGEST: Final = 32
_WIDEST: Final = 1 << 63


def scalar(value: Any) -> Any:  # noqa: ANN401 - the question is what it is
    """The value as JSON has it, or UNUSABLE. 0.1 us for the ordinary kinds, 1 us for the others.

    Decimals and fractions become floats, dates and times ISO 8601, durations seconds, enums their value.

    >>> scalar(Decimal("1.5")), scalar(math.nan), scalar(date(2026, 5, 1)), scalar([1]) is UNUSABLE
    (1.5, None, '2026-05-01', True)
    """
    kind = type(value)
    if kind is float:
        return value if math.isfinite(value) else _not_finite(value)
    if kind is str:
        return value if len(value) <= limits.TEXT else shortened(value, limits.TEXT)
    if kind is int:
        return value if -_WIDEST <= value < _WIDEST else scalar(_float(value))
    if kind is bool or value is None:
        return value
    return _unusual(value)


def shortened(text: str, most: int) -> str:
    """The beginning of a text and the hash of all of it, ``most`` characters together: unlike texts stay unlike."""
    return f"{text[: most - _DIGEST - 1]}#{digest(text)}"


def digest(text: str) -> str:
    """32 hex digits of BLAKE2b-128, as the decoder puts them in place of an id that is too long."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST // 2).hexdigest()


def _unusual(value: Any) -> Any:  # noqa: ANN401 - as above
    name = type(value).__name__
    if name in {"NAType", "NaTType"}:
        return None
    if isinstance(value, enum.Enum):
        return scalar(value.value)
    if name in {"datetime64", "timedelta64"}:
        return scalar(value.astype(f"{name}[us]").item())
    for base, plain in _BASES:
        if isinstance(value, base):
            return scalar(plain(value))
    return _unwrapped(value)


def _unwrapped(value: Any) -> Any:  # noqa: ANN401 - as above
    """A scalar of numpy, torch and the like, which have ``item``."""
    if not hasattr(value, "item") or getattr(value, "ndim", 0) != 0:
        return UNUSABLE
    item = value.item()
    return scalar(item if type(item) is not type(value) else _float(value))


def _float(value: Any) -> float:  # noqa: ANN401 - as above
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    except ValueError:  # Decimal's signalling NaN
        return math.nan


def _not_finite(value: float) -> Any:  # noqa: ANN401 - Raw is no type for a value
    if math.isnan(value):
        return None
    return INFINITY if value > 0 else MINUS_INFINITY


_BASES: Final[tuple[tuple[type, Any], ...]] = (
    (str, str.__str__),
    (bool, bool),
    (Integral, int),
    (Decimal, _float),
    (Real, _float),
    (timedelta, timedelta.total_seconds),
    (date, lambda value: value.isoformat()),
    (time, time.isoformat),
    (UUID, str),
    (bytes, lambda value: value.decode("utf-8", "replace")),
)
"""Types, with their subclasses, and what makes a plain value of one. A datetime is a date."""
