"""The alert rules. Safe for missing series: none of them speaks because a figure is not there, but for the two that say so.

Thresholds that are not the user's word say why they were chosen.
"""

from __future__ import annotations

from deploy.generate.rules import Alert, Group

MODEL = "{{ $labels.model }}/{{ $labels.version }}"
VALUE = '{{ printf "%.3g" $value }}'
PERCENT = "{{ $value | humanizePercentage }}"
SECONDS = "{{ $value | humanizeDuration }}"

QUALITY_CHECKS = (
    "data_type_check|completeness_check|categorical_values_check|numeric_bounds_check|extra_column_check|volume_check"
)


def _violated(checks: str) -> str:
    return f'max without (instance) (driftline_feature_state{{check=~"{checks}"}}) == 3'


JUDGEMENT = Group(
    "driftline-drift",
    (
        Alert(
            "FeatureDrift",
            _violated("baseline_drift_check"),
            "10m",  # chosen: ten closed windows of a minute, or one of an hour
            "warning",
            f"{MODEL}: {{{{ $labels.feature }}}} has drifted",
            "{{ $labels.feature }} of " + MODEL + " is beyond its limit in the windows of {{ $labels.window }}.",
            "feature-drift",
            "driftline-feature",
            keep="5m",
        ),
        Alert(
            "PredictionDrift",
            _violated("prediction_drift_check"),
            "10m",
            "critical",
            f"{MODEL}: the predictions have drifted",
            "{{ $labels.feature }} of " + MODEL + " is beyond its limit in the windows of {{ $labels.window }}.",
            "prediction-drift",
            "driftline-feature",
            keep="5m",
        ),
        Alert(
            "ModelDrift",
            "model_version_window:driftline_features_drifted:ratio >= 1 / 3",  # as judging/severity.py has it
            "5m",
            "critical",
            f"{MODEL}: a third or more of the features have drifted",
            f"{PERCENT} of the features of {MODEL} have drifted in the windows of {{{{ $labels.window }}}}.",
            "model-drift",
            "driftline-model",
            keep="5m",
        ),
        Alert(
            "MissingColumn",
            _violated("missing_column_check"),
            "2m",
            "critical",
            f"{MODEL}: {{{{ $labels.feature }}}} is missing",
            "No capture of " + MODEL + " has {{ $labels.feature }} any more (windows of {{ $labels.window }}).",
            "missing-column",
            "driftline-feature",
            keep="5m",
        ),
        Alert(
            "DataQuality",
            _violated(QUALITY_CHECKS),
            "10m",
            "warning",
            f"{MODEL}: {{{{ $labels.check }}}} fails" + "{{ with $labels.feature }} for {{ . }}{{ end }}",
            "{{ $labels.check }} of " + MODEL + " is violated in the windows of {{ $labels.window }}.",
            "data-quality",
            "driftline-feature",
            keep="5m",
        ),
        Alert(
            "UnknownTooLong",  # UNKNOWN in every window length
            "min without (instance, window) (driftline_model_state) == 2\n"
            "  and max without (instance, window) (driftline_model_state) == 2",
            "1h",
            "warning",
            f"{MODEL}: nobody knows how it is",
            f"Every window of {MODEL} has been UNKNOWN for an hour: it is not watched at present.",
            "unknown-too-long",
            "driftline-model",
        ),
        Alert(
            "BaselineStale",
            "time() - max without (instance) (driftline_baseline_timestamp_seconds) > 90 * 86400",  # chosen: a quarter
            "1h",
            "warning",
            f"{MODEL}: the baseline is old",
            f"The baseline of {MODEL} was made {SECONDS} ago.",
            "baseline-stale",
            "driftline-model",
        ),
    ),
)

SERVING = Group(
    "driftline-serving-alerts",
    (
        Alert(
            "ErrorRate",  # five errors: one alone is no rate
            "model_version:driftline_errors:ratio_rate5m > 0.01\n"
            "  and sum without (instance) (increase(driftline_model_errors_total[10m])) >= 5",
            "5m",
            "critical",
            f"{MODEL}: {PERCENT} of the requests fail",
            f"{PERCENT} of the requests to {MODEL} have failed over five minutes; 1 % is allowed.",
            "error-rate",
            "driftline-model",
            keep="5m",
        ),
        Alert(
            "LatencyP99",  # of fewer than 100 requests the 99th percentile is the slowest
            "model_version:driftline_latency_seconds:p99_10m > 0.5\n"
            "  and sum without (instance) (increase(driftline_model_latency_seconds_count[10m])) >= 100",
            "10m",
            "warning",
            f"{MODEL}: one answer in a hundred takes over half a second",
            f"The 99th percentile of the latency of {MODEL} is {SECONDS}; 500 ms are allowed.",
            "latency-p99",
            "driftline-model",
            keep="5m",
        ),
        Alert(
            "Latency",
            "model_version:driftline_latency_seconds:mean5m > 1",
            "5m",
            "critical",
            f"{MODEL}: an answer takes over a second",
            f"An answer of {MODEL} takes {SECONDS} on average.",
            "latency",
            "driftline-model",
            keep="5m",
        ),
        Alert(
            "RequestsLow",  # 40 requests expected fall below 20 by chance once in 5,000 quarters of an hour (Poisson)
            "model:driftline_requests:rate15m < 0.5 * model:driftline_requests:avg7d\n"
            "  and model:driftline_requests:avg7d * 900 > 40\n"
            "  and model:driftline_requests:rate15m offset 1d >= 0",
            "15m",
            "warning",
            "{{ $labels.model }}: less than half of the usual requests",
            f"{{{{ $labels.model }}}} gets {VALUE} requests a second, less than half of its average of seven days.",
            "requests-low",
            "driftline-model",
        ),
        Alert(
            "NoEvents",  # more than ten expected in a quarter of an hour: none come by chance once in 20,000 (Poisson)
            "(model:driftline_requests:avg1d * 900 > 10)\n  unless model:driftline_requests:rate15m > 0",
            "5m",
            "critical",
            "{{ $labels.model }}: no events any more",
            f"{{{{ $labels.model }}}} had {VALUE} events in a quarter of an hour over the last day, and now has none.",
            "no-events",
            "driftline-pipeline",
        ),
    ),
)

CANARY = Group(
    "driftline-canary-alerts",
    (
        Alert(
            "CanaryErrors",  # significant: beyond three sigmas; material: twice the ratio of the other
            "model_version:driftline_errors_beyond_stable:sigmas30m > 3\n"
            "  and model_version:driftline_errors:increase30m >= 5\n"
            "  and model_version:driftline_errors:increase30m / model_version:driftline_requests:increase30m\n"
            "    > ignoring (version) group_left () (2 * model:driftline_stable_errors:increase30m\n"
            "      / model:driftline_stable_requests:increase30m)",
            "5m",
            "critical",
            f"{MODEL}: fails more often than the version beside it",
            f"Requests to {MODEL} fail at more than twice the rate of the model's busiest version ({VALUE} sigmas).",
            "canary-errors",
            "driftline-model",
            keep="5m",
        ),
        Alert(
            "CanaryLatency",
            "model_version:driftline_latency_seconds:mean30m\n"
            "  > ignoring (version) group_left () (1.5 * model:driftline_stable_latency_seconds:mean30m)",
            "15m",
            "warning",
            f"{MODEL}: slower than the version beside it",
            f"An answer of {MODEL} takes {SECONDS}, half as long again as one of the model's busiest version.",
            "canary-latency",
            "driftline-model",
            keep="5m",
        ),
        Alert(
            "CanaryDrift",
            "model_version_window:driftline_model_state:max == 3\n"
            "  and ignoring (version) (model_version_window:driftline_model_state:max < 3\n"
            "    and ignoring (window) model_version:driftline_stable_requests:increase6h)",
            "10m",
            "warning",
            f"{MODEL}: violated where the version beside it is not",
            f"{MODEL} is violated in the windows of {{{{ $labels.window }}}}; the model's busiest version is not.",
            "canary-drift",
            "driftline-model",
            keep="5m",
        ),
    ),
)

FAILED = 'driftline_executions_total{status="Failed"}'
"""A counter that begins with its first failure, which ``increase`` alone would not see."""

PIPELINE = Group(
    "driftline-pipeline-alerts",
    (
        Alert(
            "Down",
            'absent(up{job="driftline"} == 1)',
            "2m",
            "critical",
            "No driftline worker answers",
            "Nothing is watched. What is captured meanwhile is read when a worker is back, as long as Kafka keeps it.",
            "down",
            "driftline-pipeline",
        ),
        Alert(
            "WorkerDown",
            'up{job="driftline"} == 0 and on (job) up{job="driftline"} == 1',
            "5m",
            "warning",
            "Worker {{ $labels.instance }} does not answer",
            "Other workers have taken over what it read.",
            "worker-down",
            "driftline-pipeline",
        ),
        Alert(
            "Lag",
            "topic_partition:driftline_lag:seconds > 300",  # chosen: five windows of a minute behind
            "10m",
            "warning",
            "{{ $labels.topic }}[{{ $labels.partition }}]: driftline is {{ $value | humanizeDuration }} behind",
            "What is unread of the partition takes {{ $value | humanizeDuration }} at the present pace.",
            "lag",
            "driftline-pipeline",
        ),
        Alert(
            "SourceStuck",
            'max without (instance) (driftline_source_condition{condition="stuck"}) == 1',
            "5m",
            "critical",
            "{{ $labels.topic }}[{{ $labels.partition }}] stands still",
            "Records wait in the partition and none is read, while Kafka answers. Every window waits for it.",
            "source-stuck",
            "driftline-pipeline",
        ),
        Alert(
            "KafkaDown",
            "max without (instance) (driftline_kafka_up) == 0",
            "2m",
            "critical",
            "Kafka answers no worker",
            "Nothing is read and nothing is written. The workers wait; nothing is lost.",
            "kafka-down",
            "driftline-pipeline",
        ),
        Alert(
            "DeadLetters",
            "topic:driftline_rejected_records:ratio_rate10m > 0.01\n  or topic:driftline_rejected_rows:ratio_rate10m > 0.01",
            "5m",
            "warning",
            f"{{{{ $labels.topic }}}}: {PERCENT} cannot be read",
            f"{PERCENT} of what comes from {{{{ $labels.topic }}}} goes to the dead letters.",
            "dead-letters",
            "driftline-pipeline",
            keep="5m",
        ),
        Alert(
            "SeriesDropped",
            "driftline_series_refused > 0",
            "15m",
            "warning",
            "{{ $labels.instance }}: {{ $value }} series are not shown",
            "The worker has reached metrics.max_series: features at the end of the list have no gauges, and no alerts.",
            "series-dropped",
            "driftline-pipeline",
        ),
        Alert(
            "ReportsFailed",
            f"sum by (schedule) (increase({FAILED}[1h])) > 0 "
            f"or sum by (schedule) ({FAILED} unless {FAILED} offset 1h) > 0",
            "0m",
            "warning",
            "{{ $labels.schedule }}: reports of a schedule have failed",
            "Windows were judged, but their reports are not in their place: {{ $value | humanize }} in the last hour.",
            "reports-failed",
            "driftline-pipeline",
        ),
        Alert(
            "LogOutOfOrder",
            'sum without (instance) (increase(driftline_log_records_total{result="out_of_order"}[15m])) > 0',
            "0m",
            "critical",
            "The delta log has a record out of order",
            "A defect of driftline: windows that it may touch are marked incomplete. Please report it.",
            "log-out-of-order",
            "driftline-pipeline",
            keep="1h",
        ),
    ),
)

GROUPS = (JUDGEMENT, SERVING, CANARY, PIPELINE)
ALERTS = tuple(rule for group in GROUPS for rule in group.rules if isinstance(rule, Alert))
