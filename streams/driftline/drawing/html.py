"""HTML by functions: text becomes markup only here, and is escaped on the way."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

_VOID: Final = frozenset({"meta", "link", "br", "rect", "circle", "line", "path", "polyline"})


class Markup(str):
    """HTML that is ready. Whatever is no Markup is text, and is escaped where it is put into some."""

    __slots__ = ()


def element(name: str, /, *children: str, **attributes: str | float | bool | None) -> Markup:
    """One element. An underscore in the name of an attribute is a hyphen, one at its end is dropped; None and False leave
    it out. ``name`` and the attributes' names are the program's own.

    >>> element("td", "a<b", class_="number", aria_label='"')
    '<td class="number" aria-label="&quot;">a&lt;b</td>'
    """
    given = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{given}/>" if name not in {"meta", "link", "br"} else f"<{name}{given}>")
    return Markup(f"<{name}{given}>{join(children)}</{name}>")


def join(parts: Iterable[str], between: str = "") -> Markup:
    """The parts one after the other, text escaped."""
    return Markup(escape(between).join(part if isinstance(part, Markup) else escape(part) for part in parts))


def _attribute(key: str, value: str | float | bool | None) -> str:  # noqa: FBT001  (an attribute without a value)
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
