"""Membership of a consumer group, and nothing else: which partitions are this worker's, according to Kafka.

Reading is done by :class:`driftline.broker.fetcher.Fetcher` from positions that the delta log knows, so the member
never fetches: whatever it is assigned, it assigns itself nothing.  Committed offsets are hints for people's tools.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import confluent_kafka as ck

from driftline.broker.clients import made
from driftline.errors import BrokerError

TopicPartitions = list[tuple[str, int]]


class GroupMember:
    """One member of one group over some topics; callbacks run inside :meth:`poll`, on the caller's thread."""

    def __init__(
        self,
        settings: dict[str, object],
        topics: Sequence[str],
        on_assigned: Callable[[TopicPartitions], None],
        on_revoked: Callable[[TopicPartitions], None],
    ) -> None:
        """Join the group named in ``settings``; ``on_revoked`` is told of lost partitions as well."""
        self._consumer = made(ck.Consumer, settings)
        self._on_assigned = on_assigned
        self._on_revoked = on_revoked
        self._consumer.subscribe(list(topics), on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._revoked)

    def poll(self) -> None:
        """Serve the group protocol; returns at once. Raises BrokerError on a fatal error."""
        for message in self._consumer.consume(16, 0):
            error = message.error()
            if error is not None and error.fatal():
                raise BrokerError(f"the group member failed: {error}")

    def commit(self, offsets: Iterable[tuple[str, int, int]]) -> None:
        """Tell the group how far (topic, partition, next offset) the log has come; not waited for, may fail unheard."""
        hints = [ck.TopicPartition(topic, partition, offset) for topic, partition, offset in offsets]
        if hints:
            try:
                self._consumer.commit(offsets=hints, asynchronous=True)
            except ck.KafkaException:
                return

    def close(self) -> None:
        """Leave the group."""
        self._consumer.close()

    def _assigned(self, consumer: ck.Consumer, partitions: list[ck.TopicPartition]) -> None:
        consumer.assign([])
        self._on_assigned([(one.topic, one.partition) for one in partitions])

    def _revoked(self, consumer: ck.Consumer, partitions: list[ck.TopicPartition]) -> None:
        self._on_revoked([(one.topic, one.partition) for one in partitions])
        consumer.unassign()
