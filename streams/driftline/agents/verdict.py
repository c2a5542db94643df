"""The verdict agent and the service that feeds it: from records of the log to statistics and violations.

The group decides which worker owns which shards: those whose payload partitions it is given.  Each is kept by a
:class:`driftline.agents.shard.ShardKeeper` of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import faust
from mode import Service

from driftline.agents.channel import SourceChannel
from driftline.agents.clock import monotonic
from driftline.agents.context import WorkerContext
from driftline.agents.shard import Item, ShardKeeper
from driftline.broker.group import GroupMember, TopicPartitions
from driftline.broker.log import LogCutError
from driftline.errors import BrokerError

RECLAIM_SECONDS = 5.0
"""How long a shard that another worker has claimed waits, as long as the group says that it is ours, before it is claimed
again. Chosen, because a revocation that belongs to the newer claim arrives sooner than that."""

Portion = tuple[ShardKeeper, list[Item]]


class VerdictService(Service):
    """Owns shards while the group says so; see the module."""

    def __init__(self, context: WorkerContext, channel: SourceChannel, **options: Any) -> None:
        """Nothing is connected before :meth:`on_start`."""
        super().__init__(**options)
        self.context = context
        self.channel = channel
        self.keepers: dict[int, ShardKeeper] = {}
        self._new: list[ShardKeeper] = []
        self._connected = False

    async def on_start(self) -> None:
        """Join the group and open the clients."""
        with self.context.ending.named("verdict service"):
            self.producer = self.context.producer()
            group = self.context.member_settings("verdict")
            self.member = GroupMember(group, [self.context.topics.partials], self._on_assigned, self._on_revoked)
        self._connected = True

    async def on_stop(self) -> None:
        """Write what is under way and a last snapshot, and leave the group; nothing when the start had failed."""
        if not self._connected:
            return
        with contextlib.suppress(Exception), self.context.ending.named("verdict service"):
            if self.context.ending.error is None:
                for keeper in self.keepers.values():
                    await keeper.finish()
            self.producer.flush(10)
            self.member.close()
            self._let_go(list(self.keepers))

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
        for keeper in [keeper for keeper in self._new if monotonic() >= keeper.not_before]:
            self._new.remove(keeper)
            await self._take_over(keeper)
        busy = False
        for keeper in list(self.keepers.values()):
            busy |= await self._work(keeper)
        return busy

    async def _take_over(self, keeper: ShardKeeper) -> None:
        """A broker that has just come back may not know its partitions yet: asked again. Raises BrokerError in the end."""
        try:
            await keeper.take_over()
        except BrokerError as error:
            if keeper.is_closed:
                return
            if not keeper.put_off(monotonic()):
                raise
            self.log.warning("shard %d cannot be taken over yet: %s; trying again", keeper.shard, error)
            self._new.append(keeper)

    async def _work(self, keeper: ShardKeeper) -> bool:
        """One round of one shard; whether any records came."""
        if keeper.is_fenced:
            self.log.warning("another worker has claimed verdict shard %d; stepping back", keeper.shard)
            self._let_go([keeper.shard])
            self._begin(keeper.shard, monotonic() + RECLAIM_SECONDS)
            return False
        items = self._ready(keeper)
        if items:
            self.context.given("verdict agent")
            await self.channel.feed((keeper, items))
        self.context.ending.check()  # no snapshot of what an agent has left half changed
        keeper.snapshot()
        return bool(items)

    def _ready(self, keeper: ShardKeeper) -> list[Item]:
        """What a keeper can apply; one that was overtaken by another owner's cuts starts again from the newest snapshot."""
        try:
            return keeper.ready()
        except LogCutError as error:
            self.log.warning("%s; starting again from the newest snapshot", error)
            self._let_go([keeper.shard])
            self._begin(keeper.shard)
            return []

    @property
    def caught_up(self) -> bool:
        """Whether everything that was in the log when we took shards over has been folded; True while we own none."""
        return all(keeper.caught_up for keeper in self.keepers.values())

    def _on_assigned(self, places: TopicPartitions) -> None:
        """Partition 0 is the log, which everybody reads."""
        for topic, shard in places:
            if topic == self.context.topics.partials and 0 < shard <= self.context.shards:
                self._begin(shard)

    def _begin(self, shard: int, not_before: float = 0.0) -> None:
        self.keepers[shard] = ShardKeeper(self.context, self.producer, shard, not_before)
        self._new.append(self.keepers[shard])

    def _on_revoked(self, places: TopicPartitions) -> None:
        self._let_go([shard for topic, shard in places if topic == self.context.topics.partials])

    def _let_go(self, shards: list[int]) -> None:
        for shard in shards:
            keeper = self.keepers.pop(shard, None)
            if keeper is not None:
                keeper.close()
        self._new = [keeper for keeper in self._new if keeper.shard not in shards]


def make_verdict_agent(app: faust.App, context: WorkerContext) -> tuple[VerdictService, Callable[..., Any]]:
    """The agent over its channel, and the service that feeds it; the service starts with the agent."""
    channel = SourceChannel(app, maxsize=2)
    service = VerdictService(context, channel, loop=app.loop, beacon=app.beacon)

    async def verdict(stream: faust.StreamT[Portion]) -> None:
        await app.add_runtime_dependency(service)
        async for keeper, items in stream:
            for _ in keeper.apply(items):
                context.done("verdict agent")
                context.given("verdict agent")
                await asyncio.sleep(0)
            context.done("verdict agent")

    return service, app.agent(channel, name="driftline.verdict")(context.ending.guarded("verdict agent", verdict))
