"""The lag watchdog: asks Kafka itself where sources end, and tells apart what may hold a source up.

That is: no traffic, a slow worker, a stuck partition, a dead broker. The rules are in `driftline.health.source`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from mode import Service

from driftline.agents.background import in_background
from driftline.agents.clock import monotonic, now_ms
from driftline.agents.context import WorkerContext
from driftline.agents.reading import Place, Sight, Standing
from driftline.broker.ends import Ends, EndsProbe
from driftline.contracts.log import Source
from driftline.health import News, Observation, SourceWatch

LOG = logging.getLogger("driftline.health")

LOOK_SECONDS = 2.0
"""Between two looks. Chosen: a small request to each broker, and several looks within every limit of `driftline.health`."""


class WatchdogService(Service):
    """Publishes a new `Sight` in the context every few seconds, and writes a line when something has changed."""

    def __init__(self, context: WorkerContext, **options: Any) -> None:
        """Nothing is connected before it is started."""
        super().__init__(**options)
        self.context = context
        self._watches: dict[Source, SourceWatch] = {}
        self._news = News()
        self._told_silent = False

    @Service.task
    async def _run(self) -> None:
        await self.context.ending.keep("lag watchdog", self._turns())

    async def _turns(self) -> None:
        probe = EndsProbe(self.context.watching())
        topic = self.context.capture_topics[0]
        while not self.should_stop:
            ends = await in_background(probe.ask, tuple(self.context.owned), topic)
            self.look(ends)
            self.context.beat("lag watchdog")
            await asyncio.sleep(LOOK_SECONDS)

    def look(self, ends: Ends, clock: Callable[[], float] = monotonic) -> None:
        """Judge every source by what Kafka has said."""
        now, before = clock(), self.context.sight
        answered = (before.answered, before.answered_ms) if ends.error else (now, now_ms())
        owned = self.context.owned
        sources = {standing.source for standing in owned.values()}
        self._watches = {source: self._watches.get(source) or SourceWatch() for source in sources}
        verdicts = {
            place: self._watches[standing.source].observe(_observation(now, answered[0], place, standing, ends))
            for place, standing in owned.items()
        }
        self.context.sight = Sight(now, *answered, ends.error, ends.ends, verdicts)
        self._tell_kafka(before)
        for level, line in self._news.tell(now, {f"{t}[{p}]": verdict for (t, p), verdict in verdicts.items()}):
            LOG.log(level, "%s", line)

    def _tell_kafka(self, before: Sight) -> None:
        sight = self.context.sight
        if sight.silence and not self._told_silent:
            LOG.error("Kafka has not answered for %.0f s: %s", sight.silence, sight.error)
        elif self._told_silent and not sight.silence:
            LOG.warning("Kafka answers again, after %.0f s", sight.at - before.answered)
        self._told_silent = bool(sight.silence)


def _observation(now: float, answered: float, place: Place, standing: Standing, ends: Ends) -> Observation:
    """The broker's word on the end; without it, what came with the last fetch."""
    end = ends.ends.get(place)
    fault = ends.faults.get(place, "")
    if end is None and not fault:
        end = standing.end
    return Observation(now, standing.position, end, answered, held_back=standing.held_back, fault=fault)
