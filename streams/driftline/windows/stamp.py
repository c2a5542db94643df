"""An instant in ms since the epoch as a date in UTC, and as a short text for names of files and keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc(ts: int) -> datetime:
    """The instant ``ts`` (ms) as a datetime in UTC. OverflowError beyond the years 1 to 9999."""
    return _EPOCH + timedelta(milliseconds=ts)


def compact_stamp(ts: int) -> str:
    """The same as text without marks; milliseconds only where there are any.

    >>> compact_stamp(0), compact_stamp(1_500)
    ('19700101T000000Z', '19700101T000001500Z')
    """
    return f"{utc(ts):%Y%m%dT%H%M%S}{f'{ts % 1000:03d}' if ts % 1000 else ''}Z"
