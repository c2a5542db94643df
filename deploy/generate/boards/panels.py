"""Panels as the boards use them: one call for each, with title, explanation, unit and queries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from grafana_foundation_sdk.builders import bargauge, common, prometheus, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.models import common as look
from grafana_foundation_sdk.models.dashboard import (
    DashboardLink,
    DashboardLinkType,
    DataSourceRef,
    DataTransformerConfig,
    DynamicConfigValue,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMappingResult,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

Queries = Mapping[str, str]
"""Legend and expression of each query."""

DATASOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
STATES = {"0": ("OK", "green"), "1": ("WATCH", "yellow"), "2": ("UNKNOWN", "purple"), "3": ("VIOLATED", "red")}
HEIGHT = 8

_Panel = TypeVar("_Panel", timeseries.Panel, stat.Panel, statetimeline.Panel, table.Panel, bargauge.Panel)


def series(
    title: str, description: str, queries: Queries, *, unit: str = "short", span: int = 12, limit: float | None = None
) -> timeseries.Panel:
    """Courses over time; `limit` is drawn as a dashed line."""
    legend = common.VizLegendOptions().display_mode(look.LegendDisplayMode.LIST).placement(look.LegendPlacement.BOTTOM)
    panel = _with(timeseries.Panel(), title, description, queries, span).unit(unit).fill_opacity(8)
    panel = panel.show_points(look.VisibilityMode.NEVER).span_nulls(False).legend(legend.show_legend(True))
    panel = panel.tooltip(
        common.VizTooltipOptions().mode(look.TooltipDisplayMode.MULTI).sort(look.SortOrder.DESCENDING)
    )
    if limit is None:
        return panel
    dashed = common.GraphThresholdsStyleConfig().mode(look.GraphThresholdsStyleMode.DASHED)
    return panel.thresholds(_steps((None, "transparent"), (limit, "red"))).thresholds_style(dashed)


def number(
    title: str,
    description: str,
    expr: str,
    *,
    unit: str = "short",
    span: int = 4,
    steps: tuple[tuple[float | None, str], ...] = ((None, "blue"),),
) -> stat.Panel:
    """One number as of now, coloured by the step that it has reached."""
    panel = _with(stat.Panel(), title, description, {"": expr}, span, height=4, instant=True).unit(unit)
    panel = panel.color_mode(look.BigValueColorMode.BACKGROUND).graph_mode(look.BigValueGraphMode.NONE)
    return panel.thresholds(_steps(*steps)).no_value("–")


def state_now(title: str, description: str, expr: str, *, span: int = 4) -> stat.Panel:
    """One state as of now."""
    return number(title, description, expr, span=span, steps=((None, "text"),)).mappings([_states()])


def states(
    title: str, description: str, queries: Queries, *, span: int = 24, height: int = HEIGHT
) -> statetimeline.Panel:
    """States over time, a row for each series."""
    panel = _with(statetimeline.Panel(), title, description, queries, span, height=height)
    return panel.mappings([_states()]).merge_values(True).show_value(look.VisibilityMode.NEVER).row_height(0.8)


def ranking(title: str, description: str, queries: Queries, *, unit: str = "short", span: int = 12) -> bargauge.Panel:
    """Bars as of now, longest first."""
    panel = _with(bargauge.Panel(), title, description, queries, span, instant=True).unit(unit)
    return panel.orientation(look.VizOrientation.HORIZONTAL).display_mode(look.BarGaugeDisplayMode.BASIC).min(0)


def listing(
    title: str,
    description: str,
    expr: str,
    *,
    columns: Mapping[str, str],
    span: int = 24,
    link: str = "",
    states: bool = False,
) -> table.Panel:
    """A table as of now: label -> heading, ``Value`` last; `link` leads from a row to another board."""
    panel = _with(table.Panel(), title, description, {"": expr}, span, instant=True, as_table=True)
    order = {name: place for place, name in enumerate(columns)}
    tidy = {"indexByName": order, "renameByName": dict(columns)}
    keep = {"include": {"names": list(columns)}}
    panel = panel.with_transformation(DataTransformerConfig("filterFieldsByName", options=keep))
    panel = panel.with_transformation(DataTransformerConfig("organize", options=tidy))
    if states:
        coloured = DynamicConfigValue("custom.cellOptions", {"type": "color-background"})
        mapped = DynamicConfigValue("mappings", [_states()])
        panel = panel.override_by_name(columns["Value"], [coloured, mapped])
    if link:
        opened = DashboardLink(title="Look closer", type_val=DashboardLinkType.LINK, url=link)
        panel = panel.override_by_name(next(iter(columns.values())), [DynamicConfigValue("links", [opened])])
    return panel


def _with(
    panel: _Panel,
    title: str,
    description: str,
    queries: Queries,
    span: int,
    *,
    height: int = HEIGHT,
    instant: bool = False,
    as_table: bool = False,
) -> _Panel:
    panel = panel.title(title).description(description).datasource(DATASOURCE).span(span).height(height)
    for place, (legend, expr) in enumerate(queries.items()):
        query = prometheus.Dataquery().expr(expr).legend_format(legend).ref_id(chr(ord("A") + place))
        query = query.datasource(DATASOURCE)
        query = query.instant() if instant else query.range()
        panel = panel.with_target(query.format(_TABLE if as_table else _SERIES))
    return panel


_TABLE = PromQueryFormat.TABLE
_SERIES = PromQueryFormat.TIME_SERIES


def _steps(*steps: tuple[float | None, str]) -> ThresholdsConfig:
    made = [Threshold(value=value, color=colour) for value, colour in steps]
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(made)


def _states() -> ValueMap:
    results = {
        value: ValueMappingResult(text=text, color=colour, index=place)
        for place, (value, (text, colour)) in enumerate(STATES.items())
    }
    return ValueMap(options=results)
