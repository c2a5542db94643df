"""The snapshots topic: what is read of it at a start, and how a snapshot is written step by step."""

from __future__ import annotations

from collections.abc import Callable

from driftline.agents.clock import monotonic
from driftline.broker.settings import replaying
from driftline.broker.table import read_table
from driftline.config import KafkaConfig
from driftline.engine.snapshot import MANIFESTS, Plan, partition_of
from driftline.engine.verdict import Verdict

ENCODE_SECONDS = 0.02
"""How long the parts of a snapshot are encoded at once. Chosen: captures wait no longer than for a batch of others."""

Send = Callable[[int, bytes, bytes | None], None]
"""Sends a record: partition, key, value."""


class SnapshotTopic:
    """What stands on the topic; ``partitions`` has to be set before anything is written."""

    def __init__(self, kafka: KafkaConfig, topic: str) -> None:
        """Nothing is read yet."""
        self.partitions = 1
        self._kafka = kafka
        self._topic = topic

    def manifests(self) -> dict[bytes, bytes]:
        """What every worker starts from: everything but the panes. Blocks; raises BrokerError."""
        return self._read({MANIFESTS})

    def of_shard(self, shard: int) -> dict[bytes, bytes]:
        """The same with the panes of a shard. Blocks; raises BrokerError."""
        return self._read({MANIFESTS, shard})

    def _read(self, partitions: set[int]) -> dict[bytes, bytes]:
        table = read_table(replaying(self._kafka), self._topic, partitions)
        return {key: row.value for key, row in table.items()}


class SnapshotWriter:
    """Writes one snapshot after the other: parts, then the manifest, then what nothing refers to any more is deleted.

    Each step is to be taken when all that was sent before is acknowledged: results, parts, manifest.
    """

    def __init__(self, topic: SnapshotTopic, send: Send) -> None:
        """Nothing is under way."""
        self._topic = topic
        self._send = send
        self._plan: Plan | None = None
        self._has_manifest = False

    @property
    def is_busy(self) -> bool:
        """Whether a snapshot is under way."""
        return self._plan is not None

    def begin(self, verdict: Verdict, token: int) -> None:
        """Take the state as it is now, to be written by the owner with this fencing token."""
        self._plan, self._has_manifest = verdict.plan_snapshot(token), False

    def step(self, verdict: Verdict) -> bool:
        """Go on with what is under way; whether a snapshot is complete with it."""
        plan = self._plan
        if plan is None:
            return False
        if self._has_manifest:
            for key in verdict.snapshots.finished(plan):
                self._write(key, None)
            self._plan = None
            return True
        if not self._write_parts(plan):
            self._write(*plan.manifest)
            self._has_manifest = True
        return False

    def _write_parts(self, plan: Plan) -> bool:
        """Encode and send the next parts, for no longer than a turn may take; whether there were any left."""
        until, sent = monotonic() + ENCODE_SECONDS, False
        for key, value in plan.parts:
            self._write(key, value)
            sent = True
            if monotonic() >= until:
                break
        return sent

    def _write(self, key: bytes, value: bytes | None) -> None:
        self._send(partition_of(key, self._topic.partitions), key, value)
