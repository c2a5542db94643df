"""The verdict agent and the service that feeds it: from records of the log to statistics and violations.

The group decides which worker owns the shard.  Its owner starts from the newest snapshot, claims the shard in the log,
folds every record after that, and sends what becomes final.  A newer claim of the shard stops it; what it has sent until
then says the same as what the new owner sends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import faust
from mode import Service

from driftline.agents.background import in_background
from driftline.agents.channel import SourceChannel
from driftline.agents.clock import monotonic, now_ms
from driftline.agents.context import WorkerContext
from driftline.agents.log import check_hole
from driftline.broker.group import GroupMember, TopicPartitions
from driftline.broker.log import LogReader
from driftline.contracts.cloudevents import violation_headers, violation_key
from driftline.contracts.log import LogRecord, VerdictClaim, encode_record
from driftline.contracts.statistics import encode_statistics
from driftline.contracts.violation import encode_violation
from driftline.engine.book import Emitted
from driftline.engine.snapshot import Plan
from driftline.engine.verdict import Verdict

SHARD = 0
RECORDS_A_TURN = 200
"""Records of the log handed to the agent at once. Chosen, because merging them takes some ten milliseconds."""

Portion = tuple[Verdict, list[tuple[int, LogRecord]]]


class VerdictService(Service):
    """Owns the shard while the group says so; see the module."""

    def __init__(self, context: WorkerContext, channel: SourceChannel, **options: Any) -> None:
        """Nothing is connected before :meth:`on_start`."""
        super().__init__(**options)
        self.context = context
        self.channel = channel
        self.verdict: Verdict | None = None
        self.token = -1
        self.reader: LogReader | None = None
        self.goal = 0
        self.started_at = 0
        self._assigned = self._connected = False
        self._plan: Plan | None = None
        self._parts: Plan | None = None
        self._next_snapshot = 0.0

    async def on_start(self) -> None:
        """Join the group and open the clients."""
        with self.context.ending.named("verdict service"):
            self.producer = self.context.producer()
            group = self.context.member_settings("verdict")
            self.member = GroupMember(group, [self.context.topics.partials], self._on_assigned, self._on_revoked)
        self._connected = True

    async def on_stop(self) -> None:
        """Write what is under way and leave the group; nothing when the start had failed."""
        if not self._connected:
            return
        self.producer.flush(10)
        self.member.close()
        self._drop()

    @Service.task
    async def _run(self) -> None:
        await self.context.ending.keep("verdict service", self._turns())

    async def _turns(self) -> None:
        while not self.should_stop:
            busy = await self._turn()
            await asyncio.sleep(0 if busy else 0.005)

    async def _turn(self) -> bool:
        """One round; whether any records came."""
        self.member.poll()
        self.producer.poll()
        self.context.beat("verdict service")
        if self._assigned and self.verdict is None:
            await self._take_over()
        if self.verdict is None or self.reader is None:
            return False
        if self._is_fenced():
            self.log.warning("another worker has claimed the verdict shard; stepping back")
            self._drop()
            return False
        records = self.reader.poll(RECORDS_A_TURN)
        if records:
            self.context.given("verdict agent")
            await self.channel.feed((self.verdict, records))
        self.context.ending.check()  # no snapshot of what an agent has left half changed
        self._snapshot()
        return bool(records)

    def apply(self, portion: Portion) -> None:
        """Fold one portion and send what became final; called by the agent, and never waits."""
        verdict, records = portion
        if verdict is not self.verdict:
            return
        self.context.caught_up = verdict.log.next_offset >= self.goal
        for offset, record in records:
            counted, emitted = verdict.apply(offset, record)
            if counted:
                self.context.judged(record)
            for one in emitted:
                self._send(one)

    @property
    def caught_up(self) -> bool:
        """Whether everything that was in the log when we took over has been folded; True while we do not own the shard."""
        return self.verdict is None or self.verdict.log.next_offset >= self.goal

    # -- ownership --------------------------------------------------------------------------------------------------

    def _on_assigned(self, places: TopicPartitions) -> None:
        self._assigned = (self.context.topics.partials, SHARD) in places

    def _on_revoked(self, places: TopicPartitions) -> None:
        if (self.context.topics.partials, SHARD) in places:
            self._assigned = False
            self._drop()

    def _drop(self) -> None:
        if self.reader is not None:
            self.reader.close()
        self.verdict, self.reader, self.token = None, None, -1
        self._plan = self._parts = None
        self.context.verdict_changed(None)

    async def _take_over(self) -> None:
        reader = self.context.log_reader()
        table = await in_background(self.context.load_snapshots)
        verdict = Verdict.restore(self.context.model_settings, table, SHARD)
        low, self.goal = await in_background(reader.bounds)
        check_hole(verdict.log.next_offset, low, self.goal)
        if not self._assigned:
            reader.close()
            return
        reader.start(verdict.log.next_offset)
        self.started_at = verdict.log.next_offset
        self.verdict, self.reader = verdict, reader
        claim = VerdictClaim(SHARD, self.context.stamps())
        self.producer.send(self.context.topics.partials, encode_record(claim), partition=SHARD, on_ack=self._claimed)
        self._next_snapshot = monotonic() + self.context.snapshot_seconds
        self.context.verdict_changed(verdict)
        self.log.info("judging from log offset %d (log ends at %d)", verdict.log.next_offset, self.goal)

    def _claimed(self, offset: int) -> None:
        self.token = offset

    def _is_fenced(self) -> bool:
        verdict = self.verdict
        if verdict is None or self.token < 0 or verdict.log.next_offset <= self.token:
            return False
        return verdict.log.verdicts.get(SHARD, -1) > self.token

    # -- output -----------------------------------------------------------------------------------------------------

    def _send(self, emitted: Emitted) -> None:
        topics = self.context.topics
        statistics = emitted.statistics
        key = f"{statistics.model}/{statistics.version}".encode()
        self.producer.send(topics.statistics, encode_statistics(statistics), key=key)
        for violation in emitted.violations:
            headers = violation_headers(violation, self.context.name)
            self.producer.send(
                topics.violations, encode_violation(violation), key=violation_key(violation), headers=headers
            )
        self.context.emitted(emitted, now_ms())

    def _snapshot(self) -> None:
        """Write a snapshot, one step a turn: parts, then the manifest, then what nothing refers to any more."""
        verdict = self.verdict
        if verdict is None or self.token < 0 or verdict.log.next_offset <= self.token or self.producer.outstanding:
            return
        topic = self.context.topics.snapshots
        if self._plan is not None:
            for key in verdict.snapshots.finished(self._plan):
                self.producer.send(topic, None, key=key)
            self._plan = None
            self.context.cut_log(verdict.snapshots.cut)
        elif self._parts is not None:
            self._plan, self._parts = self._parts, None
            key, value = self._plan.manifest
            self.producer.send(topic, value, key=key)
        elif monotonic() >= self._next_snapshot:
            self._next_snapshot = monotonic() + self.context.snapshot_seconds
            self._parts = verdict.plan_snapshot(self.token)
            for key, value in self._parts.parts:
                self.producer.send(topic, value, key=key)


def make_verdict_agent(app: faust.App, context: WorkerContext) -> tuple[VerdictService, Callable[..., Any]]:
    """The agent over its channel, and the service that feeds it; the service starts with the agent."""
    channel = SourceChannel(app, maxsize=2)
    service = VerdictService(context, channel, loop=app.loop, beacon=app.beacon)

    async def verdict(stream: faust.StreamT[Portion]) -> None:
        await app.add_runtime_dependency(service)
        async for portion in stream:
            service.apply(portion)
            context.done("verdict agent")

    return service, app.agent(channel, name="driftline.verdict")(context.ending.guarded("verdict agent", verdict))
