"""Schedules made, changed, started and stopped: pure functions from one to the next, with time as an argument.

Every change counts up ``revision``; starting and stopping are written into ``active``, so that which windows a schedule looks
at depends on its record and on nothing else.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from driftline.contracts.control import NAME_PATTERN, Schedule, ScheduleAnswer, Span
from driftline.contracts.statistics import WindowStatistics
from driftline.errors import ConfigError
from driftline.schedules.cadence import NOW, Cadence, parse_cadence
from driftline.windows.spec import Window

ScheduleStatus = Literal["Pending", "Failed", "Scheduled", "Stopped"]

MAX_SPANS: Final = 100
"""Starts and stops that are remembered; the oldest are forgotten first. Chosen: a record stays below 10 KB."""

CALENDAR: Final = (-62_104_060_800_000, 253_370_764_800_000)
"""Years 2 to 9998, in ms UTC: beyond, no folder can be named by a date."""

FIXED: Final = frozenset({"name", "created", "modified", "revision", "active", "schema"})
"""Fields that nobody sets."""


def new_schedule(name: str, now: int, *, covers_from: int | None = None, **fields: Any) -> Schedule:  # noqa: ANN401 - of a wire type
    """A schedule that is started. Windows that end after ``covers_from`` are looked at, by default those from ``now`` on.

    ``fields`` are those of :class:`Schedule`; ConfigError for a value that cannot be, or an expression without windows.
    """
    begin = now if covers_from is None else covers_from
    return _checked({"name": name, "created": now, "modified": now, "active": [{"start": begin}], **_given(fields)})


def updated(schedule: Schedule, now: int, **fields: Any) -> Schedule:  # noqa: ANN401 - of a wire type
    """The schedule with other fields; those that are not given stay. ConfigError as :func:`new_schedule`."""
    return _checked(msgspec.to_builtins(schedule) | _given(fields) | _next(schedule, now))


def started(schedule: Schedule, now: int) -> Schedule:
    """Looking at windows that end after ``now``; as it is, when it does so already."""
    if is_active(schedule):
        return schedule
    spans = (*schedule.active, Span(start=now))[-MAX_SPANS:]
    return msgspec.structs.replace(schedule, active=spans, **_next(schedule, now))


def stopped(schedule: Schedule, now: int) -> Schedule:
    """Looking at no window that ends after ``now``; as it is, when it does so already."""
    if not is_active(schedule):
        return schedule
    *before, last = schedule.active
    spans = (*before, Span(start=last.start, end=max(now, last.start)))
    return msgspec.structs.replace(schedule, active=spans, **_next(schedule, now))


def is_active(schedule: Schedule) -> bool:
    """Whether it is started."""
    return bool(schedule.active) and schedule.active[-1].end is None


def status_of(schedule: Schedule, answer: ScheduleAnswer | None) -> tuple[ScheduleStatus, str]:
    """Model Monitor's status, and the reason of a failure: Pending until a worker has answered to the newest revision."""
    if not is_active(schedule):
        return "Stopped", ""
    if answer is None or answer.revision != schedule.revision:
        return "Pending", ""
    return answer.status, answer.reason


def cadence_of(schedule: Schedule) -> Cadence | None:
    """When it runs; None for one that runs once. ConfigError for an expression of a later release."""
    return None if schedule.expression == NOW else parse_cadence(schedule.expression)


def covers(schedule: Schedule, statistics: WindowStatistics) -> bool:
    """Whether a closed window is one that the schedule looks at, and was started when it ended."""
    return was_active(schedule, statistics.window.end) and looks_at(schedule, statistics)


def was_active(schedule: Schedule, end: int) -> bool:
    """Whether the schedule was started at an instant, ms UTC."""
    return any(span.start < end and (span.end is None or end <= span.end) for span in schedule.active)


def looks_at(schedule: Schedule, statistics: WindowStatistics) -> bool:
    """Whether a closed window is of the model and the kind that the schedule looks at."""
    window, cadence = statistics.window, cadence_of(schedule)
    if not CALENDAR[0] <= window.end < CALENDAR[1]:
        return False
    if (schedule.model, schedule.version, "") != (statistics.model, statistics.version, statistics.slice):
        return False
    if cadence is None or cadence.label != window.label:
        return False
    return cadence.covers(Window(window.start, window.end), window.timezone)


def _next(schedule: Schedule, now: int) -> dict[str, int]:
    return {"modified": max(now, schedule.modified), "revision": schedule.revision + 1}


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields as plain data; names that are none, or nobody's to set, are refused."""
    known = sorted(set(Schedule.__struct_fields__) - FIXED)
    for field in fields:
        if field not in known:
            raise ConfigError(f"a schedule has no setting {field!r}; known are {', '.join(known)}")
    return {name: msgspec.to_builtins(value) for name, value in fields.items()}


def _checked(fields: dict[str, Any]) -> Schedule:
    try:
        schedule = msgspec.convert(fields, Schedule)
    except msgspec.ValidationError as error:
        raise ConfigError(_explained(str(error), fields)) from error
    if schedule.alert.datapoints > schedule.alert.period:
        raise ConfigError(
            f"an alert is M of N with M at most N, got {schedule.alert.datapoints} of {schedule.alert.period}"
        )
    _check_range(schedule, cadence_of(schedule))
    return schedule


def _check_range(schedule: Schedule, cadence: Cadence | None) -> None:
    given = (schedule.analysis_start, schedule.analysis_end)
    if cadence is None and not all(given):
        raise ConfigError(
            f"a schedule that runs {NOW} needs both ends of its range, such as -PT1H and -PT0H, got {given[0]!r} and {given[1]!r}"
        )
    if cadence is not None and any(given):
        raise ConfigError(
            f"a range is for schedules that run {NOW}; {schedule.expression} looks at the windows that it ends"
        )


def _explained(fault: str, fields: dict[str, Any]) -> str:
    """Msgspec's words with the name and the value in them."""
    if fault.endswith("`$.name`"):
        return f"name of a schedule must match {NAME_PATTERN} (Model Monitor's rule), got {fields.get('name')!r}"
    return f"a schedule cannot be made: {fault}"
