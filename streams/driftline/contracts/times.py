"""Event time: RFC 3339 with a zone, or milliseconds since 1970, to integer milliseconds UTC. Nothing is guessed.

Fractions are floored, whatever their precision. A time without a zone is refused, and so is a number that would be a
date of 2000 … 2100 in *seconds* (as milliseconds it would lie in early 1970). Negative numbers are refused; dates before 1970
that are written out are accepted (and will be late).
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.contracts.reasons import Reason
from driftline.errors import ContractError

Longs = NDArray[np.int64]
Faults = dict[int, ContractError]

SECONDS_LOW, SECONDS_HIGH = 946_684_800, 4_102_444_800
"""2000-01-01 and 2100-01-01 as seconds."""
MAX_MS = 1 << 62
"""No event time reaches this: it keeps sums of a time and a duration within 64 bits."""
_VECTOR = 32
"""Strings of one length below which parsing one by one is quicker; measured."""
_RFC3339 = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,18}))?(Z|z|[+-]\d\d:?\d\d)?", re.ASCII)
_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int64)
_WEIGHTS = np.array([1000, 100, 10, 1], dtype=np.int64)


def event_time(value: object) -> int:
    """One event time in ms UTC; ContractError with a reason when it is none. 1.3 us for a string.

    >>> event_time("2024-05-01T12:00:00.9999Z"), event_time(1714564800999.9)
    (1714564800999, 1714564800999)
    """
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _fault(f"must be RFC 3339 with a zone or ms since 1970, got {_name(value)}", Reason.TIME)
    if isinstance(value, float) and not math.isfinite(value):
        raise _fault(f"must be finite, got {value}", Reason.TIME)
    return _in_range(math.floor(value))


def event_times(values: Sequence[Any]) -> tuple[Longs, Faults]:
    """Event times of many rows, and for each row that has none (its time is 0) why. Equal to :func:`event_time` row by row.

    0.05 us a row for whole numbers, 0.3 us for strings of one shape in batches of 1,000.
    """
    kinds = set(map(type, values))
    if kinds == {int}:
        quick = _whole_numbers(values)
        if quick is not None:
            return quick, {}
    times = np.zeros(len(values), dtype=np.int64)
    left = _strings(values, times) if kinds == {str} else range(len(values))
    faults: Faults = {}
    for row in left:
        try:
            times[row] = event_time(values[row])
        except ContractError as error:
            faults[row] = error
    return times, faults


def _whole_numbers(values: Sequence[int]) -> Longs | None:
    """The array, if every number is an event time beyond doubt."""
    try:
        times = np.array(values, dtype=np.int64)
    except OverflowError:
        return None
    if len(times) and (times.min() <= SECONDS_HIGH or times.max() >= MAX_MS):
        return None
    return times


def _strings(values: Sequence[str], times: Longs) -> list[int]:
    """Fill in what the quick reader understands; the rows that are left."""
    groups: dict[int, list[int]] = defaultdict(list)
    for row, value in enumerate(values):
        groups[len(value)].append(row)
    left: list[int] = []
    for length, rows in groups.items():
        if len(rows) < _VECTOR or not 20 <= length <= 40:  # noqa: PLR2004 - from "…:00Z" on
            left += rows
            continue
        texts = values if len(rows) == len(values) else [values[row] for row in rows]
        found, good = _same_length(texts, length)
        times[rows] = found
        left += (
            np.flatnonzero(~good).tolist()
            if len(rows) == len(values)
            else [row for row, fits in zip(rows, good.tolist(), strict=True) if not fits]
        )
    return left


def _same_length(texts: Sequence[str], length: int) -> tuple[Longs, NDArray[np.bool_]]:
    """Times of strings of one length and which of them are of the shape of the first: the others are 0 and False."""
    try:
        chars = np.array(texts, dtype=f"S{length}").view(np.uint8).reshape(-1, length)
    except UnicodeEncodeError:
        return np.zeros(len(texts), dtype=np.int64), np.zeros(len(texts), dtype=np.bool_)
    zulu = chars[0, -1] == ord("Z")
    body = length - (1 if zulu else 6)
    marks = {4: "-", 7: "-", 10: "T", 13: ":", 16: ":"} | ({19: "."} if body > 19 else {})  # noqa: PLR2004 - "…:00"
    marks |= {body: "Z"} if zulu else {body + 3: ":"}
    good = np.ones(len(texts), dtype=np.bool_)
    for place, mark in marks.items():
        good &= chars[:, place] == ord(mark)
    digits = chars - np.uint8(48)
    numeric = [place for place in range(length) if place not in marks and (zulu or place != body)]
    good &= (digits[:, numeric] <= 9).all(axis=1)  # noqa: PLR2004 - the digit
    wide = digits.astype(np.int64)
    times, valid = _civil(wide, body)
    if not zulu:
        offset, fits = _offset(chars, wide, body)
        times, valid = times - offset, valid & fits
    good &= valid
    times[~good] = 0
    return times, good


def _civil(digits: Longs, body: int) -> tuple[Longs, NDArray[np.bool_]]:
    """Milliseconds of dates and times given as digits, and which exist."""

    def pair(at: int) -> Longs:
        return digits[:, at] * 10 + digits[:, at + 1]

    year, month, day = digits[:, :4] @ _WEIGHTS, pair(5), pair(8)
    hour, minute, second = pair(11), pair(14), pair(17)
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    valid = (month >= 1) & (month <= 12) & (hour < 24) & (minute < 60) & (second < 60)  # noqa: PLR2004 - the calendar
    month = np.where(valid, month, 1)
    valid &= (day >= 1) & (day <= _DAYS[month] + (leap & (month == 2)))  # noqa: PLR2004 - February
    seconds = ((_days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
    fraction = sum(
        (digits[:, 20 + place] * 10 ** (2 - place) for place in range(min(3, body - 20))), np.zeros_like(seconds)
    )
    return seconds * 1000 + fraction, valid


def _offset(chars: NDArray[np.uint8], digits: Longs, body: int) -> tuple[Longs, NDArray[np.bool_]]:
    """Zone offsets in ms and which are well formed."""
    hours = digits[:, body + 1] * 10 + digits[:, body + 2]
    minutes = digits[:, body + 4] * 10 + digits[:, body + 5]
    sign = chars[:, body]
    fits = (hours < 24) & (minutes < 60) & ((sign == ord("+")) | (sign == ord("-")))  # noqa: PLR2004 - the clock
    return np.where(sign == ord("-"), -1, 1) * (hours * 60 + minutes) * 60_000, fits


def _days(year: Any, month: Any, day: Any) -> Any:  # noqa: ANN401 - whole numbers and arrays of them alike
    """Days since 1970-01-01 of a date of the Gregorian calendar (H. Hinnant, "chrono-compatible date algorithms")."""
    year = year - (month <= 2)  # noqa: PLR2004 - the year begins in March
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def _from_text(text: str) -> int:
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise _fault(f"must be RFC 3339 with a zone or ms since 1970, got {text[:40]!r}", Reason.TIME)
    year, month, day, hour, minute, second = map(int, match.group(1, 2, 3, 4, 5, 6))
    leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
    exists = 1 <= month <= 12 and 1 <= day <= int(_DAYS[month]) + (leap and month == 2)  # noqa: PLR2004 - the calendar
    if not exists or hour > 23 or minute > 59 or second > 59:  # noqa: PLR2004 - the clock
        raise _fault(f"must be a date and time that exist, got {text[:40]!r}", Reason.TIME)
    if match[8] is None:
        raise _fault(f"must name its zone (Z or +hh:mm), got {text[:40]!r}", Reason.TIME_ZONE)
    seconds = ((int(_days(year, month, day)) * 24 + hour) * 60 + minute) * 60 + second
    return seconds * 1000 + int(((match[7] or "") + "000")[:3]) - _zone_ms(match[8], text)


def _zone_ms(zone: str, text: str) -> int:
    if zone in "Zz":
        return 0
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 23 or minutes > 59:  # noqa: PLR2004 - the clock
        raise _fault(f"must have a zone within a day, got {text[:40]!r}", Reason.TIME)
    return (-1 if zone[0] == "-" else 1) * (hours * 60 + minutes) * 60_000


def _in_range(number: int) -> int:
    if not 0 <= number < MAX_MS:
        shown = str(number) if abs(number) < MAX_MS * 4 else "a number beyond 64 bits"
        raise _fault(f"must be ms since 1970, at least 0, got {shown}", Reason.TIME_RANGE)
    if SECONDS_LOW <= number <= SECONDS_HIGH:
        raise _fault(f"must be in ms since 1970, got {number}, which looks like seconds", Reason.TIME_SECONDS)
    return number


def _name(value: object) -> str:
    return {bool: "a boolean", type(None): "null", list: "an array", dict: "an object"}.get(type(value), "no time")


def _fault(message: str, reason: Reason) -> ContractError:
    return ContractError(message, path="$.time", reason=reason)
