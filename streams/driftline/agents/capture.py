"""The capture agent and the service that feeds it: from records of the captures topics to deltas on the log.

One :class:`CaptureService` polls the group (which sources are ours), follows the log (what everybody knows), fetches
records and hands them to the agent over a channel, and flushes deltas.  All of it runs on the event loop's thread, and
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
from driftline.agents.letters import send_letters
from driftline.agents.pace import BusyTime, FlushPace
from driftline.agents.placer import Placer
from driftline.agents.reading import Place, Portion, Readings
from driftline.agents.timekeeper import Timekeeper
from driftline.broker.fetcher import Fetched
from driftline.broker.group import GroupMember, TopicPartitions
from driftline.contracts.capture import RawBatch
from driftline.contracts.log import LogRecord
from driftline.engine.fold import SourceFold, part_of
from driftline.engine.ledger import Outcome
from driftline.engine.source import Phase, concerned
from driftline.hooks.pool import HookClosedError

FETCH_RECORDS = 1500
"""Records asked for at once, of all sources. Chosen: of 6,000 each costs 0.4 us more, as they no longer fit the cache."""

GATHER_SECONDS = 0.1
"""Time between two fetches while little comes. Chosen: folding a batch costs about 0.25 ms, however few records it has, so
that looking every few milliseconds would cost most of a core; and a flush comes only every second."""

KEEP_SECONDS = 0.2
"""Between two rounds of what must not wait while a script works: the group, the producer, the sign of life."""

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
        self._next_fetch = 0.0
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
        fetched = self._fetch()
        if not await self._hand_over(fetched.batches):
            return False
        self._mark(fetched)
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
        return fetched.full or bool(fetched.batches)

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

    def _fetch(self) -> Fetched:
        """What has come, if it is time to look: everything before a flush, and no small groups while there is a lot to do."""
        now = monotonic()
        flushing = self._pace.is_due(now)
        if now < self._next_fetch and not flushing:
            return Fetched()
        fetched = self.fetcher.poll(FETCH_RECORDS, least=self._group, flushing=flushing)
        if not fetched.full:
            self._next_fetch = now + min(GATHER_SECONDS, self.context.flush_seconds / 4)
        return fetched

    def _group(self, place: Place) -> int:
        """How many records of a source are worth folding at once."""
        reading = self.readings.get(place)
        return 1 if reading is None or reading.task.fold is None else reading.task.fold.group

    def _mark(self, fetched: Fetched) -> None:
        """Note which sources are at their end, and which have lost offsets."""
        for place, offset in fetched.ended:
            if place in self.readings:
                self.readings[place].at_end, self.readings[place].read_to = True, offset
        for place in fetched.out_of_range:
            if place in self.readings:
                self.readings[place].lost = True
        for error in fetched.errors:
            self.log.warning("reading goes on after a passing fault: %s", error)

    async def _hand_over(self, batches: list[RawBatch]) -> bool:
        """Give batches to the agent, several small ones at a time: each turn of a Faust agent costs about 0.15 ms.

        False when scripts end with the worker, and batches are left to whoever reads them next: nothing may be said of their
        sources then, such as that they are idle.
        """
        portions: list[Portion] = []
        records = 0
        for batch in batches:
            reading = self.readings.get((batch.topic, batch.partition))
            if reading is None:
                continue
            epoch = reading.epoch
            made = await self._made(batch)
            if made is None:
                return False
            reading.at_end, reading.last_record = False, monotonic()
            portions.append(Portion(reading, epoch, made, batch))
            records += len(batch)
            if records >= FETCH_RECORDS:
                await self._feed(portions)
                portions, records = [], 0
        if portions:
            await self._feed(portions)
        return True

    async def _made(self, batch: RawBatch) -> RawBatch | None:
        """What the scripts of its models make of a batch; None when they end before, and it is left for the next owner."""
        hooks = self.context.hooks
        if hooks.is_empty:
            return batch
        work = asyncio.ensure_future(in_background(hooks.transform, batch))
        while not (await asyncio.wait({work}, timeout=KEEP_SECONDS))[0]:
            self.member.poll()
            self.producer.poll()
            self.context.beat("capture service")
        try:
            return work.result()
        except HookClosedError:
            return None

    async def _feed(self, portions: list[Portion]) -> None:
        self.context.given("capture agent")
        await self.channel.feed(portions)

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

    async def capture(stream: faust.StreamT[list[Portion]]) -> None:
        await app.add_runtime_dependency(service)
        async for portions in stream:
            for portion in portions:
                service.fold(portion)
            context.done("capture agent")

    return service, app.agent(channel, name="driftline.capture")(context.ending.guarded("capture agent", capture))
