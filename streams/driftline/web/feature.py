"""The page of one feature: charts in full width, every check, every distance, quantiles, and the counts behind the bars."""

from __future__ import annotations

from driftline.contracts.statistics import FeatureStatistics
from driftline.drawing.bars import bars_of
from driftline.drawing.features import feature_charts, why_text
from driftline.drawing.figures import clock, number, share, words
from driftline.drawing.html import Markup, element, join
from driftline.drawing.readings import reading_table
from driftline.drawing.tables import Cell, Table, section, table
from driftline.drawing.values import FeatureView, ModelView
from driftline.web.index import facts, state_word
from driftline.web.links import model_link


def feature_page(model: ModelView, feature: FeatureView, record: FeatureStatistics) -> Markup:
    """What stands between header and footer. A pure function."""
    past, bars = feature_charts(feature, model.timezone)
    back = model_link(model.model, model.version, window=model.window)
    told = why_text(feature)
    where = f", {model.window} from {clock(model.window_start, model.timezone)}, in "
    parts = [
        element("h1", feature.name),
        element(
            "p",
            state_word(feature.state),
            told,
            where,
            element("a", f"{model.model} {model.version}", href=back),
            class_="lead",
        ),
        facts(_facts(record)),
        element(
            "div",
            section("Distance and limit, window by window", past, id_="past"),
            section("Baseline and this window, shares of the values", bars, id_="shares"),
            class_="pair",
        ),
        table(reading_table("checks", "Checks", record.readings)),
        table(_distances(record)),
        table(_quantiles(record)),
        table(_shares(feature)),
    ]
    return join(parts, "\n")


def _facts(record: FeatureStatistics) -> tuple[tuple[str, str], ...]:
    return (
        ("Role", record.role),
        ("Kind", record.kind),
        ("Present", f"{number(record.present)} ({share(record.completeness)})"),
        ("Missing", number(record.missing)),
        ("Of another type", number(record.mistyped)),
        ("Unknown to the baseline", number(record.unseen)),
        ("Mean", number(record.mean)),
        ("Standard deviation", number(record.std)),
        ("Smallest", number(record.min)),
        ("Largest", number(record.max)),
        ("Distinct, about", number(record.distinct)),
    )


def _distances(record: FeatureStatistics) -> Table:
    rows = tuple(
        (Cell(words(one.name)), Cell(number(one.value), "number"), Cell(number(one.equivalent_sigmas), "number"))
        for one in record.distances
    )
    caption = "“As a shift”: how many baseline sigmas the mean would have to move to look as far."
    return Table("distances", "Every distance", ("Measure", "Distance", "As a shift, σ"), rows, "None.", caption)


def _quantiles(record: FeatureStatistics) -> Table:
    rows = tuple(
        (Cell(f"{one.p:.0%}"), *(Cell(number(value), "number") for value in (one.value, one.low, one.high)))
        for one in record.quantiles
    )
    columns = ("Below it lie", "About", "At least", "At most")
    return Table("quantiles", "Quantiles", columns, rows, "Only numbers have quantiles.")


def _shares(feature: FeatureView) -> Table:
    bars = () if feature.overlay is None else bars_of(feature.overlay)
    rows = tuple(
        (Cell(bar.label), Cell(share(bar.baseline), "number"), Cell(share(bar.window), "number")) for bar in bars
    )
    empty = "The baseline's counts are not at hand."
    return Table("bars", "The bars in figures", ("Values", "Baseline", "Window"), rows, empty)
