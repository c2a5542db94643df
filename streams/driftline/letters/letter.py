"""One dead letter as it lies on its topic, and the record that it is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from driftline.broker.replay import Progress, read_topic
from driftline.broker.settings import replaying
from driftline.config import Config
from driftline.contracts.capture import Headers
from driftline.contracts.deadletter import CONNECT, Refusal, read_refusal
from driftline.contracts.reasons import Reason
from driftline.contracts.topics import TopicNames
from driftline.errors import ContractError

REPLAYED: Final = "driftline.replayed"
"""Header of a record that was sent again: the topic-partition-offset where it had been refused."""

Place = tuple[str, int, int]
"""Topic, partition, offset."""


@dataclass(frozen=True, slots=True)
class Letter:
    """``value`` is empty unless the letter carries the bytes; ``time_ms`` is when it was written, ms UTC."""

    refusal: Refusal
    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...]
    time_ms: int

    @property
    def place(self) -> Place:
        """Where the record lies that was refused, as a whole or in one of its rows."""
        return self.refusal.topic, self.refusal.partition, self.refusal.offset

    @property
    def sentence(self) -> str:
        """What the reason means."""
        try:
            return Reason(self.refusal.reason).sentence
        except ValueError:
            return "a reason that this version does not know"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters: of a reason, of a captures topic, of identities (topic-partition-offset[#row]); None and () want any."""

    reason: str | None = None
    topic: str | None = None
    identities: tuple[str, ...] = ()

    def __contains__(self, letter: Letter) -> bool:
        refusal = letter.refusal
        named = not self.identities or refusal.identity in self.identities or _record(refusal) in self.identities
        return named and self.reason in {None, refusal.reason} and self.topic in {None, refusal.topic}


def read_letters(
    config: Config, wanted: Wanted, progress: Progress | None = None, strangers: list[str] | None = None
) -> Iterator[Letter]:
    """The letters that are wanted, each once however often it was written. Raises BrokerError.

    What lies on the topic and is no letter is passed over; ``strangers`` takes down where and why.
    """
    seen: set[str] = set()
    where = TopicNames(config.topic_prefix).deadletter
    for batch in read_topic(replaying(config.kafka), where, progress=progress):
        for place, offset in enumerate(batch.offsets):
            headers = (batch.headers[place] if batch.headers is not None else None) or ()
            try:
                refusal = read_refusal(headers)
            except ContractError as error:
                if strangers is not None:
                    strangers.append(f"{where}[{batch.partition}] @ {offset}: {error}")
                continue
            letter = Letter(
                refusal,
                batch.keys[place],
                batch.values[place] or b"",
                original_headers(headers),
                batch.timestamps[place],
            )
            if letter in wanted and refusal.identity not in seen:
                seen.add(refusal.identity)
                yield letter


def original_headers(headers: Headers) -> tuple[tuple[str, bytes], ...]:
    """Without those that the letter added."""
    return tuple((name, value or b"") for name, value in headers if not name.startswith((CONNECT, "driftline.")))


def _record(refusal: Refusal) -> str:
    return f"{refusal.topic}-{refusal.partition}-{refusal.offset}"
