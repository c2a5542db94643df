"""Figures of the worker itself, as ordinary prometheus_client objects in a registry of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, Metric, ProcessCollector
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.registry import Collector

from driftline.exporter import names
from driftline.exporter.names import Family
from driftline.exporter.text import label_value
from driftline.health.source import Condition

RESULTS = ("accepted", "rejected", "late", "duplicate", "ignored")
"""How a record or row may end; consumed is their sum."""

SEVERITIES = ("info", "warning", "critical")

VIOLATION_BUCKETS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds. Chosen around the promise: median 1 s, 99 of 100 within 3 s."""

MAX_EXEMPLAR_LENGTH = 128 - len("violation_id")
"""OpenMetrics allows 128 characters for names and values of an exemplar together."""

_Metric = TypeVar("_Metric", bound=MetricWrapperBase)


class _WithoutCreated(CollectorRegistry):
    """A registry whose metrics carry no ``_created`` samples: they double the counters and say nothing of use here."""

    def collect(self) -> Iterator[Metric]:
        for metric in super().collect():
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield metric


class WorkerMetrics:
    """Counters, gauges and histograms that change one at a time. Not thread-safe beyond what prometheus_client is.

    Times are seconds, since the epoch where they are points in time.
    """

    def __init__(self, release: str = "", collectors: Iterable[Collector] = ()) -> None:
        self.registry: CollectorRegistry = _WithoutCreated(auto_describe=False)
        ProcessCollector(registry=self.registry)
        for collector in collectors:
            self.registry.register(collector)
        self._records = self._make(Counter, names.RECORDS)
        self._rows = self._make(Counter, names.ROWS)
        self._deadletters = self._make(Counter, names.DEADLETTERS)
        self._lag = self._make(Gauge, names.LAG)
        self._watermark = self._make(Gauge, names.WATERMARK)
        self._holds_back = self._make(Gauge, names.HOLDS_BACK)
        self._condition = self._make(Gauge, names.CONDITION)
        self._kafka_up = self._make(Gauge, names.KAFKA_UP)
        self._kafka_answered = self._make(Gauge, names.KAFKA_ANSWERED)
        self._violations = self._make(Counter, names.VIOLATIONS)
        self._executions = self._make(Counter, names.EXECUTIONS)
        self._log_records = self._make(Counter, names.LOG_RECORDS)
        self._hook_runs = self._make(Counter, names.HOOK_RUNS)
        self._hook_restarts = self._make(Counter, names.HOOK_RESTARTS)
        self._overflows = self._make(Counter, names.OVERFLOWS)
        self._series = self._make(Gauge, names.SERIES)
        self._refused = self._make(Gauge, names.SERIES_REFUSED)
        self._dropped = self._make(Counter, names.SERIES_DROPPED)
        self._shortened = self._make(Counter, names.LABELS_SHORTENED)
        self._collect_duration = self._make(Gauge, names.COLLECT_DURATION)
        self._window_to_violation = Histogram(
            names.WINDOW_TO_VIOLATION.base,
            names.WINDOW_TO_VIOLATION.help,
            unit=names.WINDOW_TO_VIOLATION.unit,
            buckets=VIOLATION_BUCKETS,
            registry=self.registry,
        )
        self._shown = [0, 0]
        Info(names.BUILD_INFO.base, names.BUILD_INFO.help, registry=self.registry).info({"release": release})

    # -------------------------------------------------------------------------------------------- sources
    def add_source(self, topic: str, partition: int) -> None:
        """Show a source from its first moment: noughts for every way a record or row may end."""
        self.count_records(topic, partition, {})
        self.count_rows(topic, partition, {})
        self._holds_back.labels(topic, partition)

    def count_records(self, topic: str, partition: int, results: Mapping[str, int]) -> None:
        """Add to the ledger in records; the keys are among RESULTS, KeyError for another."""
        _count(self._records, (topic, partition), results)

    def count_rows(self, topic: str, partition: int, results: Mapping[str, int]) -> None:
        """Add to the ledger in rows."""
        _count(self._rows, (topic, partition), results)

    def set_lag(self, topic: str, partition: int, records: int | None) -> None:
        """How many records of the source are still to be read; None, when that is not known, is no sample."""
        if records is None:
            self._lag.remove_by_labels({"topic": topic, "partition": str(partition)})
        else:
            self._lag.labels(topic, partition).set(records)

    def set_condition(self, topic: str, partition: int, condition: Condition) -> None:
        """What the source is doing."""
        for one in Condition:
            self._condition.labels(topic, partition, one.value).set(one is condition)

    def set_kafka(self, *, up: bool, answered_ms: int) -> None:
        """Whether Kafka answers, and when it last did (ms since the epoch)."""
        self._kafka_up.set(up)
        self._kafka_answered.set(answered_ms / 1000)

    def set_watermark(self, topic: str, partition: int, watermark_ms: int) -> None:
        """Event time (ms) up to which the source is done."""
        self._watermark.labels(topic, partition).set(watermark_ms / 1000)

    def set_holds_back(self, topic: str, partition: int, *, holds_back: bool) -> None:
        """Whether windows wait for this source."""
        self._holds_back.labels(topic, partition).set(holds_back)

    def remove_source(self, topic: str, partition: int) -> None:
        """Drop every series of a source that this worker has lost; unknown sources are no error."""
        source = {"topic": topic, "partition": str(partition)}
        families = (self._records, self._rows, self._lag, self._watermark, self._holds_back, self._condition)
        for family in families:
            family.remove_by_labels(source)

    # -------------------------------------------------------------------------------------------- events
    def count_deadletter(self, reason: str, number: int = 1) -> None:
        """Add dead letters of a reason code."""
        self._deadletters.labels(label_value(reason)).inc(number)

    def count_hook(self, model: str, hook: str, results: Mapping[str, int], restarts: int) -> None:
        """Add to what a hook of a model has done, by result, and to how often its process died."""
        for result, number in results.items():
            self._hook_runs.labels(label_value(model), hook, result).inc(number)
        self._hook_restarts.labels(label_value(model), hook).inc(restarts)

    def count_log_record(self, kind: str, result: str, number: int = 1) -> None:
        """Add records of the delta log: `result` is what the fold made of them."""
        self._log_records.labels(kind, result).inc(number)

    def count_overflow(self, what: str, number: int = 1) -> None:
        """Add things that met the cap called `what`."""
        self._overflows.labels(what).inc(number)

    # -------------------------------------------------------------------------------------------- violations
    def expect_violations(self, model: str, version: str, checks: Iterable[str]) -> None:
        """Show noughts for checks that may speak, so that the first violation is seen as an increase."""
        for check in checks:
            for severity in SEVERITIES:
                self._violations.labels(label_value(model), label_value(version), check, severity)

    def count_violation(self, model: str, version: str, check: str, severity: str, violation_id: str) -> None:
        """Add one violation event; its id goes along as an exemplar (OpenMetrics only)."""
        exemplar = {"violation_id": violation_id[:MAX_EXEMPLAR_LENGTH]}
        self._violations.labels(label_value(model), label_value(version), check, severity).inc(exemplar=exemplar)

    def count_execution(self, schedule: str, status: str) -> None:
        """Add one execution of a schedule."""
        self._executions.labels(schedule, status).inc()

    def observe_window_to_violation(self, seconds: float) -> None:
        """Time from a window's end to its violation being readable."""
        self._window_to_violation.observe(seconds)

    def remove_model(self, model: str, version: str) -> None:
        """Drop the violation counters of a model and version that has gone."""
        self._violations.remove_by_labels({"model": label_value(model), "version": label_value(version)})

    # -------------------------------------------------------------------------------------------- itself
    def show_table(self, series: int, refused: int, dropped: int, shortened: int) -> None:
        """Figures of the series table; the latter two are totals, which never fall."""
        self._series.set(series)
        self._refused.set(refused)
        self._dropped.inc(dropped - self._shown[0])
        self._shortened.inc(shortened - self._shown[1])
        self._shown = [dropped, shortened]

    def show_render_seconds(self, seconds: float) -> None:
        """How long the last exposition took; seen by the next one."""
        self._collect_duration.set(seconds)

    def _make(self, kind: type[_Metric], family: Family) -> _Metric:
        return kind(family.base, family.help, family.labels, unit=family.unit, registry=self.registry)


def _count(counter: Counter, source: tuple[str, int], results: Mapping[str, int]) -> None:
    unknown = set(results) - set(RESULTS)
    if unknown:
        raise KeyError(f"a record or row ends as one of {', '.join(RESULTS)}, got {', '.join(sorted(unknown))}")
    for result in RESULTS:
        counter.labels(*source, result).inc(results.get(result, 0))
