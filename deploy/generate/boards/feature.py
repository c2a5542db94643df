"""One feature: how far it is from its baseline, by which check, and what its values are."""

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard

from deploy.generate.boards import panels
from deploy.generate.boards.frame import board, choice, distance_choice, marks, model_choices

_WHERE = 'model="$model",version=~"$version",window="$window",feature="$feature"'


def feature() -> dashboard.Dashboard:
    """The board."""
    made = board("driftline-feature", "driftline / Feature", "One feature of a model: checks, distances and values.")
    for variable in model_choices():
        made = made.with_variable(variable)
    made = made.with_variable(
        choice("feature", "Feature", 'label_values(driftline_feature_completeness_ratio{model="$model"}, feature)')
    )
    made = made.with_variable(distance_choice())
    for mark in marks():
        made = made.annotation(mark)
    return _values(_checks(made).with_row(dashboard.Row("Values")))


def _checks(made: dashboard.Dashboard) -> dashboard.Dashboard:
    return (
        made.with_panel(
            panels.states(
                "Checks", "State of each check, windows of $window; the last row is the lane between windows.",
                {"{{version}} {{check}}": f"max by (version, check) (driftline_feature_state{{{_WHERE}}})",
                 "{{version}} sequential": "max by (version) "
                 '(driftline_feature_watch{model="$model",version=~"$version",feature="$feature"})'},
            )
        )
        .with_panel(
            panels.series(
                "Distance and its limit",
                "$distance of closed windows, of the open one, and the limit of the drift check in the unit of its own distance.",
                {"{{version}}": f'max by (version) (driftline_feature_distance{{{_WHERE},distance="$distance"}})',
                 "{{version}} open":
                 f'max by (version) (driftline_feature_distance_open{{{_WHERE},distance="$distance"}})',
                 "{{version}} limit":
                 f'max by (version) (driftline_feature_threshold{{{_WHERE},check=~".+_drift_check"}})'},
            )
        )
        .with_panel(
            panels.series(
                "All distances", "Each as the shift of the mean, in baseline standard deviations, that would give the same.",
                {"{{version}} {{distance}}": f"max by (version, distance) (driftline_feature_shift_sigmas{{{_WHERE}}})"},
            )
        )
        .with_panel(
            panels.series(
                "Completeness", "Share of the rows that have a value, and the least that is allowed.",
                {"{{version}}": f"min by (version) (driftline_feature_completeness_ratio{{{_WHERE}}})",
                 "{{version}} limit":
                 f'max by (version) (driftline_feature_threshold{{{_WHERE},check="completeness_check"}})'},
                unit="percentunit",
            )
        )
        .with_panel(
            panels.series(
                "Unknown to the baseline", "Share of the values that the baseline does not know.",
                {"{{version}}": f"max by (version) (driftline_feature_unseen_ratio{{{_WHERE}}})"}, unit="percentunit",
            )
        )
    )  # fmt: skip


def _values(made: dashboard.Dashboard) -> dashboard.Dashboard:
    return (
        made.with_panel(
            panels.series(
                "Quantiles", "Value below which the share of the rows lies.",
                {"{{version}} {{quantile}}": f"max by (version, quantile) (driftline_feature_quantile{{{_WHERE}}})"},
            )
        )
        .with_panel(
            panels.series(
                "Mean", "Of closed windows and of the open one, in the feature's own unit.",
                {"{{version}}": f"max by (version) (driftline_feature_mean{{{_WHERE}}})",
                 "{{version}} open": f"max by (version) (driftline_feature_mean_open{{{_WHERE}}})"},
            )
        )
        .with_panel(
            panels.series(
                "Smallest and largest", "Extremes of the window.",
                {"{{version}} min": f"min by (version) (driftline_feature_min{{{_WHERE}}})",
                 "{{version}} max": f"max by (version) (driftline_feature_max{{{_WHERE}}})"},
            )
        )
        .with_panel(
            panels.series(
                "Spread", "Population standard deviation of the window.",
                {"{{version}}": f"max by (version) (driftline_feature_std{{{_WHERE}}})"}, span=6,
            )
        )
        .with_panel(
            panels.series(
                "Distinct values", "Estimated, 6.5 % standard error.",
                {"{{version}}": f"max by (version) (driftline_feature_distinct{{{_WHERE}}})"}, span=6,
            )
        )
    )  # fmt: skip
