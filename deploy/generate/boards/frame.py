"""What all boards have in common: the choice of a data source, of models and windows, links to each other, annotations."""

from __future__ import annotations

import json
from collections.abc import Iterable

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    DataSourceRef,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from deploy.generate.boards.panels import DATASOURCE

TAG = "driftline"

NEW_VIOLATIONS = (
    "(driftline_violations_total{0} unless driftline_violations_total offset $__rate_interval)\n"
    "  or increase(driftline_violations_total{0}[$__rate_interval])"
)
"""Violation events of an interval. A series begins with its first event, which is no increase: what is new counts whole."""


def board(uid: str, title: str, description: str, *, hours: int = 6) -> dashboard.Dashboard:
    """An empty board that cannot be edited in the browser: it is written anew from here."""
    made = dashboard.Dashboard(title).uid(uid).description(description).tags([TAG]).readonly().timezone("browser")
    made = made.time(f"now-{hours}h", "now").refresh("30s").tooltip(DashboardCursorSync.CROSSHAIR).version(1)
    links = dashboard.DashboardLink("driftline").type(DashboardLinkType.DASHBOARDS).tags([TAG])
    made = made.link(links.include_vars(True).keep_time(True).as_dropdown(False))
    return made.with_variable(dashboard.DatasourceVariable("datasource").label("Prometheus").type("prometheus"))


def choice(
    name: str, label: str, values: str, *, several: bool = False, everything: bool = False
) -> dashboard.QueryVariable:
    """A variable whose values are those of a label, as ``label_values(metric, label)`` gives them."""
    made = dashboard.QueryVariable(name).label(label).datasource(DATASOURCE).query(values)
    made = made.refresh(VariableRefresh.ON_TIME_RANGE_CHANGED).sort(VariableSort.ALPHABETICAL_ASC)
    return made.multi(several).include_all(everything).allow_custom_value(False)


def model_choices() -> Iterable[dashboard.QueryVariable]:
    """Model, its versions, and the length of the windows."""
    yield choice("model", "Model", "label_values(driftline_model_state, model)")
    yield choice(
        "version",
        "Version",
        'label_values(driftline_model_state{model="$model"}, version)',
        several=True,
        everything=True,
    )
    yield window_choice('driftline_model_state{model="$model"}')


def window_choice(series: str) -> dashboard.QueryVariable:
    """The length of the windows, backwards: so that 1m, which is known first, stands before 1h and 1d."""
    return choice("window", "Window", f"label_values({series}, window)").sort(VariableSort.ALPHABETICAL_DESC)


def distance_choice() -> dashboard.QueryVariable:
    """A distance: at first the one that judges, unless a baseline says otherwise."""
    made = choice("distance", "Distance", 'label_values(driftline_feature_distance{model="$model"}, distance)')
    return made.current(VariableOption(selected=True, text="linf_robust", value="linf_robust"))


def marks() -> Iterable[dashboard.AnnotationQuery]:
    """Vertical lines: another baseline came into force, violations were emitted."""
    swapped = (
        'max by (model, version, baseline_id) (driftline_baseline_info{model="$model",version=~"$version"})\n'
        "  unless max by (model, version, baseline_id) (driftline_baseline_info offset 2m)"
    )
    whose = '{model="$model",version=~"$version"}'
    spoken = f"sum by (model, version, check) ({NEW_VIOLATIONS.format(whose)}) > 0"
    yield _mark("Baselines", swapped, "blue", "baseline {{baseline_id}}", "{{model}}/{{version}}")
    yield _mark("Violations", spoken, "red", "{{check}}", "{{model}}/{{version}}")


def text_of(made: dashboard.Dashboard) -> str:
    """The JSON that Grafana provisions; panels are numbered in their order, links and marks stand in the open."""
    built = made.build()
    for number, panel in enumerate(built.panels or [], start=1):
        panel.id_val = number
    content = json.loads(JSONEncoder().encode(built))
    for item in [*content["links"], *content.get("annotations", {}).get("list", ())]:
        del item["placement"]  # the SDK hides them in a menu, asked or not
    return json.dumps(content, sort_keys=True, indent=2) + "\n"


def _mark(name: str, expr: str, colour: str, title: str, text: str) -> dashboard.AnnotationQuery:
    made = dashboard.AnnotationQuery().name(name).datasource(DataSourceRef("prometheus", "${datasource}"))
    made = made.enable(True).icon_color(colour).expr(expr).step("60s")
    return made.title_format(title).text_format(text)
