"""Violations and window statistics as lines and tables for people."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from rich.table import Table
from rich.text import Text

from driftline.contracts.statistics import FeatureStatistics, WindowStatistics
from driftline.contracts.violation import Violation, Window
from driftline.windows.grid import zone

_COLOURS = {
    "opened": "bold",
    "resolved": "green",
    "critical": "bold red",
    "warning": "yellow",
    "VIOLATED": "bold red",
    "UNKNOWN": "magenta",
    "WATCH": "yellow",
    "OK": "green",
}


def window_text(window: Window) -> str:
    """The window on its own clock.

    >>> window_text(Window(label="1h", start=0, end=3_600_000))
    '1970-01-01 00:00 UTC 1h'
    """
    start = datetime.fromtimestamp(window.start / 1000, UTC if window.timezone == "UTC" else zone(window.timezone))
    seconds = ":%S" if window.start % 60_000 else ""
    return f"{start:%Y-%m-%d %H:%M}{start.strftime(seconds)} {start.tzname()} {window.label}"


def number(value: float | None) -> str:
    """Four digits, or nothing.

    >>> number(0.123456), number(None), number(12345.6)
    ('0.1235', '', '12346')
    """
    if value is None:
        return ""
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"  # noqa: PLR2004 - where decimals say nothing more


def violation_table(events: list[Violation]) -> Table:
    """One row an event, in the order given."""
    table = Table("window", "model", "event", "severity", "feature", "check", "observed", "limit", "n", "incident")
    for event in events:
        table.add_row(
            window_text(event.window),
            f"{event.model}/{event.version}",
            _coloured(event.kind),
            _coloured(event.severity),
            Text(event.feature or "–"),
            event.check,
            number(event.observed),
            number(event.limit),
            str(event.n),
            event.incident_id[:8],
        )
    return table


def violation_line(event: Violation) -> str:
    """One line: when, what, where, why."""
    subject = f"{event.model}/{event.version} {event.feature}".rstrip()
    figures = f"observed {number(event.observed) or '–'}, limit {number(event.limit) or '–'}, n {event.n}"
    head = f"{window_text(event.window)}  {event.kind:8} {event.severity:8} {subject} {event.check}"
    return f"{head}: {figures} ({event.reason}) [{event.incident_id[:8]}]"


def statistics_table(windows: list[WindowStatistics]) -> Table:
    """One row a window, in the order given."""
    table = Table("window", "model", "state", "rows", "late", "rejected", "complete", "checks", "moved most")
    for one in windows:
        table.add_row(
            window_text(one.window),
            f"{one.model}/{one.version}",
            _coloured(one.state),
            str(one.rows),
            str(one.ledger.rows.late),
            str(one.ledger.rows.rejected),
            "yes" if one.ledger.complete else "; ".join(one.ledger.reasons),
            _states(one),
            _moved(one),
        )
    return table


def statistics_line(one: WindowStatistics) -> str:
    """One line: when, what, how many, and what moved most."""
    head = f"{window_text(one.window)}  {one.state:8} {one.model}/{one.version} rows {one.rows}"
    return "  ".join(part for part in (head, _states(one), _moved(one)) if part)


def _states(one: WindowStatistics) -> str:
    """How many checks said what: ``3 VIOLATED, 20 OK``."""
    readings = [*one.readings, *(reading for feature in one.features for reading in feature.readings)]
    counted = Counter(reading.state for reading in readings)
    return ", ".join(f"{counted[state]} {state}" for state in ("VIOLATED", "UNKNOWN", "WATCH", "OK") if counted[state])


def _moved(one: WindowStatistics) -> str:
    """The feature that moved most, beyond noise, as a mean shift in baseline sigmas; nothing when none did."""
    shifts = {feature.name: _shift(feature) for feature in one.features}
    name = max(shifts, key=shifts.__getitem__, default=None)
    return f"{name} {shifts[name]:.2f} σ" if name is not None and shifts[name] > 0 else ""


def _shift(feature: FeatureStatistics) -> float:
    """By the one distance that has the noise of both samples taken off."""
    found = [one.equivalent_sigmas or 0.0 for one in feature.distances if one.name == "linf_robust"]
    return max(found, default=0.0)


def _coloured(word: str) -> Text:
    return Text(word, style=_COLOURS.get(word, ""))
