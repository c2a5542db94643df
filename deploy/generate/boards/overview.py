"""The overview: which models are watched, which are not well, and where to look next."""

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard

from deploy.generate.boards import panels
from deploy.generate.boards.frame import NEW_VIOLATIONS, board, window_choice

_RED_FROM_ONE: tuple[tuple[float | None, str], ...] = ((None, "green"), (1, "red"))
_STATE = "max by (model, version) (driftline_model_state)"


def overview() -> dashboard.Dashboard:
    """The board."""
    made = board("driftline-overview", "driftline / Overview", "All models, their states, and what they serve.")
    made = made.with_variable(window_choice("driftline_model_state"))
    return _details(_numbers(made))


def _numbers(made: dashboard.Dashboard) -> dashboard.Dashboard:
    return (
        made.with_panel(panels.number("Models", "Models and versions that are watched.", f"count({_STATE})"))
        .with_panel(
            panels.number(
                "Violated",
                "Models and versions of which some window length is violated.",
                f"count({_STATE} == 3) or vector(0)",
                steps=_RED_FROM_ONE,
            )
        )
        .with_panel(
            panels.number(
                "Unknown",
                "Models and versions that nobody knows how they are. Unknown is not fine.",
                f"count({_STATE} == 2) or vector(0)",
                steps=((None, "green"), (1, "purple")),
            )
        )
        .with_panel(
            panels.number(
                "Critical incidents",
                "Open incidents of severity critical.",
                'sum(max without (instance) (driftline_open_incidents{severity="critical"}))',
                steps=_RED_FROM_ONE,
            )
        )
        .with_panel(
            panels.number(
                "Requests", "Requests a second, as the captures say.", "sum(model_version:driftline_requests:rate5m)",
                unit="reqps",
            )
        )
        .with_panel(
            panels.number(
                "Workers", "Workers that answer Prometheus.", 'count(up{job="driftline"} == 1) or vector(0)',
                steps=((None, "red"), (1, "green")),
            )
        )
    )  # fmt: skip


def _details(made: dashboard.Dashboard) -> dashboard.Dashboard:
    to_model = (
        "/d/driftline-model?${datasource:queryparam}&${__url_time_range}"
        "&var-model=${__data.fields.Model}&var-version=${__data.fields.Version}"
    )
    return (
        made.with_panel(
            panels.listing(
                "Models",
                "The last closed window of each length, worst first. A model's name leads to its board.",
                "sort_desc(max by (model, version, window) (driftline_model_state))",
                columns={"model": "Model", "version": "Version", "window": "Window", "Value": "State"},
                span=12, link=to_model, states=True,
            )
        )
        .with_panel(
            panels.listing(
                "Alerts",
                "What is firing now.",
                'sort_desc(max by (alertname, severity, model, version, feature) '
                '(ALERTS{alertname=~"Driftline.+",alertstate="firing"}))',
                columns={"alertname": "Alert", "severity": "Severity", "model": "Model", "version": "Version",
                         "feature": "Feature"},
                span=12,
            )
        )
        .with_panel(
            panels.states(
                "States", "State of each model and version, windows of $window.",
                {"{{model}}/{{version}}": 'max by (model, version) (driftline_model_state{window="$window"})'},
            )
        )
        .with_panel(
            panels.ranking(
                "Furthest from normal",
                "Features by the shift, in baseline standard deviations, that would give the same distance. Windows of $window.",
                {"{{model}}/{{version}} {{feature}}":
                 'topk(15, max by (model, version, feature) (driftline_feature_shift_sigmas{window="$window"}))'},
            )
        )
        .with_panel(
            panels.series(
                "Violation events", "Events emitted, by severity.",
                {"{{severity}}": f"sum by (severity) ({NEW_VIOLATIONS.format('')})"},
            )
        )
        .with_panel(
            panels.series(
                "Requests", "Requests a second by model.",
                {"{{model}}": "sum by (model) (model_version:driftline_requests:rate5m)"}, unit="reqps",
            )
        )
        .with_panel(
            panels.series(
                "Errors", "Share of the requests that failed; more than 1 % alerts.",
                {"{{model}}/{{version}}": "max by (model, version) (model_version:driftline_errors:ratio_rate5m)"},
                unit="percentunit", limit=0.01,
            )
        )
    )  # fmt: skip
