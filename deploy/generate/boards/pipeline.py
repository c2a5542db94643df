"""driftline itself: what comes in, what cannot be read, how far behind it is, what it costs."""

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard

from deploy.generate.boards import panels
from deploy.generate.boards.frame import board

_EMISSION = "sum by (le) (rate(driftline_window_to_violation_seconds_bucket[$__rate_interval]))"


def pipeline() -> dashboard.Dashboard:
    """The board."""
    made = board("driftline-pipeline", "driftline / Pipeline", "Records, lag, dead letters, the log, and the machine.")
    return _machine(_log(_sources(made)).with_row(dashboard.Row("Machine")))


def _sources(made: dashboard.Dashboard) -> dashboard.Dashboard:
    return (
        made.with_panel(
            panels.series(
                "Records", "Kafka records a second, by how they ended: the results add up to what was consumed.",
                {"{{result}}": "sum by (result) (rate(driftline_records_total[$__rate_interval]))"}, unit="cps",
            )
        )
        .with_panel(
            panels.series(
                "Records by topic", "Kafka records a second.",
                {"{{topic}}": "max by (topic) (topic:driftline_records:rate5m)"}, unit="cps",
            )
        )
        .with_panel(
            panels.series(
                "Sources by condition", "How many partitions are in each condition; docs/health.md says what they mean.",
                {"{{condition}}": "sum by (condition) (max without (instance) (driftline_source_condition)) > 0"},
            )
        )
        .with_panel(
            panels.listing(
                "Sources", "The condition of each partition now.",
                "max by (topic, partition, condition) (driftline_source_condition) == 1",
                columns={"topic": "Topic", "partition": "Partition", "condition": "Condition"}, span=12,
            )
        )
        .with_panel(
            panels.series(
                "Lag", "Records not read yet, by partition.",
                {"{{topic}}[{{partition}}]": "max by (topic, partition) (driftline_consumer_lag_records)"}, span=8,
            )
        )
        .with_panel(
            panels.series(
                "Time to catch up", "At the present pace; five minutes alert.",
                {"{{topic}}[{{partition}}]": "max by (topic, partition) (topic_partition:driftline_lag:seconds)"},
                unit="s", span=8, limit=300,
            )
        )
        .with_panel(
            panels.series(
                "Behind the clock", "The clock less the event time up to which the partition is done.",
                {"{{topic}}[{{partition}}]":
                 "time() - max by (topic, partition) (driftline_watermark_timestamp_seconds)"}, unit="s", span=8,
            )
        )
        .with_panel(
            panels.series(
                "Dead letters", "Records or rows that cannot be read, by reason.",
                {"{{reason}}": "sum by (reason) (increase(driftline_deadletters_total[$__rate_interval]))"}, span=8,
            )
        )
        .with_panel(
            panels.series(
                "Share that cannot be read", "Of records and of rows; 1 % alerts.",
                {"{{topic}} records": "max by (topic) (topic:driftline_rejected_records:ratio_rate10m)",
                 "{{topic}} rows": "max by (topic) (topic:driftline_rejected_rows:ratio_rate10m)"},
                unit="percentunit", span=8, limit=0.01,
            )
        )
        .with_panel(
            panels.series(
                "Windows wait for", "1 for partitions that hold the windows back.",
                {"{{topic}}[{{partition}}]": "max by (topic, partition) (driftline_source_holds_back)"}, span=8,
            )
        )
    )  # fmt: skip


def _log(made: dashboard.Dashboard) -> dashboard.Dashboard:
    return (
        made.with_panel(
            panels.series(
                "Records of the delta log", "By what the fold made of them; out_of_order is a defect.",
                {"{{kind}} {{result}}": "max by (kind, result) (rate(driftline_log_records_total[$__rate_interval]))"},
                unit="cps",
            )
        )
        .with_panel(
            panels.series(
                "End of a window to its violation", "Until it is readable on the topic, the allowed lateness included.",
                {"p50": f"histogram_quantile(0.5, {_EMISSION})", "p99": f"histogram_quantile(0.99, {_EMISSION})"},
                unit="s",
            )
        )
        .with_panel(
            panels.series(
                "Series", "In the table of model families, and kept out of it.",
                {"{{instance}}": "driftline_series", "{{instance}} refused": "driftline_series_refused"},
            )
        )
        .with_panel(
            panels.series(
                "Caps met", "Things that met a configured cap and were not kept apart.",
                {"{{what}}": "sum by (what) (increase(driftline_overflows_total[$__rate_interval]))"},
            )
        )
    )  # fmt: skip


def _machine(made: dashboard.Dashboard) -> dashboard.Dashboard:
    return (
        made.with_panel(
            panels.series(
                "CPU of the workers", "Cores; a worker uses one.",
                {"{{instance}}": 'rate(process_cpu_seconds_total{job="driftline"}[$__rate_interval])'}, span=8, limit=1,
            )
        )
        .with_panel(
            panels.series(
                "Memory of the workers", "Resident.",
                {"{{instance}}": 'process_resident_memory_bytes{job="driftline"}'}, unit="bytes", span=8,
            )
        )
        .with_panel(
            panels.series(
                "Rendering /metrics", "Time of the last exposition.",
                {"{{instance}}": "driftline_collect_duration_seconds"}, unit="s", span=8,
            )
        )
        .with_panel(
            panels.series(
                "CPU of the machine", "Share that is not idle.",
                {"{{instance}}": '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[$__rate_interval]))'},
                unit="percentunit", span=8,
            )
        )
        .with_panel(
            panels.series(
                "Memory of the machine", "Share that is available.",
                {"{{instance}}": "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes"},
                unit="percentunit", span=8,
            )
        )
        .with_panel(
            panels.series(
                "Disk", "Share that is free, by file system.",
                {"{{instance}} {{mountpoint}}":
                 'node_filesystem_avail_bytes{fstype!~"tmpfs|overlay|squashfs"} / node_filesystem_size_bytes'},
                unit="percentunit", span=8,
            )
        )
    )  # fmt: skip
