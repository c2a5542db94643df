"""The violations topic as any user of it reads it: what is open, what has ended, what is new."""

from __future__ import annotations

from typing import Final, Self

from driftline.broker.fetcher import Fetcher
from driftline.broker.settings import fetching
from driftline.config import Config
from driftline.contracts.topics import TopicNames
from driftline.contracts.violation import Violation, decode_violation

_AT_ONCE: Final = 1_000


class Incidents:
    """Incidents by the last event of each. An event that is told twice counts once."""

    def __init__(self) -> None:
        """None yet."""
        self.open: dict[str, Violation] = {}
        self.ended: list[Violation] = []
        self._known: set[str] = set()

    def take(self, event: Violation) -> bool:
        """Take an event in; whether it is news."""
        if event.event_id in self._known:
            return False
        self._known.add(event.event_id)
        if event.kind == "resolved":
            self.open.pop(event.incident_id, None)
            self.ended.append(event)
        else:
            self.open[event.incident_id] = event
        return True


class Follower:
    """Reads the topic from its beginning, without waiting; a context manager."""

    def __init__(self, config: Config) -> None:
        """Start reading."""
        self.incidents = Incidents()
        self._fetcher = Fetcher(fetching(config.kafka))
        self._fetcher.start(TopicNames(config.topic_prefix).violations, 0, 0)

    def poll(self) -> list[Violation]:
        """The events that have arrived. Raises BrokerError, and ContractError for a record that is none."""
        batches = self._fetcher.poll(_AT_ONCE).batches
        events = [decode_violation(value) for batch in batches for value in batch.values if value]
        return [event for event in events if self.incidents.take(event)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._fetcher.close()
