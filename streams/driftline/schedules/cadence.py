"""When a schedule runs and what it looks at: Model Monitor's expressions, and finer ones, as aligned windows.

An expression names moments of the day. Each moment ends one window, the period before it: ``cron(0 * ? * * *)`` is every
hour of an hour, ``cron(0 17/12 ? * * *)`` half days that end at 17:00 and 05:00. Hours are those of the model's time zone
(UTC unless configured, as in Model Monitor); windows shorter than an hour follow UTC.

Source of the four forms: ScheduleConfig of the SageMaker API. "Every 12 hours, starting at 5pm" is ``17/12`` there, so that
an interval goes round the day and does not end at midnight, as it would in Quartz.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from driftline.durations import DAY_MS, MINUTE_MS
from driftline.errors import ConfigError
from driftline.windows.grid import instant
from driftline.windows.spec import Window, WindowSpec

NOW: Final = "NOW"
"""Runs once, at once, over a range that is given."""

DAY: Final = 1440
"""Minutes of a day."""
HOUR: Final = 60

WEEKDAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")

_FIELD: Final = re.compile(r"(?P<from>\*|[0-9]{1,2})(?:/(?P<step>[0-9]{1,2}))?", re.ASCII)
_CRON: Final = re.compile(r"cron\((.*)\)", re.ASCII)
_RATE: Final = re.compile(r"rate\( *([0-9]{1,5}) +(minute|hour|day)s? *\)", re.ASCII)
_UNITS: Final = {"minute": 1, "hour": HOUR, "day": DAY}
_FIELDS: Final = 6


@dataclass(frozen=True)
class Cadence:
    """Moments at which windows of ``length`` minutes end: minutes of the day, on one weekday (0 Monday) or on all.

    >>> parse_cadence("cron(0 * ? * * *)").label, parse_cadence("cron(0 17/12 ? * * *)").label
    ('1h', '12h/1h')
    """

    expression: str
    length: int
    marks: tuple[int, ...]
    weekday: int | None = None

    @property
    def label(self) -> str:
        """The windows that a model has to have: ``1h`` tumbling, ``12h/1h`` hopping where only some of them are looked at."""
        return self.spec("UTC").label

    def spec(self, timezone: str) -> WindowSpec:
        """Those windows on the clock of a zone."""
        return WindowSpec(self.length * MINUTE_MS, self._step * MINUTE_MS, timezone)

    @cached_property
    def _step(self) -> int:
        """The widest step of which every mark and the length are multiples."""
        if self.weekday == 0 and self.marks == (0,):
            return self.length
        return math.gcd(self.length, DAY, *self.marks)

    def covers(self, window: Window, timezone: str) -> bool:
        """Whether the schedule looks at this window, which must be one of :meth:`spec`.

        >>> parse_cadence("cron(0 6 ? * * *)").covers(Window(-64_800_000, 21_600_000), "UTC")
        True
        """
        if self.length < HOUR:
            return True
        return any(end == window.end for end in self._ends_around(window.end, timezone))

    def ends(self, after: int, upto: int, timezone: str) -> Iterator[int]:
        """The moments in (after, upto], ms UTC, in order; lazy."""
        spec = self.spec(timezone)
        for window in spec.next_ends(after, upto):
            if self.covers(window, timezone):
                yield window.end

    def next_end(self, after: int, timezone: str) -> int:
        """The first moment later than ``after``."""
        return next(self.ends(after, after + (self.length + 8 * DAY) * MINUTE_MS, timezone))

    def _ends_around(self, ts: int, timezone: str) -> Iterator[int]:
        """The moments of the days around an instant; a mark that the clock skips is the instant it would have been."""
        day = ts // DAY_MS
        for one in range(day - 1, day + 2):
            if self.weekday is None or (one + 3) % 7 == self.weekday:  # 1970-01-01 was a Thursday
                for mark in self.marks:
                    yield from instant(one, mark * MINUTE_MS, timezone, twice=self._step <= HOUR and self._is_even)

    @property
    def _is_even(self) -> bool:
        """Whether every window of the kind is looked at, also one at the second showing of an hour in autumn."""
        return len(self.marks) * self._step == DAY


def parse_cadence(expression: str) -> Cadence:
    """What an expression stands for. ConfigError for one that has no aligned windows, saying what has; also for ``NOW``.

    >>> parse_cadence("rate(5 minutes)") == parse_cadence("cron(0/5 * ? * * *)")
    False
    >>> parse_cadence("rate(5 minutes)").label
    '5m'
    """
    text = " ".join(expression.split())
    if text == NOW:
        raise ConfigError("NOW runs once over a range and has no windows")
    rate = _RATE.fullmatch(text)
    if rate:
        return _of_rate(text, int(rate[1]) * _UNITS[rate[2]])
    cron = _CRON.fullmatch(text)
    fields = cron[1].split() if cron else []
    if len(fields) != _FIELDS:
        raise _refusal(expression, "it must be cron(minute hour ? * * *) of six fields, rate(5 minutes) or NOW")
    minute, hour, days, month, weekdays, year = fields
    if (month, year) != ("*", "*") or days not in {"?", "*"}:
        raise _refusal(
            expression, "day of month, month and year must be ?, * and *: windows are of hours, days and weeks"
        )
    marks, length = _marks(expression, minute, hour)
    weekday = _weekday(expression, weekdays)
    if weekday is None:
        return Cadence(text, length, marks)
    if len(marks) > 1:
        raise _refusal(expression, "a weekday goes with one moment of the day: cron(0 6 ? * MON *)")
    return Cadence(text, 7 * DAY, marks, weekday)


def _of_rate(expression: str, minutes: int) -> Cadence:
    if minutes == 7 * DAY:
        return Cadence(expression, minutes, (0,), 0)
    if minutes <= 0 or minutes > DAY or DAY % minutes or (minutes < HOUR and HOUR % minutes):
        raise _refusal(expression, "a rate must divide the hour, or the day if it is longer, or be 7 days")
    return Cadence(expression, minutes, tuple(range(0, DAY, minutes)))


def _marks(expression: str, minute: str, hour: str) -> tuple[tuple[int, ...], int]:
    """The moments of a day and the length of the windows that they end."""
    first, step = _field(expression, "minute", minute, HOUR)
    begin, interval = _field(expression, "hour", hour, 24)
    if step:
        if HOUR % step or interval != 1:
            raise _refusal(
                expression, "minutes in steps must divide the hour, and go with every hour: cron(0/5 * ? * * *)"
            )
        return tuple(range(first % step, DAY, step)), step
    if not interval:
        return (begin * HOUR + first,), DAY
    hours = {(begin + place) % 24 for place in range(0, 24, interval)}
    return tuple(one * HOUR + first for one in sorted(hours)), interval * HOUR


def _field(expression: str, name: str, text: str, limit: int) -> tuple[int, int]:
    """Where a field begins and its step: 1 for ``*``, 0 for a single moment."""
    found = _FIELD.fullmatch(text)
    begin = 0 if found is None or found["from"] == "*" else int(found["from"])
    step = 0 if found is None or found["step"] is None else int(found["step"])
    if found is None or begin >= limit or (found["step"] is not None and not 0 < step <= limit):
        raise _refusal(expression, f"{name} must be *, one number below {limit} or start/step, got {text!r}")
    return begin, step or (1 if found["from"] == "*" else 0)


def _weekday(expression: str, text: str) -> int | None:
    if text in {"*", "?"}:
        return None
    if text.upper() not in WEEKDAYS:
        raise _refusal(expression, f"day of week must be * or one of {', '.join(WEEKDAYS)}, got {text!r}")
    return WEEKDAYS.index(text.upper())


def _refusal(expression: str, reason: str) -> ConfigError:
    return ConfigError(
        f"schedule expression {expression!r} cannot be used: {reason}. Known: hourly cron(0 * ? * * *), daily "
        "cron(0 6 ? * * *), every 6 hours cron(0 0/6 ? * * *), weekly cron(0 6 ? * MON *), every 5 minutes "
        "cron(0/5 * ? * * *) or rate(5 minutes), once NOW"
    )
