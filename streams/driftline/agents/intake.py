"""What has come from Kafka, on its way to the capture agent: fetched portion by portion as the agent folds it.

Each turn of a Faust agent, and of the service that feeds it, costs about 0.15 ms.  So one turn folds what comes within some
milliseconds, and yet each batch is fetched right before it is folded, while the cache still has it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator

from driftline.agents.background import in_background
from driftline.agents.clock import monotonic
from driftline.agents.pace import FlushPace
from driftline.agents.reading import Place, Portion, Readings
from driftline.broker.fetcher import Fetched, Fetcher
from driftline.contracts.capture import RawBatch
from driftline.hooks.pool import HookClosedError
from driftline.hooks.preprocess import Preprocessor

LOG = logging.getLogger(__name__)

FETCH_RECORDS = 1500
"""Records asked for at once, of all sources. Chosen: of 6,000 each costs 0.4 us more, as they no longer fit the cache."""

TURN_SECONDS = 0.02
"""How long the agent goes on before others get their turn. Chosen: far below what a heartbeat or a scrape waits."""

GATHER_SECONDS = 0.1
"""Time between two fetches while little comes. Chosen: folding a batch costs about 0.25 ms, however few records it has, so
that looking every few milliseconds would cost most of a core; and a flush comes only every second."""

KEEP_SECONDS = 0.2
"""Between two rounds of what must not wait while a script works: the group, the producer, the sign of life."""


class Work:
    """One turn's portions for the agent, who says when it has folded them; :meth:`end` leaves it nothing more to take."""

    def __init__(self, portions: Iterator[Portion]) -> None:
        """Nothing is folded yet."""
        self._portions = portions
        self._finished = asyncio.Event()

    def __iter__(self) -> Iterator[Portion]:
        return self._portions

    def finish(self) -> None:
        """All that there was is folded, or the agent has failed."""
        self._finished.set()

    def end(self) -> None:
        """Take back what the agent has not begun with; it never waits while it folds, so that is all or nothing."""
        self._portions = iter(())

    async def is_finished(self, seconds: float) -> bool:
        """Whether the agent is done, now or within ``seconds``."""
        try:
            await asyncio.wait_for(self._finished.wait(), seconds)
        except TimeoutError:
            return False
        return True


class Intake:
    """Fetches for the agent; ``keep_alive`` is called now and then while scripts work."""

    def __init__(
        self,
        fetcher: Fetcher,
        readings: Readings,
        hooks: Preprocessor,
        pace: FlushPace,
        keep_alive: Callable[[], None],
    ) -> None:
        """Nothing is fetched yet; ``readings`` are looked up anew each time."""
        self._fetcher = fetcher
        self._readings = readings
        self._hooks = hooks
        self._pace = pace
        self._keep_alive = keep_alive
        self._next_fetch = 0.0

    def fetch(self) -> Fetched:
        """What has come, if it is time to look: everything before a flush, and no small groups while there is a lot to do."""
        now = monotonic()
        flushing = self._pace.is_due(now)
        if now < self._next_fetch and not flushing:
            return Fetched()
        fetched = self._fetcher.poll(FETCH_RECORDS, least=self._group, flushing=flushing)
        if not fetched.full:
            self._next_fetch = now + min(GATHER_SECONDS, self._pace.seconds / 4)
        return fetched

    def _group(self, place: Place) -> int:
        """How many records of a source are worth folding at once."""
        reading = self._readings.get(place)
        return 1 if reading is None or reading.task.fold is None else reading.task.fold.group

    async def portions(self, fetched: Fetched) -> Iterator[Portion] | None:
        """What the agent is to fold of it, and of what comes meanwhile.

        None when scripts end with the worker, and records are left to whoever reads them next: nothing may be said of their
        sources then, such as that they are idle.
        """
        if self._hooks.is_empty:
            return self._following(fetched)
        found = []
        for batch in fetched.batches:
            reading = self._readings.get((batch.topic, batch.partition))
            if reading is None:
                continue
            epoch = reading.epoch
            made = await self._transformed(batch)
            if made is None:
                return None
            reading.at_end, reading.last_record = False, monotonic()
            found.append(Portion(reading, epoch, made, batch))
        self.mark(fetched)
        return iter(found)

    def _following(self, fetched: Fetched) -> Iterator[Portion]:
        until = monotonic() + TURN_SECONDS
        while True:
            for batch in fetched.batches:
                reading = self._readings.get((batch.topic, batch.partition))
                if reading is not None:
                    reading.at_end, reading.last_record = False, monotonic()
                    yield Portion(reading, reading.epoch, batch, batch)
            self.mark(fetched)
            now = monotonic()
            if not fetched.full or now >= until or self._pace.is_due(now):
                return
            fetched = self.fetch()

    async def _transformed(self, batch: RawBatch) -> RawBatch | None:
        """What the scripts of its models make of a batch; None when they end before, and it is left for the next owner."""
        work = asyncio.ensure_future(in_background(self._hooks.transform, batch))
        while not (await asyncio.wait({work}, timeout=KEEP_SECONDS))[0]:
            self._keep_alive()
        try:
            return work.result()
        except HookClosedError:
            return None

    def mark(self, fetched: Fetched) -> None:
        """Note which sources are at their end, and which have lost offsets."""
        for place, offset in fetched.ended:
            if place in self._readings:
                self._readings[place].at_end, self._readings[place].read_to = True, offset
        for place in fetched.out_of_range:
            if place in self._readings:
                self._readings[place].lost = True
        for error in fetched.errors:
            LOG.warning("reading goes on after a passing fault: %s", error)
