"""Filling the live page with what was said before this worker took over a shard, so that a restart leaves no empty chart."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator

from driftline.agents.background import in_background
from driftline.agents.clock import monotonic
from driftline.agents.context import WorkerContext
from driftline.agents.pagemodels import PageModels
from driftline.agents.past import Lengths, Past, incidents_of, windows_of
from driftline.broker.settings import replaying
from driftline.broker.tail import read_tail
from driftline.contracts.capture import RawBatch
from driftline.engine.verdict import Verdict
from driftline.errors import BrokerError

LOG = logging.getLogger(__name__)

STATISTICS_BYTES = 128_000_000
"""Read back of the statistics topic at most. Chosen: 6,000 windows of 25 features, in some ten seconds beside other work."""

VIOLATIONS_BYTES = 16_000_000
"""Read back of the violations topic at most. Chosen: some 5,000 events; of what opened before that less is told."""

REST = 2.0
"""Seconds of rest for each second of reading back. Chosen: captures and verdicts come first."""


class Recall:
    """Looks for shards that are new to this worker, and reads back what the topics have of their models, newest first."""

    def __init__(self, context: WorkerContext, models: PageModels, judges: Callable[[], bool]) -> None:
        """``judges()`` is whether the worker has caught up: until then it has better things to do."""
        self._context = context
        self._models = models
        self._judges = judges
        self._known: dict[int, Verdict] = {}

    async def look(self) -> None:
        """One look; returns when what was new is read back. That the topics cannot be read is said, and no failure."""
        verdicts = dict(self._context.verdicts)
        if not self._judges():
            return
        new = [verdict for shard, verdict in verdicts.items() if self._known.get(shard) is not verdict]
        self._known = verdicts
        books = {key: book for verdict in new for key, book in verdict.books.items()}
        if not books:
            return
        lengths = {key: {spec.label for spec in book.settings.windows} for key, book in books.items()}
        opened = {incident.id for book in books.values() for _, incident in book.incidents.open_incidents()}
        try:
            windows = await self._windows(lengths)
            await self._incidents(opened)
        except BrokerError as error:
            LOG.warning("the charts of the live page lack some of their past: %s", error)
        else:
            if windows:
                LOG.info("the live page has its past back: %d closed windows of %d models", windows, len(books))

    async def _windows(self, lengths: Lengths) -> int:
        """How many windows there were."""
        pieces, found = self._tail(self._context.topics.statistics, STATISTICS_BYTES), 0
        while True:
            began = monotonic()
            past = await in_background(_next_past, pieces, lengths)
            if past is None:
                return found
            self._models.earlier(past)
            found += len(past.history)
            await asyncio.sleep((monotonic() - began) * REST)

    async def _incidents(self, opened: set[str]) -> None:
        if opened:
            pieces = self._tail(self._context.topics.violations, VIOLATIONS_BYTES)
            self._models.recalled(await in_background(lambda: incidents_of(_values(*pieces), opened)))

    def _tail(self, topic: str, most_bytes: int) -> Iterator[list[RawBatch]]:
        return read_tail(replaying(self._context.kafka), topic, most_bytes)


def _next_past(pieces: Iterator[list[RawBatch]], lengths: Lengths) -> Past | None:
    """What the next piece says; None when there is none. Blocks."""
    piece = next(pieces, None)
    return None if piece is None else windows_of(_values(piece), lengths)


def _values(*pieces: list[RawBatch]) -> Iterator[bytes]:
    return (value or b"" for piece in pieces for batch in piece for value in batch.values)
