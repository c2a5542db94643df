"""Features as a table, farthest from normal first, and as cards with their charts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from driftline.drawing.figures import DASH, number, share, times, words
from driftline.drawing.histogram import histogram, words_of_overlay
from driftline.drawing.html import Markup, element
from driftline.drawing.tables import Cell, Table
from driftline.drawing.trend import spark, summary, trend
from driftline.drawing.values import FeatureView

Link = Callable[[str], str]
"""From the name of a feature to where it leads ("": nowhere)."""

COLUMNS = ("Feature", "Role", "State", "Check", "Times its limit", "Distance", "Limit", "Measure", "Past")
"""Those of every table of features; `feature_cells` are under them."""

CAPTION = (
    "Violated features first, then by how many times its limit the distance is. “Past”: the distance (line) against its "
    "limit (dashes)."
)


def feature_table(
    features: Sequence[FeatureView],
    timezone: str,
    link: Link,
    heading: str,
    more: Markup | str = "",
    caption: str = CAPTION,
) -> Table:
    """The features in the order given."""
    columns = (*COLUMNS, "Shift, σ", "Complete", "Why")
    rows = tuple(_row(feature, timezone, link) for feature in features)
    return Table("features", heading, columns, rows, "The window has no features.", caption, more)


def feature_cells(feature: FeatureView, timezone: str, link: str = "") -> tuple[Cell, ...]:
    """Name, role, state, and how far it is from normal, now and in the past."""
    return (
        Cell(feature.name, link=link),
        Cell(feature.role),
        Cell(feature.state, feature.state),
        Cell(words(feature.check) or DASH),
        Cell(times(feature.far), "number"),
        Cell(number(feature.distance), "number"),
        Cell(number(feature.limit), "number"),
        Cell(words(feature.measure) or DASH),
        Cell(DASH, picture=spark(feature.trend, timezone)),
    )


def feature_card(feature: FeatureView, timezone: str, link: str = "", window: str = "this window") -> Markup:
    """Name and state, the past, and the histograms, each with the same in words."""
    title: str | Markup = element("a", feature.name, href=link) if link else feature.name
    told = [element("span", feature.state, class_=feature.state), why_text(feature)]
    return element(
        "li",
        element("h3", title),
        element("p", *told),
        element("h4", "Distance and limit, window by window"),
        trend(feature.trend, timezone),
        element("h4", f"Baseline and {window}, shares of the values"),
        histogram(feature.overlay),
        element("p", words_of_overlay(feature.overlay), class_="words"),
        class_="card",
    )


def why_text(feature: FeatureView) -> str:
    """The check behind the state, and its reason; "" where all is well."""
    why = ": ".join(part for part in (words(feature.check), feature.reason) if part)
    return f" – {why}" if why else ""


def feature_charts(feature: FeatureView, timezone: str) -> tuple[Markup, Markup]:
    """The past and the histograms, each with its sentence."""
    past = element("p", summary(feature.trend, timezone) if feature.trend else "", class_="words")
    told = element("p", words_of_overlay(feature.overlay), class_="words")
    return (
        element("div", trend(feature.trend, timezone), past),
        element("div", KEY, histogram(feature.overlay), told),
    )


KEY = element(
    "p", element("i", class_="base"), "baseline", element("i", class_="now"), "window", class_="key", aria_hidden="true"
)
"""What the two fills of a histogram stand for."""


def _row(feature: FeatureView, timezone: str, link: Link) -> tuple[Cell, ...]:
    return (
        *feature_cells(feature, timezone, link(feature.name)),
        Cell(number(feature.shift), "number"),
        Cell(share(feature.completeness), "number"),
        Cell(feature.reason or DASH, "reason"),
    )
