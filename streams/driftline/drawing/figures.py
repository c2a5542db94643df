"""Numbers, times and names as page and report write them: short, UTC, a dash for what is not known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from driftline.errors import ConfigError
from driftline.windows.grid import zone

DASH = "–"
_BEYOND = 999.0
"""Where ``FeatureView.far`` ends."""
_TENS = 10.0
_WHOLE_FROM = 1000
"""From here on three significant digits would hide whole numbers."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def number(value: float | None) -> str:
    """Three significant digits, thousands apart.

    >>> number(0.12345), number(1234567), number(None), number(0)
    ('0.123', '1 234 567', '–', '0')
    """
    if value is None:
        return DASH
    if isinstance(value, int) or abs(value) >= _WHOLE_FROM:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.3g}"


def share(value: float | None) -> str:
    """A ratio in per cent; only a true 1 is 100 %.

    >>> share(0.98765), share(0.99999), share(1.0), share(None)
    ('98.7 %', '99.9 %', '100 %', '–')
    """
    if value is None:
        return DASH
    tenths = int(value * 1000)
    return f"{tenths // 10} %" if tenths % 10 == 0 else f"{tenths / 10} %"


def moment(time_ms: int | None) -> str:
    """Date and time of day in UTC, to the second; a dash for times no calendar has.

    >>> moment(1_700_000_000_000)
    '2023-11-14 22:13:20Z'
    """
    if time_ms is None:
        return DASH
    try:
        return f"{_EPOCH + timedelta(milliseconds=time_ms):%Y-%m-%d %H:%M:%S}Z"
    except OverflowError:
        return DASH


def duration(milliseconds: int | None) -> str:
    """A span of time in its two largest units.

    >>> duration(93_784_000), duration(4_200), duration(-1), duration(None)
    ('1d 2h', '4s', '0s', '–')
    """
    if milliseconds is None:
        return DASH
    rest = max(0, milliseconds) // 1000
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "0s"


def clock(time_ms: int | None, timezone: str = "UTC") -> str:
    """Date and time of day on the clock of a time zone; in UTC where the zone is not known.

    >>> clock(1_360_299_600_000, "America/New_York"), clock(0)
    ('2013-02-08 00:00 EST', '1970-01-01 00:00 UTC')
    """
    if time_ms is None:
        return DASH
    try:
        shown = (_EPOCH + timedelta(milliseconds=time_ms)).astimezone(zone(timezone))
    except (ConfigError, OverflowError, ValueError):
        return moment(time_ms)
    seconds = f":{shown:%S}" if time_ms % 60_000 else ""
    return f"{shown:%Y-%m-%d %H:%M}{seconds} {shown.tzname()}"


def times(far: float | None) -> str:
    """How many times its limit something is.

    >>> times(0.254), times(3), times(None), times(999.0)
    ('0.25 ×', '3 ×', '–', '> 998 ×')
    """
    if far is None:
        return DASH
    return "> 998 ×" if far >= _BEYOND else f"{far:.2g} ×" if far < _TENS else f"{far:.0f} ×"


_PROPER: Final = {
    "ks": "KS (Kolmogorov–Smirnov)",
    "psi": "PSI",
    "jensen_shannon": "Jensen–Shannon",
    "hellinger": "Hellinger",
    "wasserstein_normalised": "Wasserstein, normalised",
    "chi_squared": "chi-squared",
}
"""Names that capitals and hyphens belong to."""


def words(name: str) -> str:
    """A name of the program's own in words.

    >>> words("baseline_drift_check"), words("linf_robust"), words("jensen_shannon")
    ('baseline drift', 'L∞ robust', 'Jensen–Shannon')
    """
    return _PROPER.get(name) or name.removesuffix("_check").replace("linf", "L∞").replace("_", " ")
