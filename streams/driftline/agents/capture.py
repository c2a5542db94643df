"""The capture agent and the service that feeds it: from records of the captures topics to deltas on the log.

One :class:`CaptureService` polls the group (which sources are ours), follows the log (what everybody knows), hands the
agent what has come over a channel, and flushes deltas.  All of it runs on the event loop's thread, and
no step waits between its first change of state and its last, so what runs in between always finds things whole.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import faust
from mode import Service

from driftline.agents.background import in_background
from driftline.agents.channel import SourceChannel
from driftline.agents.clock import monotonic, now_ms
from driftline.agents.context import WorkerContext
from driftline.agents.flusher import Flusher
from driftline.agents.intake import KEEP_SECONDS, Intake, Work
from driftline.agents.letters import send_letters
from driftline.agents.pace import BusyTime, FlushPace
from driftline.agents.placer import Placer
from driftline.agents.reading import Place, Portion, Readings
from driftline.agents.timekeeper import Timekeeper
from driftline.broker.group import GroupMember, TopicPartitions
from driftline.contracts.capture import RawBatch
from driftline.contracts.log import LogRecord
from driftline.engine.fold import SourceFold, part_of
from driftline.engine.ledger import Outcome
from driftline.engine.source import Phase, concerned

REST_SECONDS = 5.0
"""How long a stop waits for the turn under way. Chosen: looking up offsets or metadata, which a turn may be doing, is quicker."""


class CaptureService(Service):
    """Owns the sources that the group gives us; see the module."""

    def __init__(self, context: WorkerContext, channel: SourceChannel, **options: Any) -> None:
        """Nothing is connected before :meth:`on_start`."""
        super().__init__(**options)
        self.context = context
        self.channel = channel
        self.readings: Readings = {}
        self.joined = False
        self._connected = False
        self._at_rest = asyncio.Event()
        self._at_rest.set()
        self._pace = FlushPace(context.flush_seconds)

    async def on_start(self) -> None:
        """Join the group and open the clients."""
        with self.context.ending.named("capture service"):
            await self._open()

    async def _open(self) -> None:
        self.producer = self.context.producer()
        self.fetcher = self.context.fetcher()
        shapes = await in_background(self.context.topic_shapes)
        self.flusher = Flusher(self.context, self.producer)
        self.placer = Placer(self.context, self.fetcher, self.flusher, shapes)
        self.timekeeper = Timekeeper(self.context, self.fetcher, self.flusher)
        group = self.context.member_settings("capture")
        self.member = GroupMember(group, self.context.capture_topics, self._assigned, self._revoked)
        self.intake = Intake(self.fetcher, self.readings, self.context.hooks, self._pace, self._keep_alive)
        self.context.log.listen(self._on_log)
        self._connected = True

    async def on_stop(self) -> None:
        """Flush what is folded, leave the group; nothing when the start had failed."""
        self.context.hooks.close()
        if not self._connected:
            return
        with contextlib.suppress(Exception), self.context.ending.named("capture service"):
            await self._rest()
            if self.context.ending.error is None:
                await self._flush_all()
            self.member.close()
            self.fetcher.close()

    async def _flush_all(self) -> None:
        self.flusher.flush(self.readings)
        for _ in range(200):
            self.producer.poll()
            self.flusher.send(self.readings)
            if not any(reading.drafts for reading in self.readings.values()):
                break
            await asyncio.sleep(0.01)
        self.producer.flush(10)

    @Service.task
    async def _run(self) -> None:
        await self.context.ending.keep("capture service", self._turns())

    async def _turns(self) -> None:
        while not self.should_stop:
            self._at_rest.clear()
            try:
                busy = await self._turn()
            finally:
                self._at_rest.set()
            await asyncio.sleep(0 if busy else 0.005)

    async def _rest(self) -> None:
        """Wait for the turn under way, so that nothing is closed beneath it; not for ever, as its agent may be gone already."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._at_rest.wait(), REST_SECONDS)

    async def _turn(self) -> bool:
        """One round of everything; whether any records came."""
        self.member.poll()
        with self.context.ending.named("log follower"):
            self.context.log.follow()
        self.producer.poll()
        await self.placer.place(self.readings)
        busy = await self._take_in()
        if busy is None:
            return False
        if self._pace.is_due(monotonic()) or self.flusher.is_due_early(self.readings):
            await self._flush()
            with self.context.ending.named("timekeeper"):
                self.timekeeper.align(self.readings)
        with self.context.ending.named("flusher"):
            hints = self.flusher.send(self.readings)
        self.member.commit(hints)
        with self.context.ending.named("timekeeper"):
            self.timekeeper.declare_idle(self.readings)
        await self.placer.declare_lost(self.readings)
        await self.placer.refresh(self.readings)
        with self.context.ending.named("timekeeper"):
            self.timekeeper.tell(self.readings)
        self.context.beat("capture service")
        return busy

    async def _flush(self) -> None:
        """Flush source by source; what waits is folded first, some at a time, so that other things get their turn."""
        began = monotonic()
        busy = BusyTime(began)
        for place in list(self.readings):
            for _ in self._flush_steps(place):
                left = monotonic()
                await asyncio.sleep(0)
                busy.others(left, monotonic())
        self._pace.flushed(began, busy.until(monotonic()))

    def _flush_steps(self, place: Place) -> Iterator[None]:
        reading = self.readings.get(place)
        with self.context.ending.named("flusher"):
            if reading is not None and reading.task.fold is not None:
                yield from reading.task.fold.settle()
            if place in self.readings:
                self.flusher.flush({place: self.readings[place]})
        yield

    async def _take_in(self) -> bool | None:
        """Let the agent fold what has come; whether there is more, None when it is left to the next owner."""
        fetched = self.intake.fetch()
        if not fetched.batches:
            self.intake.mark(fetched)
            return fetched.full
        portions = await self.intake.portions(fetched)
        if portions is None:
            return None
        work = Work(portions)
        self.context.given("capture agent")
        await self.channel.feed(work)
        while not await work.is_finished(KEEP_SECONDS):
            if self.should_stop:
                work.end()
                return None
        self.context.ending.check()  # no flush of what an agent has left half changed
        return True

    def _keep_alive(self) -> None:
        self.member.poll()
        self.producer.poll()
        self.context.beat("capture service")

    def fold(self, portion: Portion) -> None:
        """Fold one portion; called by the agent, and never waits."""
        reading, task = portion.reading, portion.reading.task
        if portion.epoch != task.epoch or task.fold is None or task.phase is not Phase.RUNNING:
            return
        batch = self._warm(task.fold, portion.batch)
        if batch is None:
            return
        if not task.may_read:
            self.placer.read_again(reading)
            return
        rejects = task.fold.fold(batch, now_ms())
        if rejects:
            letters = reading.letters
            letters.waiting += len(rejects)
            send_letters(self.context, self.producer, portion.original, rejects, letters.acknowledged)
            self.context.counters.rejected(rejects)

    def _warm(self, fold: SourceFold, batch: RawBatch) -> RawBatch | None:
        """Records before the position are only remembered by their ids; the rest of the batch is left to fold."""
        if batch.offsets[0] >= fold.position:
            return batch
        cut = next((n for n, offset in enumerate(batch.offsets) if offset >= fold.position), len(batch))
        fold.remember(part_of(batch, 0, cut))
        return part_of(batch, cut, len(batch)) if cut < len(batch) else None

    def _assigned(self, places: TopicPartitions) -> None:
        self.joined = True
        for place in places:
            self.readings[place] = self.placer.reading(place)
        self.log.info("assigned %s", ", ".join(f"{topic}[{partition}]" for topic, partition in places) or "nothing")

    def _revoked(self, places: TopicPartitions) -> None:
        if self.context.ending.error is None:
            self.flusher.flush(self.readings)
            self.flusher.send(self.readings)
        for place in places:
            reading = self.readings.pop(place, None)
            if reading is not None:
                self.fetcher.stop(*place)
                reading.task.restart()
        self.log.info("revoked %s", ", ".join(f"{topic}[{partition}]" for topic, partition in places) or "nothing")

    def _on_log(self, offset: int, record: LogRecord, outcome: Outcome) -> None:
        for reading in concerned(record, self.readings):
            reading.task.on_log(offset, record, outcome, self.context.log.state)


def make_capture_agent(app: faust.App, context: WorkerContext) -> tuple[CaptureService, Callable[..., Any]]:
    """The agent over its channel, and the service that feeds it; the service starts with the agent."""
    channel = SourceChannel(app, maxsize=2)
    service = CaptureService(context, channel, loop=app.loop, beacon=app.beacon)

    async def capture(stream: faust.StreamT[Work]) -> None:
        await app.add_runtime_dependency(service)
        async for work in stream:
            try:
                for portion in work:
                    service.fold(portion)
            finally:
                work.finish()
            context.done("capture agent")

    return service, app.agent(channel, name="driftline.capture")(context.ending.guarded("capture agent", capture))
