"""A source in our hands: its task, what has been read of it, and what of that is on its way to the log."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from driftline.contracts.capture import RawBatch
from driftline.engine.draft import Draft
from driftline.engine.source import SourceTask

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
    drafts: deque[tuple[Draft, Letters]] = field(default_factory=deque)
    at_end: bool = False
    last_record: float = 0.0
    last_idle: float = 0.0
    fenced_since: float = 0.0
    lost: bool = False
    committed: int = -1

    def begin_epoch(self) -> None:
        """Forget what belonged to the task's earlier epoch."""
        self.epoch, self.at_end, self.lost = self.task.epoch, False, False
        self.letters, self.fenced_since = Letters(), 0.0
        self.drafts.clear()


@dataclass
class Portion:
    """What the agent receives, some at a time: records of one source, as of one epoch of its task."""

    reading: Reading
    epoch: int
    batch: RawBatch


Readings = dict[Place, Reading]
