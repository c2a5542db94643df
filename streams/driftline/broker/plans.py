"""The topics of an installation as they should be: from the table of `driftline.contracts.topics` to plans for Kafka."""

from __future__ import annotations

from typing import Final

from driftline.broker.admin import TopicPlan
from driftline.broker.settings import MAX_MESSAGE_BYTES
from driftline.contracts.topics import TOPICS, TopicSpec

_PARTITIONS: Final = 1
"""Of a topic that must be one total order, or whose traffic is windows and not events."""


def plan(spec: TopicSpec, prefix: str) -> TopicPlan:
    """The plan of one topic. Its records may be as large as driftline's own producer sends them."""
    settings = {**spec.config, "max.message.bytes": str(MAX_MESSAGE_BYTES)}
    return TopicPlan(spec.full_name(prefix), spec.partitions or _PARTITIONS, settings)


def own_plans(prefix: str) -> list[TopicPlan]:
    """Plans of all topics that driftline makes itself; captures and labels are the user's."""
    return [plan(spec, prefix) for spec in TOPICS if spec.owned]
