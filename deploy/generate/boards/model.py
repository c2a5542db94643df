"""One model: its features, what it serves, and its versions beside each other."""

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard

from deploy.generate.boards import panels
from deploy.generate.boards.frame import board, distance_choice, marks, model_choices

_WHOSE = 'model="$model",version=~"$version"'
_WHERE = f'{_WHOSE},window="$window"'


def model() -> dashboard.Dashboard:
    """The board."""
    made = board("driftline-model", "driftline / Model", "One model: features, requests, versions beside each other.")
    for variable in model_choices():
        made = made.with_variable(variable)
    made = made.with_variable(distance_choice())
    for mark in marks():
        made = made.annotation(mark)
    made = _features(_numbers(made)).with_row(dashboard.Row("Serving"))
    return _versions(_serving(made).with_row(dashboard.Row("Versions beside each other")))


def _numbers(made: dashboard.Dashboard) -> dashboard.Dashboard:
    return (
        made.with_panel(
            panels.state_now("State", "Worst check of the last closed window.", f"max(driftline_model_state{{{_WHERE}}})")
        )
        .with_panel(
            panels.state_now(
                "Early reading", "The window that is still open. It makes no violations.",
                f"max(driftline_model_state_open{{{_WHERE}}})",
            )
        )
        .with_panel(
            panels.number(
                "Open incidents", "Of any severity.", f"sum(max without (instance) (driftline_open_incidents{{{_WHOSE}}}))",
                steps=((None, "green"), (1, "red")),
            )
        )
        .with_panel(
            panels.number(
                "Rows", "Rows of the last closed window.",
                f"sum(max without (instance) (driftline_window_rows{{{_WHERE}}}))",
            )
        )
        .with_panel(
            panels.number(
                "Complete", "1 when no event of the last closed window can be missing.",
                f"min(driftline_window_complete{{{_WHERE}}})", steps=((None, "red"), (1, "green")),
            )
        )
        .with_panel(
            panels.number(
                "Age of the baseline", "Since it was made; 90 days alert.",
                f"time() - max(driftline_baseline_timestamp_seconds{{{_WHOSE}}})", unit="s",
                steps=((None, "green"), (90 * 86_400, "orange")),
            )
        )
    )  # fmt: skip


def _features(made: dashboard.Dashboard) -> dashboard.Dashboard:
    return (
        made.with_panel(
            panels.states(
                "Features", "Worst check of each feature, windows of $window. The board of features says more.",
                {"{{version}} {{feature}}":
                 f'max by (version, feature) (driftline_feature_state{{{_WHERE},feature!=""}})'}, height=12,
            )
        )
        .with_panel(
            panels.series(
                "Distance from the baseline", "$distance of every feature, windows of $window.",
                {"{{version}} {{feature}}":
                 f'max by (version, feature) (driftline_feature_distance{{{_WHERE},distance="$distance"}})'},
            )
        )
        .with_panel(
            panels.ranking(
                "Furthest from normal", "In baseline standard deviations, windows of $window.",
                {"{{version}} {{feature}}":
                 f"topk(15, max by (version, feature) (driftline_feature_shift_sigmas{{{_WHERE}}}))"},
            )
        )
        .with_panel(
            panels.series(
                "Share of the features that have drifted", "A third alerts.",
                {"{{version}} {{window}}":
                 f"max by (version, window) (model_version_window:driftline_features_drifted:ratio{{{_WHERE}}})"},
                unit="percentunit", limit=1 / 3,
            )
        )
        .with_panel(
            panels.series(
                "Rows", "Rows of closed windows of $window.",
                {"{{version}}": f"max by (version) (driftline_window_rows{{{_WHERE}}})"},
            )
        )
    )  # fmt: skip


def _serving(made: dashboard.Dashboard) -> dashboard.Dashboard:
    return (
        made.with_panel(
            panels.series(
                "Requests", "Requests a second; the line is the average of seven days, of all versions together.",
                {"{{version}}": f"max by (version) (model_version:driftline_requests:rate5m{{{_WHOSE}}})",
                 "7 days": 'max(model:driftline_requests:avg7d{model="$model"})'}, unit="reqps", span=8,
            )
        )
        .with_panel(
            panels.series(
                "Errors", "Share of the requests that failed; more than 1 % alerts.",
                {"{{version}}": f"max by (version) (model_version:driftline_errors:ratio_rate5m{{{_WHOSE}}})"},
                unit="percentunit", span=8, limit=0.01,
            )
        )
        .with_panel(
            panels.series(
                "Latency", "As the captures say; a p99 of more than 500 ms alerts.",
                {"{{version}} p50": f"max by (version) (model_version:driftline_latency_seconds:p50_10m{{{_WHOSE}}})",
                 "{{version}} p99": f"max by (version) (model_version:driftline_latency_seconds:p99_10m{{{_WHOSE}}})",
                 "{{version}} mean": f"max by (version) (model_version:driftline_latency_seconds:mean5m{{{_WHOSE}}})"},
                unit="s", span=8, limit=0.5,
            )
        )
    )  # fmt: skip


def _versions(made: dashboard.Dashboard) -> dashboard.Dashboard:
    beyond = 'max by (version) (model_version:driftline_errors_beyond_stable:sigmas30m{model="$model"})'
    return (
        made.with_panel(
            panels.states(
                "States", "Every version of the model, windows of $window.",
                {"{{version}}": 'max by (version) (driftline_model_state{model="$model",window="$window"})'}, span=8,
            )
        )
        .with_panel(
            panels.series(
                "Errors beyond the busiest version", "In standard deviations of the difference; three alert.",
                {"{{version}}": beyond}, span=8, limit=3,
            )
        )
        .with_panel(
            panels.series(
                "Latency", "Mean of half an hour, of versions with 100 requests or more.",
                {"{{version}}": 'max by (version) (model_version:driftline_latency_seconds:mean30m{model="$model"})'},
                unit="s", span=8,
            )
        )
    )  # fmt: skip
