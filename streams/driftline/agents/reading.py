"""A source in our hands: its task, what has been read of it, and what of that is on its way to the log."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from driftline.contracts.capture import RawBatch
from driftline.contracts.log import Source
from driftline.engine.shards import Shipment
from driftline.engine.source import SourceTask
from driftline.health.source import SILENT_SECONDS, Verdict

Place = tuple[str, int]
"""Topic and partition."""


@dataclass
class Letters:
    """Dead letters of one draft that are not yet acknowledged."""

    waiting: int = 0

    def acknowledged(self, _offset: int) -> None:
        """One more is."""
        self.waiting -= 1


@dataclass
class Reading:
    """One source in our hands; ``epoch`` is that of the task which the fetching of records belongs to."""

    task: SourceTask
    epoch: int = -1
    letters: Letters = field(default_factory=Letters)
    drafts: deque[tuple[Shipment, Letters]] = field(default_factory=deque)
    at_end: bool = False
    last_record: float = 0.0
    last_idle: float = 0.0
    fenced_since: float = 0.0
    lost: bool = False
    committed: int = -1
    read_to: int = -1

    def begin_epoch(self) -> None:
        """Forget what belonged to the task's earlier epoch."""
        self.epoch, self.at_end, self.lost, self.read_to = self.task.epoch, False, False, -1
        self.letters, self.fenced_since = Letters(), 0.0
        self.drafts.clear()


@dataclass
class Portion:
    """What the agent receives, some at a time: records of one source, as of one epoch of its task.

    ``batch`` is what scripts of the user's have made of the records, ``original`` the records as they came.
    """

    reading: Reading
    epoch: int
    batch: RawBatch
    original: RawBatch


@dataclass(frozen=True)
class Standing:
    """How a source of ours stands, about once a second: next offset to read (None: not being read), end as last fetched."""

    source: Source
    phase: str
    position: int | None
    end: int | None
    watermark: int
    held_back: bool


@dataclass(frozen=True)
class Sight:
    """What the watchdog saw last: when Kafka answered (monotonic seconds, and wall time in ms), and how each source fares."""

    at: float
    answered: float
    answered_ms: int
    error: str = ""
    ends: Mapping[Place, int] = field(default_factory=dict)
    verdicts: Mapping[Place, Verdict] = field(default_factory=dict)

    @property
    def silence(self) -> float:
        """Seconds without an answer of Kafka, if that is worth a word; else 0."""
        silent = self.at - self.answered
        return silent if silent >= SILENT_SECONDS else 0.0


Readings = dict[Place, Reading]
