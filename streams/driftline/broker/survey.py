"""Questions of ``driftline doctor`` to a cluster that nobody else asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import confluent_kafka as ck
from confluent_kafka.admin import AdminClient, ConfigResource, OffsetSpec, ResourceType

from driftline.broker.clients import made
from driftline.broker.settings import Settings
from driftline.errors import BrokerError

_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Cluster:
    """The cluster as it describes itself: its id, its brokers (host:port), and the settings of one of them."""

    id: str
    brokers: tuple[str, ...]
    settings: dict[str, str]

    @property
    def version(self) -> str:
        """The brokers' version, as far as they tell: those since 4.0 no longer have a setting for it."""
        told = self.settings.get("inter.broker.protocol.version", "")
        if not self.settings:
            return "unknown"
        return f"{told} (inter.broker.protocol.version)" if told else "4.0 or newer"


class Survey:
    """Asks; each answer within ten seconds or a BrokerError."""

    def __init__(self, settings: Settings) -> None:
        """``settings`` as from `driftline.broker.settings.connecting`."""
        self._client = made(AdminClient, settings)

    def cluster(self) -> Cluster:
        """What the cluster says of itself; without settings where this client may not see them."""
        try:
            found = self._client.describe_cluster(request_timeout=_SECONDS).result()
        except ck.KafkaException as error:
            raise BrokerError(f"the cluster cannot be described: {error.args[0].str()}") from error
        brokers = tuple(f"{node.host}:{node.port}" for node in found.nodes)
        return Cluster(found.cluster_id, brokers, self._settings(str(found.nodes[0].id)))

    def allowed(self, topics: Iterable[str]) -> dict[str, set[str]]:
        """The operations that this client may do on each topic (READ, WRITE …); nothing where brokers do not tell."""
        asked = ck.TopicCollection(sorted(set(topics)))
        futures = self._client.describe_topics(asked, include_authorized_operations=True, request_timeout=_SECONDS)
        found = {}
        for name, future in futures.items():
            try:
                operations = future.result().authorized_operations
            except ck.KafkaException as error:
                raise BrokerError(f"topic {name!r} cannot be described: {error.args[0].str()}") from error
            if operations is not None:
                found[name] = {operation.name for operation in operations}
        return found

    def newest(self, topic: str, partitions: int) -> int | None:
        """The highest record time of a topic in ms UTC; None where it is empty or too old a broker."""
        request = {ck.TopicPartition(topic, partition): OffsetSpec.max_timestamp() for partition in range(partitions)}
        times = []
        for future in self._client.list_offsets(request, request_timeout=_SECONDS).values():
            try:
                times.append(future.result().timestamp)
            except ck.KafkaException:
                continue
        return max((time for time in times if time > 0), default=None)

    def _settings(self, broker: str) -> dict[str, str]:
        resource = ConfigResource(ResourceType.BROKER, broker)
        (future,) = self._client.describe_configs([resource], request_timeout=_SECONDS).values()
        try:
            return {entry.name: entry.value for entry in future.result().values() if entry.value is not None}
        except ck.KafkaException:
            return {}
