"""Points in time as people and Model Monitor write them: absolute, or an ISO 8601 duration from now (``-PT1H``)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Final

from driftline.contracts.cloudevents import rfc3339
from driftline.durations import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from driftline.errors import ConfigError

_NUMBER: Final = r"(\d{1,12}(?:[.,]\d{1,9})?)"
_DURATION: Final = re.compile(
    rf"([+-]?)P(?=.)(?:{_NUMBER}W)?(?:{_NUMBER}D)?(?:T(?=.)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?", re.ASCII
)
_UNITS: Final = (7 * DAY_MS, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS)
_CALENDAR: Final = re.compile(r"[+-]?P[\d.,]+[YM]", re.ASCII)
EARLIEST: Final = -62_135_596_800_000
"""The year 1 and the year 10000: beyond, no calendar can write a time."""
LATEST: Final = 253_402_300_800_000


@dataclass(frozen=True)
class Span:
    """A range [start_ms, end_ms) of event time, in ms UTC. Raises ConfigError when it is empty."""

    start_ms: int
    end_ms: int

    def __post_init__(self) -> None:
        """Refuse what could hold nothing."""
        if self.start_ms >= self.end_ms:
            raise ConfigError(f"--start must be before --end, got {_told(self.start_ms)} and {_told(self.end_ms)}")

    def __str__(self) -> str:
        """Both ends as RFC 3339."""
        return f"{_told(self.start_ms)} to {_told(self.end_ms)}"


def parse_offset(text: str) -> int:
    """Milliseconds of an ISO 8601 duration of weeks, days, hours, minutes and seconds, with its sign.

    Raises ConfigError for anything else; years and months have no fixed length and are refused by name.

    >>> parse_offset("-PT1H"), parse_offset("P1DT12H"), parse_offset("-PT0H"), parse_offset("PT0.5S")
    (-3600000, 129600000, 0, 500)
    """
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        hint = "; years and months have no fixed length: say days" if _CALENDAR.match(text.strip()) else ""
        raise ConfigError(f"expected an ISO 8601 duration such as -PT1H or -P1D, got {text!r}{hint}")
    sign, *numbers = found.groups()
    exact = sum(
        Fraction(number.replace(",", ".")) * unit for number, unit in zip(numbers, _UNITS, strict=True) if number
    )
    return -round(exact) if sign == "-" else round(exact)


def moment(text: str, now_ms: int, name: str) -> int:
    """Milliseconds UTC of ``text``: an ISO 8601 duration from ``now_ms``, a date or time, or milliseconds since 1970.

    A time without a zone is UTC, as Model Monitor's are. Raises ConfigError that names the option ``name``.

    >>> moment("-PT1H", 7_200_000, "--start"), moment("1970-01-01T01:00", 0, "--start"), moment("1970-01-02", 0, "--end")
    (3600000, 3600000, 86400000)
    """
    told = text.strip()
    try:
        if told[:2].upper().strip("+-").startswith("P"):
            return _within(now_ms + parse_offset(told.upper()))
        if re.fullmatch(r"\d{9,15}", told, re.ASCII):
            return _within(int(told))
        when = datetime.fromisoformat(told)
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        return _within(round(when.timestamp() * 1000))
    except (ValueError, OverflowError, ConfigError) as error:
        why = f": {error}" if isinstance(error, ConfigError) else ""
        raise ConfigError(
            f"{name} must be a duration from now (-PT1H, -P1D), a time (2026-11-21T06:00Z) or milliseconds "
            f"since 1970, got {text!r}{why}"
        ) from error


def span_of(start: str | None, end: str | None, now_ms: int) -> Span | None:
    """The range of two options; None when neither was given. What is left out is open: the epoch's begin, or now."""
    if start is None and end is None:
        return None
    first = 0 if start is None else moment(start, now_ms, "--start")
    return Span(first, now_ms if end is None else moment(end, now_ms, "--end"))


def _within(time_ms: int) -> int:
    if not EARLIEST <= time_ms < LATEST:
        raise ConfigError("the time lies outside the years 1 to 9999")
    return time_ms


def _told(time_ms: int) -> str:
    return rfc3339(time_ms) if EARLIEST <= time_ms < LATEST else f"{time_ms} ms"
