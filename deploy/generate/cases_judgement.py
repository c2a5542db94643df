"""Cases of the alerts on what driftline has judged."""

from __future__ import annotations

from deploy.generate.cases import Case, at_worker

M = {"model": "churn", "version": "1"}
HOURLY = {**M, "window": "1h"}
JOB = {"job": "driftline"}
DAY = 86_400


def _state(check: str, feature: str = "age", worker: str = "w1", window: str = "1h") -> str:
    return at_worker("driftline_feature_state", worker, **M, feature=feature, window=window, check=check)


def _model(window: str, worker: str = "w1") -> str:
    return at_worker("driftline_model_state", worker, **M, window=window)


def _of_check(check: str, feature: str = "age") -> tuple[Case, ...]:
    """What every alert on one check has to do."""
    fires = {**JOB, **HOURLY, "feature": feature, "check": check}
    return (
        Case("violated for long enough", {_state(check, feature): "3x20"}, "15m", (fires,)),
        Case(
            "the model has moved to another worker meanwhile",
            {_state(check, feature): "3x7 stale", _state(check, feature, "w2"): "_x7 3x20"},
            "15m",
            (fires,),
        ),
        Case("unknown, and suspected, are not violated", {_state(check, feature): "2x20 1x20"}, "30m"),
        Case("violated only just now", {_state(check, feature): "0x13 3x6"}, "15m"),
        Case("another check is violated", {_state("some_other_check", feature): "3x20"}, "15m"),
    )


CASES: dict[str, tuple[Case, ...]] = {
    "FeatureDrift": (
        *_of_check("baseline_drift_check"),
        Case(
            "windows of a minute that are violated now and then",
            {_state("baseline_drift_check", window="1m"): "3x3 0 3x3 0 3x3 0 3x3"},
            "15m",
        ),
    ),
    "PredictionDrift": _of_check("prediction_drift_check", "score"),
    "ModelDrift": (
        Case(
            "two of six features",
            {
                **{_state("baseline_drift_check", name): "3x15" for name in "ab"},
                **{_state("baseline_drift_check", name): "0x15" for name in "cdef"},
            },
            "10m",
            ({**JOB, **HOURLY},),
        ),
        Case(
            "one of six features",
            {
                _state("baseline_drift_check", "a"): "3x15",
                **{_state("baseline_drift_check", name): "0x15" for name in "bcdef"},
            },
            "10m",
        ),
        Case("all of them unknown", {_state("baseline_drift_check", name): "2x15" for name in "abc"}, "10m"),
    ),
    "MissingColumn": _of_check("missing_column_check"),
    "DataQuality": (
        *_of_check("data_type_check"),
        Case(
            "far fewer rows than usual",
            {_state("volume_check", ""): "3x20"},
            "15m",
            ({**JOB, **HOURLY, "feature": "", "check": "volume_check"},),
        ),
    ),
    "UnknownTooLong": (
        Case("in every window length", {_model("1m"): "2x90", _model("1h"): "2x90"}, "80m", ({**JOB, **M},)),
        Case("the hours know", {_model("1m"): "2x90", _model("1h"): "0x90"}, "80m"),
        Case("violated is an answer", {_model("1m"): "2x90", _model("1h"): "3x90"}, "80m"),
        Case("not for an hour yet", {_model("1m"): "0x40 2x50", _model("1h"): "0x40 2x50"}, "80m"),
    ),
    "BaselineStale": (
        Case(  # promtool's clock begins in 1970
            "made a quarter ago",
            {at_worker("driftline_baseline_timestamp_seconds", **M): f"{-91 * DAY}x90"},
            "80m",
            ({**JOB, **M},),
        ),
        Case("made a month ago", {at_worker("driftline_baseline_timestamp_seconds", **M): f"{-30 * DAY}x90"}, "80m"),
        Case("no baseline", {at_worker("driftline_baseline_info", **M): "1x90"}, "80m"),
    ),
}
