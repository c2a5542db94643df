"""Why Kafka lets nobody in: a client that only waits says "transport failure"; what the broker said is told beside it."""

from __future__ import annotations

import time
from typing import Final, Protocol

import confluent_kafka as ck

from driftline.broker.settings import Settings
from driftline.errors import BrokerError

QUICK_SECONDS: Final = 3.0
"""After so long it is looked whether credentials or certificates were refused. Chosen: a few handshakes."""

_REFUSALS: Final = {ck.KafkaError._AUTHENTICATION, ck.KafkaError._SSL}  # noqa: SLF001 - public codes


class _Client(Protocol):
    def list_topics(self, topic: str | None = ..., timeout: float = ...) -> ck.admin.ClusterMetadata: ...

    def poll(self, timeout: float = ...) -> object: ...


class Refusals:
    """The errors of one client. It is made before the client, whose settings it completes."""

    def __init__(self, settings: Settings) -> None:
        self.settings: Settings = {**settings, "error_cb": self._note}
        self._bootstrap = settings["bootstrap.servers"]
        self.last: str | None = None

    def metadata(self, client: _Client, topic: str | None, seconds: float) -> ck.admin.ClusterMetadata:
        """What the cluster says of a topic, or of all. Raises BrokerError: refused (at once), or silent for ``seconds``."""
        deadline = time.monotonic() + seconds
        for wait in (min(QUICK_SECONDS, seconds), seconds):
            try:
                return client.list_topics(topic, timeout=wait) if topic else client.list_topics(timeout=wait)
            except ck.KafkaException as error:
                client.poll(0)
                if self.last is not None:
                    raise BrokerError(f"Kafka at {self._bootstrap} refuses this client: {self.last}") from error
                if time.monotonic() >= deadline:
                    raise BrokerError(f"Kafka at {self._bootstrap} does not answer: {error.args[0].str()}") from error
        raise BrokerError(f"Kafka at {self._bootstrap} does not answer within {seconds:g} s")

    def _note(self, error: ck.KafkaError) -> None:
        if error.code() in _REFUSALS:
            self.last = error.str().partition(" (after ")[0].partition("/bootstrap: ")[2] or error.str()
