"""Tables of plain cells: columns, rows, what is said when there are none. Written as HTML here, as Markdown by the report."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from driftline.drawing.html import Markup, element, join

Tone = Literal["", "number", "OK", "WATCH", "UNKNOWN", "VIOLATED", "info", "warning", "critical", "reason", "when"]


@dataclass(frozen=True)
class Cell:
    """One text, how it looks, where it leads, what is said when it is pointed at. ``picture`` stands in for it in HTML."""

    text: str
    tone: Tone = ""
    title: str = ""
    link: str = ""
    picture: Markup | None = None


@dataclass(frozen=True)
class Table:
    """A heading, columns, rows of as many cells (the first names its row). ``more`` says what was left out."""

    id: str
    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str
    caption: str = ""
    more: Markup | str = ""


def section(heading: str, *children: str, id_: str) -> Markup:
    """A part of the page with a name; ``id_`` may be any text that names it."""
    anchor = anchor_of(id_)
    title = element("h2", heading, id=f"{anchor}-title")
    return element("section", title, *children, id=anchor, aria_labelledby=f"{anchor}-title")


def anchor_of(text: str) -> str:
    """An id that HTML takes; different texts may rarely share one, so that only the program's own words should be used."""
    return _UNFIT.sub("-", text) or "part"


_UNFIT: Final = re.compile(r"[^A-Za-z0-9_-]+")


def table(shown: Table) -> Markup:
    """The table in a section of its own, or what is said instead. It scrolls by itself where it is too wide."""
    return section(shown.heading, table_alone(shown), id_=shown.id)


def table_alone(shown: Table) -> Markup:
    """The table without a section."""
    if not shown.rows:
        return element("p", shown.empty, class_="none")
    head = join(element("th", column, scope="col") for column in shown.columns)
    body = join((_row(row) for row in shown.rows), "\n")
    name = shown.caption or shown.heading
    grid = element(
        "table",
        element("caption", name, class_=None if shown.caption else "hidden"),
        element("thead", element("tr", head)),
        element("tbody", body),
    )
    scroll = element("div", grid, class_="scroll", role="region", aria_label=name, tabindex=0)
    more = element("p", shown.more, class_="more") if shown.more else ""
    return join((scroll, more))


def _row(row: tuple[Cell, ...]) -> Markup:
    return element("tr", *(_cell(cell, first=index == 0) for index, cell in enumerate(row)))


def _cell(cell: Cell, *, first: bool) -> Markup:
    inside: str = cell.text if cell.picture is None else cell.picture
    if cell.link:
        inside = element("a", inside, href=cell.link)
    given = {"class_": cell.tone or None, "title": cell.title or None}
    return element("th", inside, scope="row", **given) if first else element("td", inside, **given)
