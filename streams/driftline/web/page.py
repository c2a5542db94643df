"""The live page: one HTML document with its style and script inside, whole without the script, escaped throughout."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from functools import cache
from html import escape
from importlib.resources import files

import msgspec

from driftline.web.state import PageState
from driftline.web.tables import Board, Cell, Table, board


class LivePage:
    """Draws what `take` gives. Everything may run in any thread; `take` sees to it where it looks."""

    def __init__(self, take: Callable[[], PageState]) -> None:
        self._take = take
        self.policy = policy()

    def capture(self) -> PageState:
        """The state as it is now."""
        return self._take()

    def html(self, state: PageState) -> str:
        """The whole page."""
        return render_page(state)

    def json(self, state: PageState) -> bytes:
        """The state for programs: the fields of PageState."""
        return msgspec.json.encode(state)

    def tables(self, state: PageState) -> bytes:
        """The state as the page's script wants it: the fields of Board."""
        return msgspec.json.encode(board(state))


def policy() -> str:
    """The Content-Security-Policy of the page: its own style and script by hash, its own data, nothing else at all."""
    style, script = (_hash(_asset(name)) for name in ("page.css", "page.js"))
    return (
        f"default-src 'none'; style-src {style}; script-src {script}; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def render_page(state: PageState) -> str:
    """The HTML of a state."""
    shown = board(state)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>driftline</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<link rel="icon" href="data:,">\n'
        f"<style>{_asset('page.css')}</style>\n</head>\n<body>\n"
        f'<header><h1>driftline</h1><span id="state" class="{escape(shown.state)}">{escape(shown.state)}</span>'
        f'<span id="connection" role="status"></span></header>\n<main id="board">\n{_board(shown)}</main>\n'
        f"<script>{_asset('page.js')}</script>\n</body>\n</html>\n"
    )


def _board(shown: Board) -> str:
    facts = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>" for name, text in shown.facts)
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in shown.notes)
    return f'<dl class="facts">{facts}</dl>\n{notes}\n' + "".join(map(_table, shown.tables))


def _table(table: Table) -> str:
    heading = f'<section data-table="{escape(table.id)}"><h2>{escape(table.heading)}</h2>'
    if not table.rows:
        return f"{heading}<p>{escape(table.empty)}</p></section>\n"
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in table.columns)
    body = "\n".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in table.rows)
    more = f"<p>and {table.more} more</p>" if table.more else ""
    return (
        f'{heading}<div class="scroll"><table><thead><tr>{head}</tr></thead>\n'
        f"<tbody>{body}</tbody></table></div>{more}</section>\n"
    )


def _cell(cell: Cell) -> str:
    tone = f' class="{escape(cell.tone)}"' if cell.tone else ""
    title = f' title="{escape(cell.title)}"' if cell.title else ""
    return f"<td{tone}{title}>{escape(cell.text)}</td>"


@cache
def _asset(name: str) -> str:
    return files("driftline.web").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
