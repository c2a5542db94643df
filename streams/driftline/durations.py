"""Durations as people write them (``10s``, ``15m``, ``1d``) and as the code keeps them: integer milliseconds."""

from __future__ import annotations

import re

from driftline.errors import ConfigError

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

_UNITS = {"ms": 1, "s": SECOND_MS, "m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS}
_PATTERN = re.compile(r"([0-9]{1,12})(ms|s|m|h|d)", re.ASCII)


def parse_duration(text: str) -> int:
    """Milliseconds of a positive duration written as one whole number and one unit.

    Raises ConfigError for anything else: a fraction, two units, nought, no unit.

    >>> parse_duration("15m"), parse_duration("500ms")
    (900000, 500)
    """
    found = _PATTERN.fullmatch(text.strip())
    duration = int(found[1]) * _UNITS[found[2]] if found else 0
    if duration <= 0:
        raise ConfigError(
            f'duration must be a positive whole number with a unit ms, s, m, h or d (as "15m"), got {text!r}'
        )
    return duration


def format_duration(duration_ms: int) -> str:
    """The shortest spelling that `parse_duration` reads back as the same number; the largest unit that divides it.

    >>> format_duration(3_600_000), format_duration(90_000), format_duration(1_500)
    ('1h', '90s', '1500ms')
    """
    for unit, size in reversed(_UNITS.items()):
        if duration_ms % size == 0:
            return f"{duration_ms // size}{unit}"
    raise AssertionError("a millisecond divides every integer")  # pragma: no cover
