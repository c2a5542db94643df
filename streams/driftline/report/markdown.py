"""A report as Markdown, for a ticket or a wiki: the same tables, and the charts in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from driftline.drawing.histogram import words_of_overlay
from driftline.drawing.incidents import incident_table
from driftline.drawing.tables import Table
from driftline.drawing.trend import summary
from driftline.report.content import ModelTale, Report
from driftline.report.html import CARDS, INCIDENTS
from driftline.report.tables import facts_of, feature_table, sentence, window_table

_MARKS: Final = re.compile(r"([\\`*_{}\[\]<>#|~!&$@]|:(?=//))")
_BREAKS: Final = re.compile(r"\s+")


def markdown_of(report: Report) -> str:
    """The text; GitHub's flavour, for the tables."""
    return "\n".join(_lines(report)).rstrip() + "\n"


def plain(text: str) -> str:
    r"""Text that is nothing but text: no mark of Markdown, no HTML, no line of its own, no link.

    >>> plain("a|b <i>_c_"), plain("x" + chr(10) + "# y"), plain("www.a.b")
    ('a\\|b \\<i\\>\\_c\\_', 'x \\# y', 'www&#46;a.b')
    """
    marked = _MARKS.sub(r"\\\1", _BREAKS.sub(" ", text))
    return re.sub(r"(?i)\bwww\.", lambda found: f"{found[0][:-1]}&#46;", marked)


def _lines(report: Report) -> Iterator[str]:
    yield f"# Report: {plain(report.title)}\n"
    for note in report.notes:
        yield f"> {plain(note)}\n"
    for tale in report.models:
        yield from _model(tale)


def _model(tale: ModelTale) -> Iterator[str]:
    name = f"{tale.model} {tale.version}".strip() or "(no name)"
    yield f"## {plain(name)}\n"
    yield f"**{tale.state}** at worst. {plain(sentence(tale))}\n"
    yield from (f"- {key}: {plain(text)}" for key, text in facts_of(tale))
    yield ""
    incidents = incident_table(
        tale.incidents, INCIDENTS, lambda *_: "", "Incidents", "No incident was open.", of_one=True
    )
    for table in (incidents, feature_table(tale), window_table(tale)):
        yield from _table(table)
    yield "### The charts in words\n"
    for one in tale.features[:CARDS]:
        told = f"{summary(one.view.trend, tale.timezone)} {words_of_overlay(one.view.overlay)}".rstrip()
        yield f"- **{plain(one.view.name)}**: {plain(told)}"
    yield ""


def _table(table: Table) -> Iterator[str]:
    yield f"### {plain(table.heading)}\n"
    if not table.rows:
        yield f"{plain(table.empty)}\n"
        return
    kept = [place for place in range(len(table.columns)) if any(row[place].picture is None for row in table.rows)]
    yield f"| {' | '.join(plain(table.columns[place]) for place in kept)} |"
    yield f"| {' | '.join('---' for _ in kept)} |"
    for row in table.rows:
        yield f"| {' | '.join(plain(row[place].text) for place in kept)} |"
    yield f"\n{plain(table.more)}\n" if table.more else ""
