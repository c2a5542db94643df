"""The page of one model: its features farthest first, the first of them with charts, its incidents and its ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from driftline.drawing.features import KEY, feature_card, feature_table
from driftline.drawing.figures import DASH, clock, number, share
from driftline.drawing.html import Markup, element, join
from driftline.drawing.incidents import incident_table
from driftline.drawing.ledger import ledger_table
from driftline.drawing.readings import reading_table
from driftline.drawing.tables import Table, section, table
from driftline.drawing.trend import strip
from driftline.drawing.values import ModelView
from driftline.web.index import facts, state_word
from driftline.web.links import feature_link, model_link
from driftline.web.paging import page_of
from driftline.web.state import ModelPage

CARDS: Final = 6
"""Features with charts on the page of their model; every other has them on a page of its own. Chosen: two rows of three."""

MAX_INCIDENTS: Final = 100


def model_page(page: ModelPage, number_of_page: int) -> Markup:
    """What stands between header and footer. A pure function."""
    view = page.view
    to_feature = partial(feature_link, view.model, view.version, view.window)
    shown, links = page_of(view.features, number_of_page, partial(_to_page, view), "features")
    parts = [
        element("h1", f"{view.model} {view.version}".strip() or "(no name)"),
        lead(view),
        lengths(view),
        facts(model_facts(page)),
        _cards(view) if number_of_page <= 1 else "",
        table(feature_table(shown, view.timezone, to_feature, "Features by distance", links)),
        table(_incidents(page, to_feature)),
        table(reading_table("model", "Checks of the whole model", page.statistics.readings)),
        table(ledger_table(page.statistics.ledger)),
    ]
    return join(parts, "\n")


def lead(view: ModelView) -> Markup:
    """The model in a sentence."""
    window = f"{view.window} from {clock(view.window_start, view.timezone)}"
    told = f" in the last closed window, {window}: {view.violated} of {view.count} features violated."
    why = f" {view.reason[:1].upper()}{view.reason[1:]}." if view.reason else ""
    return element("p", state_word(view.state), told, why, id="state", class_="lead")


def lengths(view: ModelView) -> Markup:
    """Links to the other window lengths; nothing when there is one."""
    if len(view.windows) < 2:  # noqa: PLR2004 - a choice needs two
        return Markup("")
    items = (
        element(
            "li",
            element(
                "a",
                f"windows of {label}",
                href=model_link(view.model, view.version, window=label),
                aria_current="page" if label == view.window else None,
            ),
        )
        for label in view.windows
    )
    return element("nav", element("ul", *items, class_="choice"), aria_label="Window length")


def model_facts(page: ModelPage) -> Sequence[tuple[str, str]]:
    """Figures of the window."""
    view, serving = page.view, page.statistics.operations
    pairs = [
        ("Rows", number(view.rows)),
        ("Rows so far in the open window", number(view.open_rows)),
        ("Complete", "yes" if view.complete else "no: " + "; ".join(page.statistics.ledger.reasons)),
        ("Baseline", view.baseline_id or "none: nothing can be judged"),
    ]
    if serving is not None and serving.requests:
        pairs.append(("Errors", share(serving.errors / serving.requests)))
        mean = serving.latency_mean_seconds
        pairs.append(("Mean latency", DASH if mean is None else f"{mean * 1000:.3g} ms"))
    if page.statistics.extras:
        pairs.append(("Columns the baseline does not know", ", ".join(list(page.statistics.extras)[:5])))
    return pairs


def _incidents(page: ModelPage, to_feature: Callable[[str], str]) -> Table:
    return incident_table(
        page.incidents, MAX_INCIDENTS, lambda _m, _v, _w, name: to_feature(name) if name else "", of_one=True
    )


def _to_page(view: ModelView, page: int) -> str:
    return model_link(view.model, view.version, window=view.window, page=page)


def _cards(view: ModelView) -> Markup:
    past = element(
        "p", "Last windows, oldest left, tall is violated:", strip(view.history, view.timezone), class_="words"
    )
    first = view.features[:CARDS]
    if not first:
        return past
    to_feature = partial(feature_link, view.model, view.version, view.window)
    cards = (feature_card(feature, view.timezone, to_feature(feature.name)) for feature in first)
    return join((past, section("Farthest from normal", KEY, element("ul", *cards, class_="cards"), id_="farthest")))
