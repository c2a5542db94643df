"""Recording rules: what alerts and dashboards ask for again and again.

Everything is summed or taken ``without (instance)``: a series lives on the worker that has the model or the source just now.
"""

from __future__ import annotations

from deploy.generate.rules import Group, Record

DRIFT_CHECKS = "baseline_drift_check|prediction_drift_check"

SERVING = Group(
    "driftline-serving",
    (
        Record(
            "model_version:driftline_requests:rate5m",
            "sum without (instance) (rate(driftline_model_requests_total[5m]))",
        ),
        Record(
            "model:driftline_requests:rate15m",
            "sum without (instance, version) (rate(driftline_model_requests_total[15m]))",
        ),
        Record("model:driftline_requests:avg1d", "avg_over_time(model:driftline_requests:rate15m[1d])"),
        Record("model:driftline_requests:avg7d", "avg_over_time(model:driftline_requests:rate15m[7d])"),
        Record(
            "model_version:driftline_errors:ratio_rate5m",
            "sum without (instance) (rate(driftline_model_errors_total[5m]))\n"
            "  / (sum without (instance) (rate(driftline_model_requests_total[5m])) > 0)",
        ),
        Record(
            "model_version:driftline_latency_seconds:mean5m",
            "sum without (instance) (rate(driftline_model_latency_seconds_sum[5m]))\n"
            "  / (sum without (instance) (rate(driftline_model_latency_seconds_count[5m])) > 0)",
        ),
        *(
            Record(
                f"model_version:driftline_latency_seconds:p{percent}_10m",
                f"histogram_quantile({percent / 100}, "
                "sum without (instance) (rate(driftline_model_latency_seconds_bucket[10m]))) >= 0",
            )
            for percent in (50, 99)
        ),
    ),
)

CANARY = Group(
    "driftline-canary",
    (
        Record(
            "model_version:driftline_requests:increase30m",
            "sum without (instance) (increase(driftline_model_requests_total[30m]))",
        ),
        Record(
            "model_version:driftline_errors:increase30m",
            "sum without (instance) (increase(driftline_model_errors_total[30m]))",
        ),
        Record(
            "model_version:driftline_latency_seconds:mean30m",
            "sum without (instance) (increase(driftline_model_latency_seconds_sum[30m]))\n"
            "  / (sum without (instance) (increase(driftline_model_latency_seconds_count[30m])) >= 100)",
        ),
        Record(  # one version of each model: the one that answered most requests
            "model_version:driftline_stable_requests:increase6h",
            "topk without (version) (1, sum without (instance) (increase(driftline_model_requests_total[6h])))",
        ),
        *(
            Record(
                f"model:driftline_stable_{what}",
                f"sum without (version) (model_version:driftline_{what}\n"
                "  and model_version:driftline_stable_requests:increase6h)",
            )
            for what in ("requests:increase30m", "errors:increase30m", "latency_seconds:mean30m")
        ),
        Record(  # the error ratio of both together, as if there were no difference
            "model_version:driftline_errors_with_stable:ratio30m",
            "(model_version:driftline_errors:increase30m\n"
            "    + ignoring (version) group_left () model:driftline_stable_errors:increase30m)\n"
            "  / (model_version:driftline_requests:increase30m\n"
            "    + ignoring (version) group_left () model:driftline_stable_requests:increase30m > 0)",
        ),
        Record(  # the two-sample z of two proportions
            "model_version:driftline_errors_beyond_stable:sigmas30m",
            "(model_version:driftline_errors:increase30m / model_version:driftline_requests:increase30m\n"
            "    - ignoring (version) group_left () (model:driftline_stable_errors:increase30m\n"
            "      / model:driftline_stable_requests:increase30m))\n"
            "  / sqrt(model_version:driftline_errors_with_stable:ratio30m\n"
            "    * (1 - model_version:driftline_errors_with_stable:ratio30m)\n"
            "    * (1 / model_version:driftline_requests:increase30m\n"
            "      + ignoring (version) group_left () (1 / model:driftline_stable_requests:increase30m)))",
        ),
    ),
)

JUDGEMENT = Group(
    "driftline-judgement",
    (
        Record("model_version_window:driftline_model_state:max", "max without (instance) (driftline_model_state)"),
        Record(
            "model_version_window:driftline_features_drifted:ratio",
            "sum without (feature, check) (\n"
            f'    max without (instance) (driftline_feature_state{{check=~"{DRIFT_CHECKS}"}}) == bool 3)\n'
            "  / count without (feature, check) (\n"
            f'    max without (instance) (driftline_feature_state{{check=~"{DRIFT_CHECKS}"}}))',
        ),
    ),
)

PIPELINE = Group(
    "driftline-pipeline",
    (
        Record(
            "topic:driftline_records:rate5m",
            "sum without (instance, partition, result) (rate(driftline_records_total[5m]))",
        ),
        *(
            Record(
                f"topic:driftline_rejected_{what}:ratio_rate10m",
                f"sum without (instance, partition, result) (\n"
                f'    rate(driftline_{what}_total{{result="rejected"}}[10m]))\n'
                f"  / (sum without (instance, partition, result) (rate(driftline_{what}_total[10m])) > 0)",
            )
            for what in ("records", "rows")
        ),
        Record(  # how long the rest would take at the present pace; of less than one record a second nothing is said
            "topic_partition:driftline_lag:seconds",
            "max without (instance) (driftline_consumer_lag_records)\n"
            "  / clamp_min(sum without (instance, result) (rate(driftline_records_total[5m])), 1)",
        ),
    ),
)

GROUPS = (SERVING, CANARY, JUDGEMENT, PIPELINE)
