"""What the log says of each source and each model, and the facts that windows have to tell of."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from driftline.contracts.log import Counts, Source
from driftline.windows.watermark import NO_TIME

NOBODY = -1
"""The token of a source that nobody owns: before its first claim, and after a refused delta, whose followers hang in the air."""


class SourceState(msgspec.Struct):
    """What the log says of one source; ``dormant`` while its topic is not in the configuration."""

    token: int = NOBODY
    position: int = -1
    base: int = -1
    watermark: int = NO_TIME
    idle: bool = False
    retired: bool = False
    dormant: bool = False
    records: Counts = msgspec.field(default_factory=Counts)
    rows: Counts = msgspec.field(default_factory=Counts)


class Trimmed(msgspec.Struct, frozen=True, array_like=True):
    """From which offset of the log, and of its payload partition, a shard still needs what is there."""

    log: int = 0
    payload: int = 0


class InForce(msgspec.Struct, frozen=True, array_like=True):
    """A baseline and the event time from which windows are judged by it ("" judges nothing)."""

    effective: int
    baseline: str
    content: bytes
    origin: int

    @property
    def is_held(self) -> bool:
        """Whether there is a baseline, and windows may still need it."""
        return bool(self.content)


class ModelLine(msgspec.Struct):
    """The baselines of one model and version, oldest first, and the latest pane end folded so far."""

    baselines: list[InForce] = msgspec.field(default_factory=list)
    top: int = NO_TIME

    @property
    def held(self) -> list[InForce]:
        """The newest entry, and those before it up to the first that nobody needs any more, oldest first."""
        first = len(self.baselines) - 1
        while first > 0 and self.baselines[first - 1].is_held:
            first -= 1
        return self.baselines[max(first, 0) :]

    def at(self, start: int) -> str:
        """Id of the baseline that judges windows starting at ``start``; "" where there is none."""
        for entry in reversed(self.baselines):
            if entry.effective <= start:
                return entry.baseline
        return ""


class Fact(msgspec.Struct, frozen=True, array_like=True):
    """Something that windows must tell of: it touches windows that end after ``low`` and start at or before ``high``."""

    kind: str
    source: Source
    start: int
    end: int
    low: int
    high: int
    reason: str = ""

    def touches(self, start: int, end: int) -> bool:
        """Whether the window [start, end) may miss, or was moved on by, what this fact tells."""
        return end > self.low and start <= self.high


ModelKey = tuple[str, str]

LineOf = Callable[[str, str], ModelLine]
"""Tells the baselines of a model and version as the log has them at the time of asking."""
