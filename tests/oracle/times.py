"""Event times, panes and windows, by the standard library's own calendar."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from oracle.setup import Model, Window

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
HOUR = 3_600_000
DAY = 24 * HOUR
SECONDS = (946_684_800, 4_102_444_800)
"""Numbers that would be dates of 2000 … 2100 in seconds."""


class BadTimeError(Exception):
    """A time that cannot be used; the argument is the reason code."""


def event_time(value: object) -> int:
    """Milliseconds of an event time as it stands in a capture."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadTimeError("time")
    if isinstance(value, str):
        return _written_out(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise BadTimeError("time")
    number = math.floor(value)
    if not 0 <= number < 2**62:
        raise BadTimeError("time_range")
    if SECONDS[0] <= number <= SECONDS[1]:
        raise BadTimeError("time_seconds")
    return number


def _written_out(text: str) -> int:
    match = re.fullmatch(
        r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,18}))?(Z|z|[+-]\d\d:?\d\d)?", text, re.ASCII
    )
    if match is None:
        raise BadTimeError("time")
    try:
        local = datetime.fromisoformat(f"{match[1]}T{match[2]}+00:00")
    except ValueError:
        raise BadTimeError("time") from None
    if match[4] is None:
        raise BadTimeError("time_zone")
    ahead = 0
    if match[4] not in "Zz":
        hours, minutes = int(match[4][1:3]), int(match[4][-2:])
        if hours > 23 or minutes > 59:
            raise BadTimeError("time")
        ahead = (hours * 60 + minutes) * 60_000 * (-1 if match[4][0] == "-" else 1)
    return (local - EPOCH) // MILLISECOND + int(((match[3] or "") + "000")[:3]) - ahead


def pane_of(time: int, pane_ms: int) -> int:
    return time - time % pane_ms


def boundaries(spec: Window, timezone: str, around: int) -> list[int]:
    """Where windows of a length may begin, from well before ``around`` to well after it."""
    if spec.length_ms < HOUR or (timezone == "UTC" and spec.step_ms <= DAY):
        first = around - around % spec.step_ms - 2 * spec.length_ms
        return list(range(first, around + 2 * spec.length_ms + 1, spec.step_ms))
    zone = ZoneInfo(timezone)
    reach = 3 + 2 * (spec.length_ms // DAY)
    middle = (EPOCH + timedelta(milliseconds=around)).astimezone(zone).replace(tzinfo=None)
    midnight = middle.replace(hour=0, minute=0, second=0, microsecond=0)
    found = set()
    for day in range(-reach, reach + 1):
        for wall in range(0, DAY, min(spec.step_ms, DAY)):
            local = midnight + timedelta(days=day, milliseconds=wall)
            first, second = (
                (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) - EPOCH) // MILLISECOND for fold in (0, 1)
            )
            found.add(first)
            if second > first and spec.step_ms <= HOUR:
                found.add(second)
    return sorted(found)


def windows_of(pane: int, spec: Window, model: Model) -> list[tuple[int, int]]:
    """All windows that a pane is in: each is ``length / step`` steps, and every step begins one."""
    cuts = boundaries(spec, model.timezone, pane)
    steps = spec.length_ms // spec.step_ms
    return [(cuts[i], cuts[i + steps]) for i in range(len(cuts) - steps) if cuts[i] <= pane < cuts[i + steps]]


def window_after(end: int, spec: Window, model: Model) -> tuple[int, int]:
    """The window that ends next after ``end``."""
    cuts = boundaries(spec, model.timezone, end)
    at = next(place for place, cut in enumerate(cuts) if cut > end)
    return cuts[at - spec.length_ms // spec.step_ms], cuts[at]


def slot_of(start: int, end: int, timezone: str) -> tuple[int, int]:
    """The hour of the week (day of the week, from a day on) of a window, and when this instance of it began."""
    local = (EPOCH + timedelta(milliseconds=start)).astimezone(ZoneInfo(timezone))
    if end - start >= 23 * HOUR:
        return local.weekday(), start
    into = (local.minute * 60 + local.second) * 1000 + local.microsecond // 1000
    return local.weekday() * 24 + local.hour, start - into
