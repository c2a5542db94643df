"""The topics of an installation as they should be: from the table of `driftline.contracts.topics` to plans for Kafka."""

from __future__ import annotations

from typing import Final

from driftline.broker.admin import TopicPlan
from driftline.broker.settings import MAX_MESSAGE_BYTES
from driftline.contracts.topics import TOPICS, TopicSpec

_PARTITIONS: Final = 1
"""Of a topic that must be one total order, or whose traffic is windows and not events."""


def plan(spec: TopicSpec, prefix: str, partitions: int = _PARTITIONS) -> TopicPlan:
    """The plan of one topic. Its records may be as large as driftline's own producer sends them."""
    settings = {**spec.config, "max.message.bytes": str(MAX_MESSAGE_BYTES)}
    return TopicPlan(spec.full_name(prefix), spec.partitions or partitions, settings)


def own_plans(prefix: str, shards: int = 1) -> list[TopicPlan]:
    """Plans of all topics that driftline makes itself; captures and labels are the user's.

    ``partials`` has the log and one payload partition a shard, ``snapshots`` the manifests and one partition of panes a shard.
    """
    partitions = dict.fromkeys(("partials", "snapshots"), 1 + shards)
    return [plan(spec, prefix, partitions.get(spec.name, _PARTITIONS)) for spec in TOPICS if spec.owned]
