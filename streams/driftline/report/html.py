"""A report as one HTML file: nothing outside of it is needed, nothing in it runs."""

from __future__ import annotations

from typing import Final

from driftline.drawing.document import document
from driftline.drawing.features import KEY, feature_card
from driftline.drawing.figures import clock
from driftline.drawing.html import Markup, element, join
from driftline.drawing.incidents import incident_table
from driftline.drawing.tables import Table, section, table_alone
from driftline.drawing.trend import strip
from driftline.report.content import ModelTale, Report
from driftline.report.tables import facts_of, feature_table, sentence, window_table

CARDS: Final = 12
"""Features of a model with charts. Chosen: some 100 kB a model."""

INCIDENTS: Final = 200


def html_of(report: Report) -> str:
    """The document; some 8 kB a feature with charts and 2 kB one without."""
    notes = join(element("p", note, class_="note") for note in report.notes)
    parts = [
        element("h1", f"Report: {report.title}"),
        notes,
        *(_model(tale, place) for place, tale in enumerate(report.models)),
    ]
    header = element("nav", element("span", "driftline"), aria_label="What this is")
    footer = (
        "Made by driftline report from the topics of statistics and violations. Times are on each model's own clock."
    )
    return document(f"driftline report: {report.title}", header, join(parts, "\n"), footer)


def _model(tale: ModelTale, place: int) -> Markup:
    """One model; headings are one level deeper than on the live page, where each has a page to itself."""
    name = f"{tale.model} {tale.version}".strip() or "(no name)"
    state = element("span", tale.state, class_=tale.state)
    facts = (element("div", element("dt", key), element("dd", text)) for key, text in facts_of(tale))
    incidents = incident_table(
        tale.incidents, INCIDENTS, lambda *_: "", "Incidents", "No incident was open in this period.", of_one=True
    )
    return section(
        name,
        element("p", state, f" at worst. {sentence(tale)}", class_="lead"),
        element("dl", *facts, class_="facts"),
        element("p", "Windows, oldest left, tall is violated:", strip(tale.history, tale.timezone), class_="words"),
        _part(incidents),
        _cards(tale),
        _part(feature_table(tale)),
        _part(window_table(tale)),
        id_=f"model-{place}",
    )


def _part(shown: Table) -> Markup:
    return join((element("h3", shown.heading), table_alone(shown)))


def _cards(tale: ModelTale) -> Markup:
    first = tale.features[:CARDS]
    if not first:
        return Markup("")
    cards = (
        feature_card(one.view, tale.timezone, window=f"the window of {clock(one.start, tale.timezone)}")
        for one in first
    )
    title = element("h3", "Farthest from normal")
    return join((title, KEY, element("ul", *cards, class_="cards")))
