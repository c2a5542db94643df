"""Client settings: from the configuration to what librdkafka is given, one function per purpose.

What exactness rests on is fixed here and refused in the configuration (`driftline.config.load.OURS`); everything else a
user may set. ``auto.offset.reset=error`` wherever a silent reset would lose events. Logs go to the logger
``driftline.kafka``, each line at most once in ten seconds: a lost connection is news, not noise.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

from driftline.config import KafkaConfig

Settings = dict[str, object]

LOG: Final = logging.getLogger("driftline.kafka")
_SILENT_SECONDS: Final = 10.0


class Seldom(logging.Filter):
    """Lets a line pass unless the same one has passed a short while ago; librdkafka repeats itself ten times a second."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is news; what stands in brackets at its end ("after 3ms in state CONNECT") is not."""
        line = record.getMessage().partition(" (after ")[0]
        news = record.created - self._last.get(line, -_SILENT_SECONDS) >= _SILENT_SECONDS
        if news:
            self._last = {one: at for one, at in self._last.items() if record.created - at < _SILENT_SECONDS}
            self._last[line] = record.created
        return news


LOG.addHandler(logging.NullHandler())
LOG.addFilter(Seldom())

MAX_MESSAGE_BYTES: Final = 8_388_608
"""Largest record that driftline writes. Chosen: a flush of some thousand features fits; brokers take 1 MiB unless told."""

_READING: Final[Settings] = {
    "auto.offset.reset": "error",
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "isolation.level": "read_committed",
}

_FAST: Final[Settings] = {
    # Asks again 5 ms (not a second) after a full local queue has been drained: half the throughput on one core otherwise.
    "fetch.queue.backoff.ms": 5,
    "fetch.wait.max.ms": 100,
    # 20,000 records or 64 MiB wait in the client at most: its share of a worker's memory.
    "queued.min.messages": 20_000,
    "queued.max.messages.kbytes": 65_536,
}


def connecting(kafka: KafkaConfig, purpose: str, more: Mapping[str, str] | None = None) -> Settings:
    """What every client is given. ``purpose`` is how brokers' logs and quotas see it: ``driftline-<purpose>``."""
    return {
        "client.id": f"driftline-{purpose}",
        "logger": LOG,
        **kafka.client,
        **(more or {}),
        "bootstrap.servers": kafka.bootstrap,
    }


def fetching(kafka: KafkaConfig) -> Settings:
    """A consumer without a group that reads captures from given offsets, as fast as it can, and says when it is at the end."""
    own: Settings = {"group.id": "driftline-fetch", "enable.partition.eof": True}
    return _consuming(kafka, "fetch", own, _FAST)


def following(kafka: KafkaConfig) -> Settings:
    """A consumer without a group that follows a low-rate topic, such as the delta log, with little delay."""
    own: Settings = {"group.id": "driftline-follow", "enable.partition.eof": False}
    return _consuming(kafka, "follow", own, {"fetch.queue.backoff.ms": 5, "fetch.wait.max.ms": 50})


def replaying(kafka: KafkaConfig) -> Settings:
    """A consumer without a group that reads a topic, or a range of it, once."""
    own: Settings = {"group.id": "driftline-replay", "enable.partition.eof": True}
    return _consuming(kafka, "replay", own, _FAST)


def joining(kafka: KafkaConfig, group: str) -> Settings:
    """A member of a group that never fetches. One assignor for all: unlike ones in one group are a failure.

    A worker that is silent for ten seconds has lost its partitions; the log tells its records apart from its successor's,
    so that a shorter time costs no correctness, only rebalances.
    """
    chosen: Settings = {
        "session.timeout.ms": 10_000,
        "heartbeat.interval.ms": 1_000,
        "topic.metadata.refresh.interval.ms": 10_000,  # partitions added to a topic are assigned within as long
    }
    own: Settings = {"group.id": group, "partition.assignment.strategy": "roundrobin"}
    return _consuming(kafka, "member", own, chosen)


def producing(kafka: KafkaConfig) -> Settings:
    """A producer whose records are acknowledged by all replicas, once and in order."""
    return {
        "linger.ms": 5,
        "compression.type": "lz4",
        "message.max.bytes": MAX_MESSAGE_BYTES,
        **connecting(kafka, "produce", kafka.producer),
        "enable.idempotence": True,
        "acks": "all",
    }


def _consuming(kafka: KafkaConfig, purpose: str, own: Settings, chosen: Settings | None = None) -> Settings:
    return {**(chosen or {}), **connecting(kafka, purpose, kafka.consumer), **_READING, **own}
