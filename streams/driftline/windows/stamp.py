"""An instant as text in UTC: RFC 3339 for people and programs, and short for names of files and keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(ts: int) -> datetime:
    """The instant ``ts`` (ms) as a datetime in UTC. OverflowError beyond the years 1 to 9999."""
    return _EPOCH + timedelta(milliseconds=ts)


def stamp(ts: int) -> str:
    """RFC 3339, with milliseconds only where there are any.

    >>> stamp(0), stamp(1_500)
    ('1970-01-01T00:00:00Z', '1970-01-01T00:00:01.500Z')
    """
    return moment(ts).isoformat(timespec="milliseconds" if ts % 1000 else "seconds").replace("+00:00", "Z")


def compact_stamp(ts: int) -> str:
    """The same without marks, for names.

    >>> compact_stamp(0), compact_stamp(1_500)
    ('19700101T000000Z', '19700101T000001500Z')
    """
    return f"{moment(ts):%Y%m%dT%H%M%S}{f'{ts % 1000:03d}' if ts % 1000 else ''}Z"
