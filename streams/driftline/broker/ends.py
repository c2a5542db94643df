"""Where partitions end, asked of Kafka itself: what a reader believes of its own progress is no witness."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import confluent_kafka as ck
from confluent_kafka.admin import AdminClient, OffsetSpec

from driftline.broker.settings import Settings

Place = tuple[str, int]

ANSWER_SECONDS = 4.0
"""How long an answer is waited for. Chosen: a broker that takes longer for an offset is as good as none for a stream."""


@dataclass(frozen=True)
class Ends:
    """Next offset to be written of each partition, or why it could not be had; ``error`` when nobody answered at all."""

    ends: dict[Place, int] = field(default_factory=dict)
    faults: dict[Place, str] = field(default_factory=dict)
    error: str = ""


class EndsProbe:
    """Asks for ends, and so whether Kafka answers. Blocks; never raises for what Kafka says or does not say."""

    def __init__(self, settings: Settings) -> None:
        """``settings`` as from `driftline.broker.settings.connecting`."""
        self._client = AdminClient(settings)

    def ask(self, places: Iterable[Place], topic: str, seconds: float = ANSWER_SECONDS) -> Ends:
        """The ends of ``places``; with none of them answered, whether Kafka can say anything of ``topic``."""
        asked = {ck.TopicPartition(*place): OffsetSpec.latest() for place in places}
        found = Ends()
        answered = False
        if asked:
            for place, future in self._client.list_offsets(asked, request_timeout=seconds).items():
                where = (place.topic, place.partition)
                try:
                    found.ends[where] = future.result().offset
                    answered = True
                except ck.KafkaException as error:
                    found.faults[where] = error.args[0].str()
        return found if answered else self._anybody(found, topic, seconds)

    def _anybody(self, found: Ends, topic: str, seconds: float) -> Ends:
        try:
            self._client.list_topics(topic, timeout=seconds)
        except ck.KafkaException as error:
            return Ends(found.ends, found.faults, error.args[0].str())
        return found
