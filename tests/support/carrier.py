"""A transport that stands in for Kafka: keeps what is sent, and can be full, slow to acknowledge, or broken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from driftline.capture import Recorder
from driftline.capture.pipe import Pipe
from driftline.capture.settings import PipeSettings


class Carrier:
    """Set ``room`` to 0 and it is full; ``refusal`` is raised by every send; ``lost`` is why a record is not delivered."""

    def __init__(self) -> None:
        self.values: list[bytes] = []
        self.room: float = float("inf")
        self.refusal: Exception | None = None
        self.lost: str | None = None
        self.outstanding = 0
        self.is_broken = False
        self.is_abandoned = False
        self.settled: Callable[[str | None], None] = lambda error: None

    def connect(self, settled: Callable[[str | None], None]) -> Carrier:
        self.settled = settled
        return self

    def send(self, value: bytes) -> bool:
        if self.refusal is not None:
            raise self.refusal
        if len(self.values) >= self.room:
            return False
        self.values.append(value)
        self.outstanding += 1
        return True

    def poll(self, seconds: float = 0.0) -> None:
        while self.outstanding:
            self.outstanding -= 1
            self.settled(self.lost)

    def flush(self, seconds: float) -> int:
        self.poll()
        return self.outstanding

    def give_up(self) -> None:
        """Nothing is ever held back."""

    def abandon(self) -> None:
        self.is_abandoned = True

    def rows(self) -> list[dict[str, Any]]:
        """What was sent, read back."""
        return [msgspec.json.decode(value) for value in self.values]


def carried(carrier: Carrier, model: str = "churn", version: str = "3", **more: Any) -> Recorder:  # noqa: ANN401 - of Recorder
    """A recorder whose rows end in the carrier; ``queue_rows`` is the pipe's."""
    settings = PipeSettings(queue_rows=more.pop("queue_rows", 10_000), exit_seconds=5.0)
    return Recorder(model, version, pipe=Pipe(settings, carrier.connect), **more)
