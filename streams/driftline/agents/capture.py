"""The capture agent and the service that feeds it: from records of the captures topics to deltas on the log.

One :class:`CaptureService` polls the group (which sources are ours), follows the log (what everybody knows), fetches
records and hands them to the agent over a channel, and flushes deltas.  All of it runs on the event loop's thread, and
no step waits between its first change of state and its last, so what runs in between always finds things whole.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import faust
from mode import Service

from driftline.agents.channel import SourceChannel
from driftline.agents.clock import monotonic, now_ms
from driftline.agents.context import WorkerContext
from driftline.agents.letters import send_letters
from driftline.broker.fetcher import Fetched
from driftline.broker.group import GroupMember, TopicPartitions
from driftline.contracts.capture import RawBatch
from driftline.contracts.log import LogRecord, Source, TopicShape, encode_record
from driftline.engine.baselines import Decoding
from driftline.engine.dedupe import RecentIds
from driftline.engine.fold import Draft, SourceFold, part_of
from driftline.engine.ledger import Outcome
from driftline.engine.source import Phase, SourceTask
from driftline.errors import BrokerError
from driftline.windows.watermark import NO_TIME

FETCH_RECORDS = 1500
"""Records asked for at once, of all sources. Chosen: of 6,000 each costs 0.4 us more, as they no longer fit the cache."""

GROUP_RECORDS = 1000
"""Records of one source that are worth folding while there is more to fetch; a group of 100 costs twice as much a record."""

GATHER_SECONDS = 0.1
"""Time between two fetches while little comes. Chosen: folding a batch costs about 0.25 ms, however few records it has, so
that looking every few milliseconds would cost most of a core; and a flush comes only every second."""

WIDE_PANES = 400
"""Panes of one source at which it is flushed early, so that a delta stays far below the largest record."""

REST_SECONDS = 5.0
"""How long a stop waits for the turn under way. Chosen: looking up offsets or metadata, which a turn may be doing, is quicker."""

RECLAIM_SECONDS = 5.0
"""How long a fenced source that is still assigned waits before it is claimed again. Chosen, because a revocation
that belongs to the newer claim arrives sooner than that."""


@dataclass
class Letters:
    """Dead letters of one draft that are not yet acknowledged."""

    waiting: int = 0

    def acknowledged(self, _offset: int) -> None:
        """One more is."""
        self.waiting -= 1


@dataclass
class Reading:
    """One source in our hands: its task, and what has been read of it."""

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


@dataclass
class Portion:
    """What the agent receives, some at a time: records of one source, as of one epoch of its task."""

    reading: Reading
    epoch: int
    batch: RawBatch


class CaptureService(Service):
    """Owns the sources that the group gives us; see the module."""

    def __init__(self, context: WorkerContext, channel: SourceChannel, **options: Any) -> None:
        """Nothing is connected before :meth:`on_start`."""
        super().__init__(**options)
        self.context = context
        self.channel = channel
        self.readings: dict[tuple[str, int], Reading] = {}
        self.shapes: list[TopicShape] = []
        self.fetch_errors = 0
        self.joined = False
        self._connected = False
        self._at_rest = asyncio.Event()
        self._at_rest.set()
        self._decoding: dict[str, Decoding] = {}
        self._next_fetch = 0.0
        self._next_flush = 0.0
        self._next_shapes = 0.0
        self._next_tell = 0.0
        self._unheard_until = 0.0

    async def on_start(self) -> None:
        """Join the group and open the clients."""
        self.producer = self.context.producer()
        self.fetcher = self.context.fetcher()
        self.shapes = await asyncio.to_thread(self.context.topic_shapes)
        self._learn_decoders()
        group = self.context.member_settings("capture")
        self.member = GroupMember(group, self.context.capture_topics, self._assigned, self._revoked)
        self.context.log.listen(self._on_log)
        self._connected = True

    async def on_stop(self) -> None:
        """Flush what is folded, leave the group; nothing when the start had failed."""
        if not self._connected:
            return
        await self._rest()
        self._flush()
        for _ in range(200):
            self.producer.poll()
            self._send_deltas()
            if not any(reading.drafts for reading in self.readings.values()):
                break
            await asyncio.sleep(0.01)
        self.producer.flush(10)
        self.member.close()
        self.fetcher.close()

    @Service.task
    async def _run(self) -> None:
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
        self.context.log.follow()
        self.producer.poll()
        await self._place()
        fetched = self._fetch()
        await self._hand_over(fetched.batches)
        for place, _ in fetched.ended:
            self._ended(place)
        for place in fetched.out_of_range:
            if place in self.readings:
                self.readings[place].lost = True
        self.fetch_errors += len(fetched.errors)
        if monotonic() >= self._next_flush or self._is_wide():
            self._next_flush = monotonic() + self.context.flush_seconds
            self._flush()
            self._align()
        self._send_deltas()
        self._declare_idle()
        await self._declare_lost()
        await self._refresh_shapes()
        self._tell()
        self.context.beat("capture")
        return fetched.full or bool(fetched.batches)

    def _fetch(self) -> Fetched:
        """What has come, if it is time to look: everything before a flush, and no small groups while there is a lot to do."""
        now = monotonic()
        flushing = now >= self._next_flush
        if now < self._next_fetch and not flushing:
            return Fetched()
        fetched = self.fetcher.poll(FETCH_RECORDS, least=1 if flushing else GROUP_RECORDS)
        if not fetched.full:
            self._next_fetch = now + min(GATHER_SECONDS, self.context.flush_seconds / 4)
        return fetched

    async def _hand_over(self, batches: list[RawBatch]) -> None:
        """Give batches to the agent, several small ones at a time: each turn of a Faust agent costs about 0.15 ms."""
        portions: list[Portion] = []
        records = 0
        for batch in batches:
            reading = self.readings.get((batch.topic, batch.partition))
            if reading is None:
                continue
            reading.at_end, reading.last_record = False, monotonic()
            portions.append(Portion(reading, reading.epoch, batch))
            records += len(batch)
            if records >= FETCH_RECORDS:
                await self.channel.feed(portions)
                portions, records = [], 0
        if portions:
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
            self._restart_reading(reading)
            return
        rejects = task.fold.fold(batch, now_ms())
        if rejects:
            letters = reading.letters
            letters.waiting += len(rejects)
            send_letters(self.context, self.producer, batch, rejects, letters.acknowledged)
            self.context.counters.rejected(rejects)

    def _warm(self, fold: SourceFold, batch: RawBatch) -> RawBatch | None:
        """Records before the position are only remembered by their ids; the rest of the batch is left to fold."""
        if batch.offsets[0] >= fold.position:
            return batch
        cut = next((n for n, offset in enumerate(batch.offsets) if offset >= fold.position), len(batch))
        fold.remember(part_of(batch, 0, cut))
        return part_of(batch, cut, len(batch)) if cut < len(batch) else None

    # -- group ------------------------------------------------------------------------------------------------------

    def _assigned(self, places: TopicPartitions) -> None:
        self.joined = True
        for place in places:
            self.readings[place] = self._reading(place)
        self.log.info("assigned %s", ", ".join(f"{topic}[{partition}]" for topic, partition in places) or "nothing")

    def _reading(self, place: tuple[str, int]) -> Reading:
        """A source newly in our hands: a partition of its topic's present life."""
        topic, partition = place
        ids = {shape.topic: shape.topic_id for shape in self.shapes}
        source = Source(topic, ids.get(topic, ""), partition)
        return Reading(SourceTask(source, self.context.stamps, self._make_fold, dedupe=self.context.dedupe_bound))

    def _revoked(self, places: TopicPartitions) -> None:
        self._flush()
        self._send_deltas()
        for place in places:
            reading = self.readings.pop(place, None)
            if reading is not None:
                self.fetcher.stop(*place)
                reading.task.restart()
        self.log.info("revoked %s", ", ".join(f"{topic}[{partition}]" for topic, partition in places) or "nothing")

    # -- log --------------------------------------------------------------------------------------------------------

    def _on_log(self, offset: int, record: LogRecord, outcome: Outcome) -> None:
        for reading in self.readings.values():
            reading.task.on_log(offset, record, outcome, self.context.log.state)

    def _make_fold(self, source: Source, position: int, watermark: int) -> SourceFold:
        return SourceFold(
            source,
            position,
            watermark,
            settings=self.context.source_settings(source.topic),
            settings_of=self.context.model_settings,
            line_of=self.context.log.line,
            decoding=self._decoding[source.topic],
            recent=RecentIds(self.context.dedupe_bound),
        )

    def _learn_decoders(self) -> None:
        for topic in self.context.capture_topics:
            settings = self.context.decoder_settings(topic)
            self._decoding[topic] = Decoding(settings, self.context.log.shelf, self.context.log.line)

    async def _place(self) -> None:
        """Bring every source that is not yet running one step on."""
        for place, reading in list(self.readings.items()):
            task = reading.task
            if reading.epoch != task.epoch:
                self._new_epoch(place, reading)
            if task.is_running():
                continue
            if task.phase is Phase.FENCED:
                self._wait_fenced(reading)
            first = None
            if task.phase is Phase.PLACING:
                first, _ = await asyncio.to_thread(self.fetcher.bounds, *place)
            record = task.next_record(self.context.log.state, self.shapes, first, self.context.horizon(place[0]))
            if record is not None:
                self._write(encode_record(record))
            elif task.is_running():
                reading.epoch, reading.last_record = task.epoch, monotonic()
                self.fetcher.start(*place, task.read_from)

    def _new_epoch(self, place: tuple[str, int], reading: Reading) -> None:
        self.fetcher.stop(*place)
        reading.epoch, reading.at_end, reading.lost = reading.task.epoch, False, False
        reading.letters, reading.fenced_since = Letters(), 0.0
        reading.drafts.clear()

    def _wait_fenced(self, reading: Reading) -> None:
        if not reading.fenced_since:
            reading.fenced_since = monotonic()
        elif monotonic() - reading.fenced_since >= RECLAIM_SECONDS:
            reading.task.restart()

    def _restart_reading(self, reading: Reading) -> None:
        """Records came while an idle record of ours is on its way: read them again once it has come back."""
        task = reading.task
        if task.fold is not None:
            self.fetcher.start(task.source.topic, task.source.partition, task.fold.position)
            task.epoch += 1
            reading.epoch = task.epoch

    # -- flush ------------------------------------------------------------------------------------------------------

    def _is_wide(self) -> bool:
        return any(r.task.fold is not None and r.task.fold.pane_count >= WIDE_PANES for r in self.readings.values())

    def _flush(self) -> None:
        for reading in self.readings.values():
            draft = reading.task.draft()
            if draft is not None:
                reading.drafts.append((draft, reading.letters))
                reading.letters = Letters()

    def _send_deltas(self) -> None:
        """Send every draft whose dead letters are acknowledged, in order; then tell the group how far we are."""
        hints = []
        for (topic, partition), reading in self.readings.items():
            while reading.drafts and reading.drafts[0][1].waiting == 0:
                draft, _ = reading.drafts.popleft()
                if reading.epoch == reading.task.epoch:
                    self._write(encode_record(reading.task.delta(draft)))
            position = self.context.log.state.position(reading.task.source)
            if position is not None and position > reading.committed:
                reading.committed = position
                hints.append((topic, partition, position))
        self.member.commit(hints)

    def _write(self, record: bytes) -> None:
        self.producer.send(self.context.topics.partials, record, partition=0)

    def _tell(self) -> None:
        """Lag and watermark of what we own, for the gauges."""
        if monotonic() < self._next_tell:
            return
        self._next_tell = monotonic() + 1.0
        state = self.context.log.state
        owned = {}
        for (topic, partition), reading in self.readings.items():
            fold, high = reading.task.fold, self.fetcher.high(topic, partition)
            source = state.sources.get(reading.task.source)
            watermark = fold.watermark if fold is not None else source.watermark if source is not None else NO_TIME
            owned[topic, partition] = (max(0, high - fold.position) if fold and high is not None else None, watermark)
        self.context.owned = owned

    # -- time -------------------------------------------------------------------------------------------------------

    def _ended(self, place: tuple[str, int]) -> None:
        if place in self.readings:
            self.readings[place].at_end = True

    def _declare_idle(self) -> None:
        """Move time on for sources with nothing left to read.

        Not before any source has been heard of: there is nothing to close yet, and a backfill may be about to begin.
        """
        now, highest = monotonic(), self._highest()
        if highest == NO_TIME:
            self._unheard_until = now
            return
        for (topic, _), reading in self.readings.items():
            rule = self.context.idle_rule(topic)
            since = max(reading.last_record, reading.last_idle, self._unheard_until)
            if not reading.at_end or now - since < rule.after_seconds:
                continue
            reading.last_idle = now
            if reading.drafts or reading.letters.waiting:
                continue
            record = reading.task.idle(rule.watermark(now_ms(), highest))
            if record is not None:
                self._write(encode_record(record))

    def _highest(self) -> int:
        return max((state.watermark for _, state in self.context.log.state.living()), default=NO_TIME)

    def _align(self) -> None:
        """Hold back the sources that are far ahead of the slowest one that is being read."""
        heard = [s.watermark for _, s in self.context.log.state.living() if s.watermark > NO_TIME and not s.idle]
        limit = min(heard, default=NO_TIME) + self.context.alignment_ms
        for (topic, partition), reading in self.readings.items():
            fold = reading.task.fold
            ahead = len(heard) > 1 and fold is not None and fold.watermark > limit
            self.fetcher.pause(topic, partition, paused=ahead)

    async def _declare_lost(self) -> None:
        for place, reading in self.readings.items():
            if reading.lost and not reading.drafts:
                first, _ = await asyncio.to_thread(self.fetcher.bounds, *place)
                gap = reading.task.lost(first, self.context.horizon(place[0]))
                if gap is not None:
                    reading.lost = False
                    self._write(encode_record(gap))

    async def _refresh_shapes(self) -> None:
        """Look for topics that have grown, or were created anew, now and then."""
        if monotonic() < self._next_shapes:
            return
        self._next_shapes = monotonic() + self.context.metadata_seconds
        try:
            self.shapes = await asyncio.to_thread(self.context.topic_shapes)
        except BrokerError as error:
            self.log.warning("%s; going on with what is known", error)
            return
        for retire in self.context.retirements(self.shapes):
            self._write(encode_record(retire))
        ids = {shape.topic: shape.topic_id for shape in self.shapes}
        for place, reading in list(self.readings.items()):
            if reading.task.phase is Phase.DEAD and ids[place[0]] != reading.task.source.topic_id:
                self.fetcher.stop(*place)
                self.readings[place] = self._reading(place)


def make_capture_agent(app: faust.App, context: WorkerContext) -> tuple[CaptureService, Callable[..., Any]]:
    """The agent over its channel, and the service that feeds it; the service starts with the agent."""
    channel = SourceChannel(app, maxsize=2)
    service = CaptureService(context, channel, loop=app.loop, beacon=app.beacon)

    async def capture(stream: faust.StreamT[list[Portion]]) -> None:
        await app.add_runtime_dependency(service)
        async for portions in stream:
            with context.fatal("capture"):
                for portion in portions:
                    service.fold(portion)

    return service, app.agent(channel, name="driftline.capture")(capture)
