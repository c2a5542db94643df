"""Topics: what exists, what should, and how far they reach."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final, TypeVar

import confluent_kafka as ck
from confluent_kafka.admin import AdminClient, ConfigResource, ListOffsetsResultInfo, NewTopic, OffsetSpec, ResourceType

from driftline.broker.clients import made, reason_of
from driftline.broker.refusal import Refusals
from driftline.broker.settings import Settings
from driftline.contracts.log import TopicShape
from driftline.errors import BrokerError

T = TypeVar("T")

TIMEOUT_SECONDS: Final = 15.0
"""How long a broker may take to answer. Chosen: longer than an election of a leader."""

PATIENCE_SECONDS: Final = 0.05
"""Between two looks at whether a change has reached the brokers."""

NO_TOPIC_ID: Final = "AAAAAAAAAAAAAAAAAAAAAA"
"""How a broker older than topic ids (2.8) spells that it has none."""


@dataclass(frozen=True)
class TopicPlan:
    """A topic as it should be. ``replication`` -1 is the broker's own default; ``settings`` are Kafka's, as text."""

    name: str
    partitions: int
    settings: Mapping[str, str] = field(default_factory=dict)
    replication: int = -1


class Admin:
    """Questions to the cluster, each answered within `TIMEOUT_SECONDS` or with a BrokerError."""

    def __init__(self, settings: Settings) -> None:
        """``settings`` as from `driftline.broker.settings.connecting`. Raises ConfigError for settings that do not exist."""
        self._refusals = Refusals(settings)
        self._client = made(AdminClient, self._refusals.settings)

    def partitions(self) -> dict[str, int]:
        """Every topic with its number of partitions."""
        topics = self._refusals.metadata(self._client, None, TIMEOUT_SECONDS).topics
        return {name: len(topic.partitions) for name, topic in topics.items() if topic.error is None}

    def describe(self, names: Iterable[str]) -> dict[str, TopicShape]:
        """Partitions and identity of the topics that exist; one deleted and made anew has another ``topic_id``."""
        asked = sorted(set(names))
        if not asked:
            return {}
        futures = self._client.describe_topics(ck.TopicCollection(asked), request_timeout=TIMEOUT_SECONDS)
        shapes = {}
        for name, future in futures.items():
            try:
                found = future.result()
            except ck.KafkaException as error:
                if _code(error) == ck.KafkaError.UNKNOWN_TOPIC_OR_PART:
                    continue
                raise BrokerError(f"topic {name!r} cannot be described: {reason_of(error)}") from error
            identity = "" if str(found.topic_id) == NO_TOPIC_ID else str(found.topic_id)
            shapes[name] = TopicShape(name, identity, len(found.partitions))
        return shapes

    def create(self, plans: Sequence[TopicPlan]) -> list[str]:
        """Create what is missing; the names of what was. Topics that exist already are left as they are.

        Not on the embedded broker, which knows no CreateTopics: `EmbeddedBroker.create_topic` is its way.
        """
        existing = self.partitions()
        missing = [plan for plan in plans if plan.name not in existing]
        if not missing:
            return []
        topics = [
            NewTopic(plan.name, plan.partitions, plan.replication, config=dict(plan.settings)) for plan in missing
        ]
        created = []
        for name, future in self._client.create_topics(topics, request_timeout=TIMEOUT_SECONDS).items():
            try:
                future.result()
            except ck.KafkaException as error:
                if _code(error) != ck.KafkaError.TOPIC_ALREADY_EXISTS:
                    raise BrokerError(f"topic {name!r} cannot be created: {reason_of(error)}") from error
            else:
                created.append(name)
        self._until(
            lambda: set(created) <= self.partitions().keys(), f"topics {created} were created, but do not appear"
        )
        return created

    def delete(self, names: Iterable[str]) -> None:
        """Delete topics and everything in them; those that do not exist are none."""
        futures = self._client.delete_topics(list(names), request_timeout=TIMEOUT_SECONDS)
        for name, future in futures.items():
            try:
                future.result()
            except ck.KafkaException as error:
                if _code(error) != ck.KafkaError.UNKNOWN_TOPIC_OR_PART:
                    raise BrokerError(f"topic {name!r} cannot be deleted: {reason_of(error)}") from error
        self._until(lambda: not futures.keys() & self.partitions().keys(), f"topics {list(futures)} do not go")

    def settings_of(self, names: Iterable[str]) -> dict[str, dict[str, str]]:
        """The settings in force of each topic, defaults included."""
        resources = [ConfigResource(ResourceType.TOPIC, name) for name in names]
        if not resources:
            return {}
        futures = self._client.describe_configs(resources, request_timeout=TIMEOUT_SECONDS)
        return {
            resource.name: {entry.name: entry.value for entry in _result(future, "topic settings").values()}
            for resource, future in futures.items()
        }

    def check(self, plans: Sequence[TopicPlan], *, settings: bool = True) -> list[str]:
        """What is not as planned, one sentence each; nothing when all is well. More partitions than planned are fine.

        ``settings=False`` looks at names and partitions only (the embedded broker has no settings).
        """
        existing = self.partitions()
        there = [plan for plan in plans if plan.name in existing]
        faults = [f"topic {plan.name} does not exist" for plan in plans if plan.name not in existing]
        faults += [
            f"topic {plan.name} has {existing[plan.name]} partitions, at least {plan.partitions} expected"
            for plan in there
            if existing[plan.name] < plan.partitions
        ]
        in_force = self.settings_of(plan.name for plan in there) if settings else {}
        return faults + [
            f"topic {plan.name} has {key}={in_force[plan.name].get(key)}, {expected} expected"
            for plan in there
            for key, expected in plan.settings.items()
            if settings and not _same(in_force[plan.name].get(key), expected)
        ]

    def delete_records(self, topic: str, partition: int, below: int) -> None:
        """Ask for everything below an offset to be deleted; not waited for, and where it is refused retention does it."""
        self._client.delete_records([ck.TopicPartition(topic, partition, below)], request_timeout=TIMEOUT_SECONDS)

    def beginnings(self, topic: str, partitions: Iterable[int]) -> dict[int, int]:
        """First offset that can still be read, by partition."""
        return self._offsets(topic, partitions, OffsetSpec.earliest())

    def ends(self, topic: str, partitions: Iterable[int]) -> dict[int, int]:
        """Next offset to be written, by partition."""
        return self._offsets(topic, partitions, OffsetSpec.latest())

    def offsets_at(self, topic: str, partitions: Iterable[int], time_ms: int) -> dict[int, int]:
        """First offset whose *record* time is ``time_ms`` or later, by partition; the end where there is none.

        A hint for event time, nothing more: records need not be in the order of what they tell of.
        """
        asked = list(partitions)
        found = self._offsets(topic, asked, OffsetSpec.for_timestamp(time_ms))
        ends = self.ends(topic, asked)
        return {partition: offset if offset >= 0 else ends[partition] for partition, offset in found.items()}

    @staticmethod
    def _until(seen: Callable[[], bool], fault: str) -> None:
        """Wait until the cluster's metadata show what was done; brokers learn of it a little after the controller."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not seen():
            if time.monotonic() > deadline:
                raise BrokerError(f"{fault} within {TIMEOUT_SECONDS:.0f} s")
            time.sleep(PATIENCE_SECONDS)

    def _offsets(self, topic: str, partitions: Iterable[int], spec: OffsetSpec) -> dict[int, int]:
        request = {ck.TopicPartition(topic, partition): spec for partition in partitions}
        if not request:
            return {}
        futures = self._client.list_offsets(request, request_timeout=TIMEOUT_SECONDS)
        results: dict[int, ListOffsetsResultInfo] = {
            place.partition: _result(future, f"the offsets of {topic}[{place.partition}]")
            for place, future in futures.items()
        }
        silent = [partition for partition, result in results.items() if result.offset == ck.OFFSET_INVALID]
        if silent:  # so librdkafka 2.16 answers when a leader has not answered in time
            raise BrokerError(
                f"the offsets of {topic}[{min(silent)}] cannot be read: its leader has not answered in time"
            )
        return {partition: result.offset for partition, result in sorted(results.items())}


def _same(came: str | None, expected: str) -> bool:
    """Equal, or the same words of a list in another order (``compact,delete``)."""
    return came is not None and sorted(came.split(",")) == sorted(expected.split(","))


def _result(future: Future[T], what: str) -> T:
    try:
        return future.result()
    except ck.KafkaException as error:
        raise BrokerError(f"{what} cannot be read: {reason_of(error)}") from error


def _code(error: ck.KafkaException) -> int:
    return int(error.args[0].code())
