"""Long lists, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from driftline.drawing.html import Markup, element, join

ROWS: Final = 100
"""Rows of a page. Chosen, because nobody reads further down, and it keeps a page with charts below 300 kB."""

T = TypeVar("T")


def page_of(items: Sequence[T], page: int, link: Callable[[int], str], what: str) -> tuple[Sequence[T], Markup]:
    """The items of a page (from 1; the last one for what is beyond), and the links to the others ("" if it is alone)."""
    pages = max(1, -(-len(items) // ROWS))
    page = min(max(1, page), pages)
    if pages == 1:
        return items, Markup("")
    start = (page - 1) * ROWS
    shown = items[start : start + ROWS]
    links = []
    if page > 1:
        links.append(element("a", "Previous", href=link(page - 1), rel="prev", id="previous"))
    if page < pages:
        links.append(element("a", "Next", href=link(page + 1), rel="next", id="next"))
    told = f"{what.capitalize()} {start + 1} to {start + len(shown)} of {len(items)}. "
    return shown, element("nav", told, join(links, " · "), aria_label=f"More {what}")
