"""Where windows may begin: an endless rising sequence of boundaries, even in UTC or following a local clock.

Both grids answer the same three questions about an instant `ts` (ms, UTC): `floor(ts)` the last boundary at or before
it, `after(ts)` the first one behind it, `before(ts)` the last one strictly before it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from driftline.durations import DAY_MS, HOUR_MS
from driftline.errors import ConfigError

MONDAY_MS = 4 * DAY_MS
"""1970-01-05, the first Monday of the epoch: weeks begin on Mondays (ISO 8601)."""

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  (a wall clock reading, not an instant)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_FIRST_DAY = date(2, 1, 1).toordinal() - _EPOCH_DAY
_LAST_DAY = date(9998, 12, 31).toordinal() - _EPOCH_DAY
_REACH_DAYS = 3
"""A local day lies within three days of its UTC day, even where a zone crossed the date line and skipped one."""
_MILLISECOND = timedelta(milliseconds=1)


class Grid(Protocol):
    """A rising sequence of boundaries without end on either side (local: ValueError beyond the years 2 to 9998)."""

    def floor(self, ts: int) -> int:
        """Return the last boundary at or before `ts`."""

    def after(self, ts: int) -> int:
        """Return the first boundary later than `ts`."""

    def before(self, ts: int) -> int:
        """Return the last boundary earlier than `ts`."""


@dataclass(frozen=True)
class EvenGrid:
    """Boundaries every `step_ms` of real time, one of them at `origin_ms`. Constant cost.

    >>> EvenGrid(1000).floor(-1), EvenGrid(1000).after(0), EvenGrid(1000).before(0)
    (-1000, 1000, -1000)
    """

    step_ms: int
    origin_ms: int = 0

    def floor(self, ts: int) -> int:
        """Return the last boundary at or before `ts`."""
        return ts - (ts - self.origin_ms) % self.step_ms

    def after(self, ts: int) -> int:
        """Return the first boundary later than `ts`."""
        return self.floor(ts) + self.step_ms

    def before(self, ts: int) -> int:
        """Return the last boundary earlier than `ts`."""
        return self.floor(ts - 1)


@dataclass(frozen=True)
class LocalGrid:
    """Boundaries where the clock on the wall in `timezone` shows a multiple of `step_ms` since midnight.

    - A time that the clock skips in spring is a boundary at the instant it would have been, had the clock not moved
      (the rule of PEP 495): a day whose midnight is skipped begins with its first instant. Two boundaries at one
      instant are one.
    - A time that the clock shows twice in autumn is a boundary at its first showing; at the second too when the step
      is an hour or less. So a 25 h day has 25 hours, but four quarters, one of them of 7 h.
    - Steps of n whole days count days from 1970-01-01, whole weeks from a Monday.

    Cost: one table for each local day, kept for the 64 days asked for last; then a bisection.
    """

    timezone: str
    step_ms: int

    def floor(self, ts: int) -> int:
        """Return the last boundary at or before `ts`."""
        table = self._around(ts)
        return table[bisect_right(table, ts) - 1]

    def after(self, ts: int) -> int:
        """Return the first boundary later than `ts`."""
        table = self._around(ts)
        return table[bisect_right(table, ts)]

    def before(self, ts: int) -> int:
        """Return the last boundary earlier than `ts`."""
        table = self._around(ts)
        return table[bisect_left(table, ts) - 1]

    def _around(self, ts: int) -> tuple[int, ...]:
        reach = _REACH_DAYS + -(-self.step_ms // DAY_MS)
        day = ts // DAY_MS
        if not _FIRST_DAY + reach <= day <= _LAST_DAY - reach:
            raise ValueError(f"a local clock is known for the years 2 to 9998, got {ts} ms since 1970")
        return _boundaries(self.timezone, self.step_ms, day - reach, day + reach)


def zone(timezone: str) -> ZoneInfo:
    """Return the zone of an IANA name; ConfigError for an unknown one."""
    try:
        return ZoneInfo(timezone)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigError(f"timezone must be an IANA name such as Europe/Berlin, got {timezone!r}") from error


@lru_cache(maxsize=64)
def _boundaries(timezone: str, step_ms: int, first_day: int, last_day: int) -> tuple[int, ...]:
    days = range(first_day, last_day + 1)
    return tuple(sorted({boundary for day in days for boundary in _boundaries_of_day(timezone, step_ms, day)}))


@lru_cache(maxsize=256)
def _boundaries_of_day(timezone: str, step_ms: int, day: int) -> tuple[int, ...]:
    if step_ms >= DAY_MS:
        origin = MONDAY_MS // DAY_MS if step_ms % (7 * DAY_MS) == 0 else 0
        walls = [0] if (day - origin) % (step_ms // DAY_MS) == 0 else []
    else:
        walls = list(range(0, DAY_MS, step_ms))
    return tuple(found for wall in walls for found in instant(day, wall, timezone, twice=step_ms <= HOUR_MS))


def instant(day: int, wall_ms: int, timezone: str, *, twice: bool = False) -> tuple[int, ...]:
    """The instants (ms, UTC) at which the clock of a zone shows ``wall_ms`` since midnight on a day counted from 1970-01-01.

    One that the clock skips is the instant it would have been. With ``twice``, both showings of one that it shows twice.
    """
    tz = zone(timezone)
    shown = _EPOCH + timedelta(days=day, milliseconds=wall_ms)
    first, second = _instant(shown, tz), _instant(shown.replace(fold=1), tz)
    return (first, second) if twice and second > first else (first,)


def _instant(shown: datetime, tz: ZoneInfo) -> int:
    offset = shown.replace(tzinfo=tz).utcoffset() or timedelta()
    return (shown.replace(fold=0) - _EPOCH - offset) // _MILLISECOND
