"""The tables of a report, for HTML and Markdown alike."""

from __future__ import annotations

from typing import Final

from driftline.drawing.features import COLUMNS, feature_cells
from driftline.drawing.figures import DASH, clock, number, share
from driftline.drawing.tables import Cell, Table
from driftline.report.content import FeatureTale, ModelTale, WindowLine

WINDOWS: Final = 200
"""Windows that are listed; of more only those that are not OK, and of these the first. Chosen: what a person scrolls through."""

FEATURES: Final = 500
"""Features that are listed, the farthest first."""


def feature_table(tale: ModelTale) -> Table:
    """Each feature in its farthest window: the figures are those of that window's record."""
    shown = tale.features[:FEATURES]
    columns = (*COLUMNS, "Complete", "Farthest in", "Windows violated", "Why")
    caption = "Each feature in the window in which it was farthest from normal; violated features first."
    more = f"and {len(tale.features) - FEATURES} more" if len(tale.features) > FEATURES else ""
    rows = tuple(_feature(one, tale.timezone) for one in shown)
    return Table("features", "Features", columns, rows, "The windows have no features.", caption, more)


def _feature(one: FeatureTale, timezone: str) -> tuple[Cell, ...]:
    view = one.view
    return (
        *feature_cells(view, timezone),
        Cell(share(view.completeness), "number"),
        Cell(clock(one.start, timezone), "when"),
        Cell(f"{one.violated} of {one.windows}", "number"),
        Cell(view.reason or DASH, "reason"),
    )


def window_table(tale: ModelTale) -> Table:
    """The windows in their order; of very many only those that are not OK."""
    every = tale.windows
    shown = every if len(every) <= WINDOWS else tuple(one for one in every if one.state != "OK")[:WINDOWS]
    left = len(every) - len(shown)
    more = f"{left} further windows are not listed; every one that is OK is among them." if left else ""
    columns = ("Window", "State", "Rows", "Features violated", "Complete", "Why")
    rows = tuple(map(_window, shown))
    return Table("windows", f"Windows of {tale.window}", columns, rows, "Every window is OK.", "", more)


def _window(one: WindowLine) -> tuple[Cell, ...]:
    return (
        Cell(clock(one.start, one.timezone), "when"),
        Cell(one.state, one.state),
        Cell(number(one.rows), "number"),
        Cell(number(one.violated), "number"),
        Cell("yes" if one.complete else "no", "" if one.complete else "UNKNOWN"),
        Cell(one.reason or DASH, "reason"),
    )


def facts_of(tale: ModelTale) -> tuple[tuple[str, str], ...]:
    """Figures of the whole period."""
    violated = sum(one.state == "VIOLATED" for one in tale.windows)
    unknown = sum(one.state == "UNKNOWN" for one in tale.windows)
    others = (("Other window lengths", ", ".join(tale.others)),) if tale.others else ()
    return (
        ("Windows", f"{len(tale.windows)} of {tale.window}"),
        ("Violated", number(violated)),
        ("Unknown", number(unknown)),
        ("Rows", number(tale.rows)),
        ("Late rows", number(tale.late)),
        ("Incidents", number(len(tale.incidents))),
        ("Baseline", ", ".join(tale.baselines) or "none: nothing can be judged"),
        *others,
    )


def sentence(tale: ModelTale) -> str:
    """What there is to say of a model in one sentence, after its state."""
    bad = [one.view.name for one in tale.features if one.violated]
    named = f": {', '.join(bad[:5])}{' …' if len(bad) > 5 else ''}" if bad else ""  # noqa: PLR2004 - as many as are read
    return f"{len(bad)} of {len(tale.features)} features were violated{named}."
