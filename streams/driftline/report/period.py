"""What a report is about: a window, a day, a week, or the time of an incident, on the clock of the windows themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from driftline.contracts.violation import Violation, Window
from driftline.drawing.figures import clock
from driftline.durations import parse_duration
from driftline.errors import ConfigError
from driftline.windows.grid import zone

CONTEXT: Final = 6
"""Windows before an incident that its report shows as well. Chosen: enough to see what was normal."""

_WEEK: Final = re.compile(r"(\d{4})-?W(\d{2})", re.ASCII)


class Period(Protocol):
    """Which windows are told of."""

    @property
    def title(self) -> str:
        """The period in words."""

    def covers(self, window: Window) -> bool:
        """Whether the report tells of a window."""

    def span(self, timezone: str) -> tuple[int, int]:
        """Beginning and end in ms UTC, half-open, on the clock of a time zone."""


@dataclass(frozen=True)
class Days:
    """Whole days on each window's own clock: the windows that lie inside."""

    first: date
    count: int
    title: str

    def covers(self, window: Window) -> bool:
        """Whether it begins and ends inside."""
        start, end = self.span(window.timezone)
        return start <= window.start and window.end <= end

    def span(self, timezone: str) -> tuple[int, int]:
        """From midnight to midnight; such a day may have 23 or 25 hours."""
        return _midnight(self.first, timezone), _midnight(self.first + timedelta(days=self.count), timezone)


@dataclass(frozen=True)
class OneWindow:
    """One window by its start and its length (and step): ``2013-02-08/1d`` or ``2013-02-08T14:00:00Z/1h``."""

    start: datetime
    label: str

    @property
    def title(self) -> str:
        """The window in words."""
        return f"the window of {self.label} from {self.start:%Y-%m-%d %H:%M}"

    def covers(self, window: Window) -> bool:
        """Whether it is this one."""
        return window.label == self.label and window.start == self.span(window.timezone)[0]

    def span(self, timezone: str) -> tuple[int, int]:
        """Its start, and its nominal end: by the clock, whole days may be an hour longer or shorter."""
        start = self.start if self.start.tzinfo else self.start.replace(tzinfo=zone(timezone))
        begin = round(start.timestamp() * 1000)
        return begin, begin + parse_duration(self.label.partition("/")[0])


@dataclass(frozen=True)
class Story:
    """The windows of an incident, and some before it."""

    first: Window
    last: Window
    model: str
    version: str
    incident_id: str

    @property
    def title(self) -> str:
        """The incident in words."""
        return f"incident {self.incident_id[:8]}, from {clock(self.first.start, self.first.timezone)}"

    def covers(self, window: Window) -> bool:
        """Whether it is of the same length, and from just before the first window to the last."""
        start, end = self.span(window.timezone)
        return window.label == self.first.label and start <= window.start and window.end <= end

    def span(self, _timezone: str) -> tuple[int, int]:
        """With `CONTEXT` windows before the one that opened it."""
        return self.first.start - CONTEXT * (self.first.end - self.first.start), self.last.end


def day(text: str) -> Days:
    """A day by its date. Raises ConfigError."""
    first = _date(text, "--day")
    return Days(first, 1, f"{first:%A}, {first.isoformat()}")


def week(text: str) -> Days:
    """The week from Monday to Sunday by its ISO number (``2013-W06``) or any day of it. Raises ConfigError."""
    found = _WEEK.fullmatch(text)
    try:
        first = date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else _date(text, "--week")
    except ValueError as error:
        raise ConfigError(f"--week must be a week such as 2013-W06, got {text!r}: {error}") from error
    first -= timedelta(days=first.weekday())
    year, number, _ = first.isocalendar()
    return Days(first, 7, f"week {number} of {year}, from {first.isoformat()}")


def one_window(text: str) -> OneWindow:
    """A window by ``START/LENGTH``; a start without a zone is on the window's own clock. Raises ConfigError."""
    start, _, label = text.partition("/")
    try:
        parse_duration(label.partition("/")[0])
        return OneWindow(datetime.fromisoformat(start), label)
    except (ValueError, ConfigError) as error:
        raise ConfigError(
            f"--window must be START/LENGTH such as 2013-02-08/1d or 2013-02-08T14:00Z/1h, got {text!r}: {error}"
        ) from error


def story(incident: str, events: list[Violation]) -> Story:
    """The time of an incident by its id or the beginning of it. ConfigError when it is not exactly one."""
    found = sorted(
        (event for event in events if event.incident_id.startswith(incident)), key=lambda one: one.window.end
    )
    ids = {event.incident_id for event in found}
    if not incident or len(ids) != 1:
        raise ConfigError(f"--incident must be the beginning of one incident's id, {incident!r} is that of {len(ids)}")
    last = found[-1]
    return Story(last.opened, last.window, last.model, last.version, last.incident_id)


def _date(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"{option} must be a date such as 2013-02-08, got {text!r}") from error


def _midnight(day: date, timezone: str) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=zone(timezone)).timestamp() * 1000)
