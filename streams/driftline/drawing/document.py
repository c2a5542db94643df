"""A whole HTML document: style inside, landmarks, nothing from elsewhere; and the policy that allows just that."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from driftline.drawing.html import Markup, element, join


def document(title: str, header: Markup, main: Markup, footer: str | Markup, script: str = "") -> str:
    """The document. ``script`` is the program's own, never data."""
    head = join(
        (
            element("meta", charset="utf-8"),
            element("title", title),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("meta", name="color-scheme", content="light dark"),
            element("link", rel="icon", href="data:,"),
            element("style", Markup(style())),
        ),
        "\n",
    )
    body = (
        element("a", "Skip to the content", href="#content", class_="skip"),
        element("header", header),
        element("main", main, id="content", tabindex="-1"),
        element("footer", footer),
        element("script", Markup(script)) if script else "",
    )
    return (
        f'<!doctype html>\n<html lang="en">\n{element("head", head)}\n{element("body", join(body, chr(10)))}\n</html>\n'
    )


@cache
def style() -> str:
    """The style sheet of page and report."""
    return files("driftline.drawing").joinpath("style.css").read_text(encoding="utf-8")


def policy(script: str) -> str:
    """The Content-Security-Policy of a page: its own style and script by hash, its own data, nothing else at all."""
    return (
        f"default-src 'none'; style-src {_hash(style())}; script-src {_hash(script)}; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
