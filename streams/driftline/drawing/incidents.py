"""Incidents as a table: worst first, the newest first among equals."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from driftline.drawing.figures import DASH, clock, number, words
from driftline.drawing.tables import Cell, Table
from driftline.drawing.values import IncidentView

_RANK = {"critical": 2, "warning": 1, "info": 0}
Link = Callable[[str, str, str, str], str]
"""From model, version, window length and feature to where it leads ("": nowhere)."""


def incident_table(
    incidents: Sequence[IncidentView],
    most: int,
    link: Link,
    heading: str = "Open incidents",
    empty: str = "No incident is open.",
    *,
    of_one: bool = False,
) -> Table:
    """At most ``most`` incidents; the others are counted below. ``of_one``: they are of one model, which is said elsewhere."""
    ordered = sorted(
        incidents, key=lambda one: (one.resolved is not None, -_RANK[one.severity], -one.opened, one.incident_id)
    )
    ended = any(one.resolved is not None for one in ordered)
    columns = (
        "Feature",
        *(() if of_one else ("Model",)),
        *("Check", "Severity", "Began about", "Opened in", "Windows"),
        *(("Resolved in",) if ended else ()),
        *("Observed", "Limit", "Why", "Moved most", "Incident"),
    )
    rows = tuple(_incident(one, link, ended=ended, of_one=of_one) for one in ordered[:most])
    more = f"and {len(ordered) - most} more" if len(ordered) > most else ""
    caption = (
        "“Began about” is when the change set in, as far as the panes tell; “opened in” the first window that broke a "
        "limit."
    )
    return Table("incidents", heading, columns, rows, empty, caption, more)


def onset_text(one: IncidentView) -> str:
    """The interval in which the change began, or a dash."""
    if one.onset is None:
        return DASH
    first, last = clock(one.onset.earliest, one.timezone), clock(one.onset.latest, one.timezone)
    shared = last[:11] if last[:11] == first[:11] else ""
    return f"{first.rpartition(' ')[0] if first[-3:] == last[-3:] else first} … {last.removeprefix(shared)}"


def _incident(one: IncidentView, link: Link, *, ended: bool, of_one: bool) -> tuple[Cell, ...]:
    resolved = (
        (Cell(clock(one.resolved, one.timezone) if one.resolved is not None else "open", "when"),) if ended else ()
    )
    model = () if of_one else (Cell(f"{one.model} {one.version}".rstrip()),)
    return (
        Cell(one.feature or "(whole model)", link=link(one.model, one.version, one.window, one.feature)),
        *model,
        Cell(words(one.check)),
        Cell(one.severity, one.severity),
        Cell(onset_text(one), "when"),
        Cell(f"{clock(one.opened, one.timezone)}, {one.window}", "when"),
        Cell(number(one.windows), "number"),
        *resolved,
        Cell(number(one.observed), "number"),
        Cell(number(one.limit), "number"),
        Cell(one.reason or DASH, "reason"),
        Cell(", ".join(one.moved) or DASH),
        Cell(one.incident_id[:8], title=one.reproduce),
    )
