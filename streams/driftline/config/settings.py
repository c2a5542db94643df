"""The settings as values, with their defaults; durations are integer milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

IdleAdvance = Literal["wall", "none"]
CaptureFormat = Literal["auto", "native", "flat", "sagemaker"]
LogFormat = Literal["text", "json"]
OutputColumns = Literal["first", "last"]


@dataclass(frozen=True, slots=True)
class KafkaConfig:
    """How Kafka is reached.

    The three mappings hold librdkafka's own settings: for every client, for consumers, for producers. They may hold
    secrets, so that they are not part of what is printed.
    """

    bootstrap: str = "127.0.0.1:9092"
    client: Mapping[str, str] = field(default_factory=dict, repr=False)
    consumer: Mapping[str, str] = field(default_factory=dict, repr=False)
    producer: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class TopicConfig:
    """How one captures topic is read. ``keys`` maps what a record's keys stand for to their names (flat JSON)."""

    name: str
    format: CaptureFormat = "auto"
    model: str | None = None
    version: str | None = None
    lateness_ms: int = 10_000
    idle_after_ms: int = 30_000
    idle_advance: IdleAdvance = "wall"
    future_limit_ms: int = 3_600_000
    max_record_bytes: int = 1_048_576
    output_columns: OutputColumns = "first"
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WindowConfig:
    """A window length and the step between two starts; equal for tumbling windows."""

    length_ms: int
    step_ms: int


@dataclass(frozen=True, slots=True)
class HookConfig:
    """Code of one's own for a model, named here and nowhere else; paths are relative to where the worker is started.

    ``preprocess`` and ``postprocess`` are scripts of Model Monitor's kind, ``output`` the folder of the latter's reports.
    ``time_limit_ms`` is for 100 records or one run, ``memory_mb`` (0: any) and ``processes`` are those of the script;
    ``checks`` are names of entry points, or ``module:function``.
    """

    preprocess: str | None = None
    postprocess: str | None = None
    output: str | None = None
    time_limit_ms: int = 10_000
    memory_mb: int = 1_024
    processes: int = 1
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """How one model is windowed and when its breaches become incidents.

    ``dedupe`` is how many offsets of a source an event id is remembered for (0: not at all). ``open_after`` (m, n) opens
    an incident when m of the last n windows were violated, ``resolve_after`` quiet windows in a row resolve it.
    """

    pane_ms: int = 10_000
    windows: tuple[WindowConfig, ...] = (
        WindowConfig(60_000, 60_000),
        WindowConfig(3_600_000, 3_600_000),
        WindowConfig(86_400_000, 86_400_000),
    )
    timezone: str = "UTC"
    dedupe: int = 0
    open_after: tuple[int, int] = (1, 1)
    resolve_after: int = 1
    hooks: HookConfig = HookConfig()


@dataclass(frozen=True, slots=True)
class MetricsConfig:
    """Where ``/metrics`` is served (port 0: any free one), how many series it may hold, and the token that readers need.

    The token may have come from a file; it is not part of what is printed.
    """

    host: str = "127.0.0.1"
    port: int = 9109
    max_series: int = 50_000
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class DeadLetterConfig:
    """Whether dead letters carry the original bytes; raw data stays where it is unless this says otherwise."""

    include_value: bool = False


@dataclass(frozen=True, slots=True)
class ReportsConfig:
    """Places that schedules may have reports written to, the first of them by default; none: nowhere.

    ``store`` are fsspec's own settings of the store behind URLs. They may hold secrets and are not part of what is printed.
    """

    outputs: tuple[str, ...] = ()
    store: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Config:
    """Everything a worker or a command needs to know.

    ``flush_interval_ms`` is the time between two deltas of a source; ``shards`` is how many parts the judging of models is
    spread over when driftline's topics are created, and can't be changed later.
    """

    name: str = "driftline"
    topic_prefix: str = "driftline."
    shards: int = 1
    flush_interval_ms: int = 1_000
    log_level: str = "info"
    log_format: LogFormat = "text"
    kafka: KafkaConfig = KafkaConfig()
    topics: tuple[TopicConfig, ...] = (TopicConfig("driftline.captures"),)
    defaults: ModelConfig = ModelConfig()
    models: Mapping[str, ModelConfig] = field(default_factory=dict)
    metrics: MetricsConfig = MetricsConfig()
    deadletter: DeadLetterConfig = DeadLetterConfig()
    reports: ReportsConfig = ReportsConfig()

    def model(self, name: str, version: str) -> ModelConfig:
        """Settings of a model and version: those of ``name/version``, else of ``name``, else the defaults.

        >>> Config(models={"churn": ModelConfig(dedupe=5)}).model("churn", "7").dedupe
        5
        """
        return self.models.get(f"{name}/{version}") or self.models.get(name) or self.defaults
