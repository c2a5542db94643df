"""The one table of metric families: name, kind, help, labels, unit. Everything on /metrics is listed here, and the
docs are.

One family is one quantity in one unit, so that `sum` and `avg` over its labels mean something. States are ranks: use
`max` or count the ones that equal 3. Figures of the window that is still open are families of their own (``…_open``),
never a label value beside closed ones. Windows of several lengths share a family: choose one by the label ``window``.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace


class FamilyKind(enum.StrEnum):
    """Metric types of the exposition formats."""

    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"
    INFO = "info"


_SUFFIX = {FamilyKind.COUNTER: "_total", FamilyKind.INFO: "_info"}


@dataclass(frozen=True)
class Family:
    """One metric family. `name` is what a query says (counters end in _total, infos in _info, histograms have no
    suffix).

    Raises ValueError for a name that breaks the naming rules: a unit that is not the end of the name, a missing suffix.
    """

    name: str
    kind: FamilyKind
    help: str
    labels: tuple[str, ...] = ()
    unit: str = ""

    def __post_init__(self) -> None:
        """Hold the naming rules of https://prometheus.io/docs/practices/naming where the table is written."""
        suffix = _SUFFIX.get(self.kind, "")
        if not self.name.endswith(suffix):
            raise ValueError(f"{self.kind} {self.name} must end in {suffix}")
        if self.unit and not self.base.endswith(f"_{self.unit}"):
            raise ValueError(f"{self.name} must end in its unit {self.unit}")

    @property
    def base(self) -> str:
        """The name without its type's suffix, as OpenMetrics announces it."""
        return self.name.removesuffix(_SUFFIX.get(self.kind, ""))

    def open_twin(self) -> Family:
        """The same quantity of the window that is still open."""
        text = f"Early reading of the open window: {self.help[0].lower()}{self.help[1:]}"
        return replace(self, name=f"{self.name}_open", help=text, unit="")


STATE_VALUES = "0 OK, 1 WATCH, 2 UNKNOWN, 3 VIOLATED"

_MODEL = ("model", "version")
_WINDOW = (*_MODEL, "window")
_FEATURE = (*_MODEL, "feature", "window")


def _gauge(name: str, help_text: str, labels: tuple[str, ...] = (), unit: str = "") -> Family:
    return Family(f"driftline_{name}", FamilyKind.GAUGE, help_text, labels, unit)


def _counter(name: str, help_text: str, labels: tuple[str, ...] = ()) -> Family:
    return Family(f"driftline_{name}_total", FamilyKind.COUNTER, help_text, labels)


def _histogram(name: str, help_text: str, labels: tuple[str, ...] = ()) -> Family:
    return Family(f"driftline_{name}_seconds", FamilyKind.HISTOGRAM, help_text, labels, "seconds")


FEATURE_STATE = _gauge("feature_state", f"State of a check in the window: {STATE_VALUES}.", (*_FEATURE, "check"))
FEATURE_DISTANCE = _gauge(
    "feature_distance", "Distance of the window from the baseline, in the unit of the measure.", (*_FEATURE, "distance")
)
FEATURE_SHIFT = _gauge(
    "feature_shift_sigmas",
    "Mean shift in baseline standard deviations that would give the same distance.",
    (*_FEATURE, "distance"),
    "sigmas",
)
FEATURE_THRESHOLD = _gauge(
    "feature_threshold", "Limit the check holds the feature to, in the unit of the check.", (*_FEATURE, "check")
)
FEATURE_COMPLETENESS = _gauge(
    "feature_completeness_ratio", "Share of the rows that have a value, 0 to 1.", _FEATURE, "ratio"
)
FEATURE_MEAN = _gauge("feature_mean", "Mean of the window, in the unit of the feature.", _FEATURE)
FEATURE_STD = _gauge("feature_std", "Population standard deviation of the window.", _FEATURE)
FEATURE_MIN = _gauge("feature_min", "Smallest value of the window.", _FEATURE)
FEATURE_MAX = _gauge("feature_max", "Largest value of the window.", _FEATURE)
FEATURE_QUANTILE = _gauge(
    "feature_quantile", "Value below which the share `quantile` of the rows lies.", (*_FEATURE, "quantile")
)
FEATURE_DISTINCT = _gauge("feature_distinct", "Estimated number of distinct values (6.5 % standard error).", _FEATURE)
FEATURE_UNSEEN = _gauge(
    "feature_unseen_ratio", "Share of the present values that the baseline does not know, 0 to 1.", _FEATURE, "ratio"
)
FEATURE_WATCH = _gauge(
    "feature_watch", f"State of the sequential lane, between windows: {STATE_VALUES}.", (*_MODEL, "feature")
)

MODEL_STATE = _gauge("model_state", f"Worst state of all checks of the model in the window: {STATE_VALUES}.", _WINDOW)
WINDOW_ROWS = _gauge("window_rows", "Rows accepted into the window.", _WINDOW, "rows")
WINDOW_COMPLETE = _gauge("window_complete", "1 when no event of the window can be missing, else 0.", _WINDOW)
WINDOW_END = _gauge(
    "window_end_timestamp_seconds", "End of the window, event time since the epoch.", _WINDOW, "seconds"
)
OPEN_INCIDENTS = _gauge("open_incidents", "Incidents that are open.", (*_MODEL, "severity"))
BASELINE_INFO = Family("driftline_baseline_info", FamilyKind.INFO, "The baseline in force.", (*_MODEL, "baseline_id"))
BASELINE_MADE = _gauge(
    "baseline_timestamp_seconds", "When the baseline in force was made, since the epoch.", _MODEL, "seconds"
)
_SCHEDULED = (*_MODEL, "endpoint", "schedule", "feature")

DATA_MIN = _gauge("feature_data_min", "feature_data of Model Monitor: its Minimum, of numbers.", _SCHEDULED)
DATA_MAX = _gauge("feature_data_max", "feature_data of Model Monitor: its Maximum, of numbers.", _SCHEDULED)
DATA_SUM = _gauge("feature_data_sum", "feature_data of Model Monitor: its Sum, of numbers.", _SCHEDULED)
DATA_COUNT = _gauge("feature_data_count", "feature_data of Model Monitor: its SampleCount, of numbers.", _SCHEDULED)
DATA_AVERAGE = _gauge("feature_data_average", "feature_data of Model Monitor: its Average, of numbers.", _SCHEDULED)
NON_NULL = _gauge("feature_non_null", "feature_non_null of Model Monitor: the completeness, 0 to 1.", _SCHEDULED)
BASELINE_DRIFT = _gauge(
    "feature_baseline_drift",
    "feature_baseline_drift of Model Monitor: the distance that the check compares.",
    _SCHEDULED,
)
REQUESTS = _counter("model_requests", "Requests seen in captures.", _MODEL)
MODEL_ROWS = _counter("model_rows", "Rows accepted into panes.", _MODEL)
ERRORS = _counter("model_errors", "Requests that failed, as the captures say.", _MODEL)
LATENCY = _histogram("model_latency", "Latency of the model's answers, as the captures say.", _MODEL)

_TWINNED = (
    FEATURE_STATE,
    FEATURE_DISTANCE,
    FEATURE_SHIFT,
    FEATURE_COMPLETENESS,
    FEATURE_MEAN,
    MODEL_STATE,
    WINDOW_ROWS,
)
OPEN_TWIN = {family.name: family.open_twin() for family in _TWINNED}
"""Families that are also read from the open window, by the name of the closed one."""

TABLE_FAMILIES: tuple[Family, ...] = (
    FEATURE_STATE,
    FEATURE_DISTANCE,
    FEATURE_SHIFT,
    FEATURE_THRESHOLD,
    FEATURE_COMPLETENESS,
    FEATURE_MEAN,
    FEATURE_STD,
    FEATURE_MIN,
    FEATURE_MAX,
    FEATURE_QUANTILE,
    FEATURE_DISTINCT,
    FEATURE_UNSEEN,
    FEATURE_WATCH,
    MODEL_STATE,
    WINDOW_ROWS,
    WINDOW_COMPLETE,
    WINDOW_END,
    *OPEN_TWIN.values(),
    OPEN_INCIDENTS,
    BASELINE_INFO,
    BASELINE_MADE,
    DATA_MIN,
    DATA_MAX,
    DATA_SUM,
    DATA_COUNT,
    DATA_AVERAGE,
    NON_NULL,
    BASELINE_DRIFT,
    REQUESTS,
    MODEL_ROWS,
    ERRORS,
    LATENCY,
)
"""Kept in the series table: one block of series for each model and version."""

_SOURCE = ("topic", "partition")

RECORDS = _counter("records", "Kafka records consumed, by how they ended; the results add up.", (*_SOURCE, "result"))
ROWS = _counter("rows", "Rows consumed, by how they ended; the results add up.", (*_SOURCE, "result"))
DEADLETTERS = _counter("deadletters", "Records or rows sent to the dead-letter topic.", ("reason",))
LAG = _gauge("consumer_lag_records", "Records of the source not read yet.", _SOURCE, "records")
WATERMARK = _gauge(
    "watermark_timestamp_seconds", "Event time up to which the source is done, since the epoch.", _SOURCE, "seconds"
)
CONDITION = _gauge(
    "source_condition",
    "1 for the condition the source is in, 0 for the others; see health.md.",
    (*_SOURCE, "condition"),
)
KAFKA_UP = _gauge("kafka_up", "1 while Kafka answers this worker, else 0.")
KAFKA_ANSWERED = _gauge(
    "kafka_last_answer_timestamp_seconds", "When Kafka last answered this worker, since the epoch.", (), "seconds"
)
HOLDS_BACK = _gauge("source_holds_back", "1 when windows wait for this source, else 0.", _SOURCE)
VIOLATIONS = _counter("violations", "Violation events emitted.", (*_MODEL, "check", "severity"))
EXECUTIONS = _counter("executions", "Executions of schedules, by how they ended.", ("schedule", "status"))
WINDOW_TO_VIOLATION = _histogram(
    "window_to_violation", "From the end of a window to its violation being readable on the topic."
)
LOG_RECORDS = _counter("log_records", "Records of the delta log, by what the fold made of them.", ("kind", "result"))
HOOK_RUNS = _counter(
    "hook_runs",
    "What code of the user's own made of records (preprocess), windows (postprocess, check); see sagemaker.md.",
    ("model", "hook", "result"),
)
HOOK_RESTARTS = _counter(
    "hook_restarts", "Processes of scripts that died, or were ended for being slow.", ("model", "hook")
)
OVERFLOWS = _counter("overflows", "Things that met a configured cap and were not kept apart.", ("what",))
SERIES = _gauge("series", "Series in the table of model families.")
SERIES_REFUSED = _gauge("series_refused", "Series asked for and kept out now, because max_series is reached.")
SERIES_DROPPED = _counter("series_dropped", "Series refused because max_series was reached.")
LABELS_SHORTENED = _counter("labels_shortened", "Label values cut to the allowed length.")
COLLECT_DURATION = _gauge("collect_duration_seconds", "Time the last exposition took to render.", (), "seconds")
BUILD_INFO = Family("driftline_build_info", FamilyKind.INFO, "The running version.", ("release",))

WORKER_FAMILIES: tuple[Family, ...] = (
    RECORDS,
    ROWS,
    DEADLETTERS,
    LAG,
    WATERMARK,
    HOLDS_BACK,
    CONDITION,
    KAFKA_UP,
    KAFKA_ANSWERED,
    VIOLATIONS,
    EXECUTIONS,
    WINDOW_TO_VIOLATION,
    LOG_RECORDS,
    HOOK_RUNS,
    HOOK_RESTARTS,
    OVERFLOWS,
    SERIES,
    SERIES_REFUSED,
    SERIES_DROPPED,
    LABELS_SHORTENED,
    COLLECT_DURATION,
    BUILD_INFO,
)
"""Kept as ordinary prometheus_client objects: few series, changed one at a time."""

ALL_FAMILIES = (*TABLE_FAMILIES, *WORKER_FAMILIES)
