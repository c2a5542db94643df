"""Where partitions end, asked of Kafka itself: what a reader believes of its own progress is no witness."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field

import confluent_kafka as ck
from confluent_kafka.admin import AdminClient, ListOffsetsResultInfo, OffsetSpec

from driftline.broker.clients import made
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
        self._client = made(AdminClient, settings)

    def ask(self, places: Iterable[Place], topic: str, seconds: float = ANSWER_SECONDS) -> Ends:
        """The ends of ``places``; with none of them answered, whether Kafka can say anything of ``topic``."""
        asked = {ck.TopicPartition(*place): OffsetSpec.latest() for place in places}
        found = Ends()
        if asked:
            for place, future in self._client.list_offsets(asked, request_timeout=seconds).items():
                _take((place.topic, place.partition), future, found)
        return found if found.ends else self._anybody(found, topic, seconds)

    def _anybody(self, found: Ends, topic: str, seconds: float) -> Ends:
        try:
            self._client.list_topics(topic, timeout=seconds)
        except ck.KafkaException as error:
            return Ends(found.ends, found.faults, error.args[0].str())
        return found


def _take(place: Place, future: Future[ListOffsetsResultInfo], found: Ends) -> None:
    try:
        offset = future.result().offset
    except ck.KafkaException as error:
        found.faults[place] = error.args[0].str()
    else:
        if offset == ck.OFFSET_INVALID:  # so librdkafka 2.16 answers when its leader has not answered in time
            found.faults[place] = "its leader has not answered in time"
        else:
            found.ends[place] = offset
