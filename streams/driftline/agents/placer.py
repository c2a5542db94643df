"""From an assignment to reading: every source is brought, step by step, to where the log says it stands."""

from __future__ import annotations

import logging

from driftline.agents.background import in_background
from driftline.agents.clock import monotonic
from driftline.agents.context import WorkerContext
from driftline.agents.flusher import Flusher
from driftline.agents.reading import Place, Reading, Readings
from driftline.broker.fetcher import Fetcher
from driftline.contracts.log import Source, TopicShape
from driftline.engine.baselines import Decoding
from driftline.engine.dedupe import RecentIds
from driftline.engine.fold import SourceFold
from driftline.engine.source import Phase, SourceTask
from driftline.errors import BrokerError

LOG = logging.getLogger(__name__)

RECLAIM_SECONDS = 5.0
"""How long a fenced source that is still assigned waits before it is claimed again. Chosen, because a revocation
that belongs to the newer claim arrives sooner than that."""


class Placer:
    """Places the sources of a worker, and looks after their topics: grown, or created anew."""

    def __init__(self, context: WorkerContext, fetcher: Fetcher, flusher: Flusher, shapes: list[TopicShape]) -> None:
        """``shapes`` are the captures topics as they are now."""
        self._context = context
        self._fetcher = fetcher
        self._flusher = flusher
        self._shapes = shapes
        self._next_shapes = 0.0
        log = context.log
        self._decoding = {
            topic: Decoding(context.decoder_settings(topic), log.shelf, log.line) for topic in context.capture_topics
        }

    def reading(self, place: Place) -> Reading:
        """A source newly in our hands: a partition of its topic's present life."""
        topic, partition = place
        source = Source(topic, self._ids().get(topic, ""), partition)
        return Reading(self._task(source))

    def _task(self, source: Source) -> SourceTask:
        context = self._context
        return SourceTask(source, context.stamps, self._fold, dedupe=context.dedupe_bound, shards=context.shards)

    async def place(self, readings: Readings) -> None:
        """Bring every source that is not yet running one step on."""
        for place, reading in list(readings.items()):
            task = reading.task
            if reading.epoch != task.epoch:
                self._fetcher.stop(*place)
                reading.begin_epoch()
            if not task.is_running() and not await self._step(place, reading):
                return  # the others would wait for the same broker, one after the other, while nothing else is done

    async def _step(self, place: Place, reading: Reading) -> bool:
        """One step of one source; whether Kafka answered what was asked for it."""
        task = reading.task
        if task.phase is Phase.FENCED:
            self._wait_fenced(reading)
        first = None
        if task.phase is Phase.PLACING:
            first = await self._first(place)
            if first is None:
                return False
        record = task.next_record(self._context.log.state, self._shapes, first, self._context.horizon(place[0]))
        if record is not None:
            self._flusher.write(record)
        elif task.is_running():
            reading.epoch, reading.last_record = task.epoch, monotonic()
            self._fetcher.start(*place, task.read_from)
        return True

    async def _first(self, place: Place) -> int | None:
        """The first offset of a partition; None, and a line in the log, while Kafka does not say."""
        try:
            first, _ = await in_background(self._fetcher.bounds, *place)
        except BrokerError as error:
            LOG.warning("%s; asking again", error)
            return None
        return first

    @staticmethod
    def _wait_fenced(reading: Reading) -> None:
        if not reading.fenced_since:
            reading.fenced_since = monotonic()
        elif monotonic() - reading.fenced_since >= RECLAIM_SECONDS:
            reading.task.restart()

    def read_again(self, reading: Reading) -> None:
        """Records came while an idle record of ours is on its way: read them again once it has come back."""
        task = reading.task
        if task.fold is not None:
            self._fetcher.start(task.source.topic, task.source.partition, task.fold.position)
            task.epoch += 1
            reading.epoch = task.epoch

    async def declare_lost(self, readings: Readings) -> None:
        """Say of offsets that are gone that they are, once everything before them is flushed."""
        for place, reading in readings.items():
            if reading.lost and not reading.drafts:
                first = await self._first(place)
                if first is None:
                    return
                gap = reading.task.lost(first, self._context.horizon(place[0]))
                if gap is not None:
                    reading.lost = False
                    self._flusher.write(gap)

    async def refresh(self, readings: Readings) -> None:
        """Look for topics that have grown, or were created anew, now and then; one that is gone is waited for."""
        if monotonic() < self._next_shapes:
            return
        self._next_shapes = monotonic() + self._context.metadata_seconds
        try:
            self._shapes = await in_background(self._context.topic_shapes)
        except BrokerError as error:
            LOG.warning("%s; going on with what is known", error)
            return
        for retire in self._context.retirements(self._shapes):
            self._flusher.write(retire)
        for place, reading in list(readings.items()):
            if reading.task.phase is Phase.DEAD and self._ids()[place[0]] != reading.task.source.topic_id:
                self._fetcher.stop(*place)
                readings[place] = self.reading(place)

    def _ids(self) -> dict[str, str]:
        return {shape.topic: shape.topic_id for shape in self._shapes}

    def _fold(self, source: Source, position: int, watermark: int) -> SourceFold:
        return SourceFold(
            source,
            position,
            watermark,
            settings=self._context.source_settings(source.topic),
            settings_of=self._context.model_settings,
            line_of=self._context.log.line,
            decoding=self._decoding[source.topic],
            recent=RecentIds(self._context.dedupe_bound),
        )
