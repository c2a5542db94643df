"""Every topic of driftline in one table: name, key, what is kept, who writes and who reads it.

The captures and labels are the user's own; their rows here say what driftline expects of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from driftline.errors import ConfigError

DEFAULT_PREFIX = "driftline."
DAY_MS = 86_400_000
DECIDED_BY_DATA = 0
"""``partitions`` of a topic whose number follows another setting or is the user's choice."""
WIDEST_BYTES = 8_388_608
"""Largest record of the internal topics. Chosen, because a flush of 400 panes of 100 features stays below it."""

Cleanup = Literal["delete", "compact", "compact,delete"]


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """One topic. ``retention_ms`` None: without end; ``internal``: only driftline reads it; ``owned``: driftline makes it."""

    name: str
    key: str
    value: str
    cleanup: Cleanup
    retention_ms: int | None
    partitions: int
    written_by: str
    read_by: tuple[str, ...]
    internal: bool = False
    owned: bool = True

    def full_name(self, prefix: str = DEFAULT_PREFIX) -> str:
        """The name with the prefix of an installation.

        >>> topic("violations").full_name()
        'driftline.violations'
        """
        return f"{prefix}{self.name}"

    @property
    def config(self) -> dict[str, str]:
        """Kafka's settings of the topic, for its creation."""
        retention = -1 if self.retention_ms is None else self.retention_ms
        config = {"cleanup.policy": self.cleanup, "retention.ms": str(retention)}
        return config | {"max.message.bytes": str(WIDEST_BYTES)} if self.internal else config


TOPICS = (
    TopicSpec(
        "captures", "anything", "a capture in any known format", "delete", 7 * DAY_MS, 8,
        "model servers", ("capture agent",), owned=False,
    ),
    TopicSpec(
        "labels", "event id", "ground truth", "delete", 7 * DAY_MS, 8,
        "user", ("label agent",), owned=False,
    ),
    TopicSpec(
        "partials", "none, it goes by partition", "the delta log (partition 0) and payloads", "delete", None, DECIDED_BY_DATA,
        "capture agent", ("capture agent", "verdict agent"), internal=True,
    ),
    TopicSpec(
        "snapshots", "shard/pane, shard/manifest", "final panes and the verdict agent's state", "compact,delete", 30 * DAY_MS,
        DECIDED_BY_DATA, "verdict agent", ("verdict agent",), internal=True,
    ),
    TopicSpec(
        "baselines", "model/version[/feature]", "parts of a baseline and its manifest", "compact", None, 1,
        "CLI", ("every worker",),
    ),
    TopicSpec(
        "control", "kind/name", "schedules, and what workers answer to them", "compact", None, 1,
        "CLI, schedule agent", ("schedule agent", "report agent", "CLI"),
    ),
    TopicSpec(
        "executions", "schedule/time", "what became of one execution of a schedule", "compact,delete", 90 * DAY_MS, 1,
        "report agent, CLI", ("CLI", "users"),
    ),
    TopicSpec(
        "statistics", "model/version", "statistics of a closed window, with its ledger", "delete", 7 * DAY_MS, 1,
        "verdict agent", ("reports", "users"),
    ),
    TopicSpec(
        "violations", "model", "CloudEvents 1.0, binary mode", "delete", 30 * DAY_MS, 1,
        "verdict agent", ("users", "notifier"),
    ),
    TopicSpec(
        "decisions", "model", "recommendations to promote, roll back or retrain", "delete", 30 * DAY_MS, 1,
        "verdict agent", ("users",),
    ),
    TopicSpec(
        "deadletter", "the record's own", "empty, or the record if asked for; reason in headers", "delete", 14 * DAY_MS, 1,
        "capture agent", ("users",),
    ),
)  # fmt: skip


class TopicNames:
    """The full names of driftline's own topics under a prefix.

    >>> TopicNames("x.").partials
    'x.partials'
    """

    def __init__(self, prefix: str = DEFAULT_PREFIX) -> None:
        """The prefix of an installation."""
        self.partials = topic("partials").full_name(prefix)
        self.snapshots = topic("snapshots").full_name(prefix)
        self.baselines = topic("baselines").full_name(prefix)
        self.control = topic("control").full_name(prefix)
        self.executions = topic("executions").full_name(prefix)
        self.statistics = topic("statistics").full_name(prefix)
        self.violations = topic("violations").full_name(prefix)
        self.deadletter = topic("deadletter").full_name(prefix)


def topic(name: str) -> TopicSpec:
    """The topic of a name without prefix. ConfigError for others."""
    for spec in TOPICS:
        if spec.name == name:
            return spec
    known = ", ".join(spec.name for spec in TOPICS)
    raise ConfigError(f"topic must be one of {known}, got {name!r}")
