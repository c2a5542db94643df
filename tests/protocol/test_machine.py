"""The same world in hypothesis' hands: it looks for the shortest schedule that breaks anything."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from protocol.world import World

NUMBER = st.integers(0, 60)
EXAMPLES = int(os.environ.get("DRIFTLINE_PROTOCOL_EXAMPLES", "80"))


class Protocol(RuleBasedStateMachine):
    """Every action of the world as a rule; at the end faults stop, everything is drained and compared."""

    @initialize(partitions=st.integers(1, 3), shards=st.integers(1, 3), begun=st.booleans())
    def begin(self, partitions: int, shards: int, begun: bool) -> None:
        self.world = World(partitions, shards)
        if begun:
            self.world.act("spawn", 0, 0, 0)
            for shard in range(shards):
                self.world.act("judge", shard, 0, 0)
            for place in range(partitions + 1):
                self.world.act("assign", 0, place, 0)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.finish()

    @rule(source=NUMBER, kind=NUMBER, more=NUMBER)
    def events(self, source: int, kind: int, more: int) -> None:
        """Out of order, late, from the future, seen before, unreadable, empty, several in one record."""
        self.world.act("event", source, kind, more)

    @rule(source=NUMBER, kind=NUMBER, more=NUMBER)
    def shifted_events(self, source: int, kind: int, more: int) -> None:
        self.world.act("burst", source, kind, more)

    @rule(how_long=st.integers(0, 2))
    def time_passes(self, how_long: int) -> None:
        self.world.act("jump", 0, 0, how_long)

    @rule(source=NUMBER, records=NUMBER)
    def retention(self, source: int, records: int) -> None:
        self.world.act("retention", source, records, 0)

    @rule(again=st.booleans())
    def topic_grows_or_begins_anew(self, again: bool) -> None:
        self.world.act("recreate" if again else "grow", 0, 0, 0)

    @rule(worker=NUMBER)
    def topics_are_looked_at(self, worker: int) -> None:
        self.world.act("shapes", worker, 0, 0)

    @rule(model=NUMBER, which=NUMBER, when=NUMBER)
    def baseline(self, model: int, which: int, when: int) -> None:
        """A first or another one, the same again, or a withdrawal."""
        self.world.act("baseline", model, which, when)

    @rule()
    def capture_worker_starts(self) -> None:
        self.world.act("spawn", 0, 0, 0)

    @rule(worker=NUMBER)
    def capture_worker_dies(self, worker: int) -> None:
        self.world.act("kill", worker, 0, 0)

    @rule(worker=NUMBER, source=NUMBER)
    def assigned_or_stolen(self, worker: int, source: int) -> None:
        self.world.act("assign", worker, source, 0)

    @rule(worker=NUMBER, source=NUMBER)
    def revoked(self, worker: int, source: int) -> None:
        self.world.act("revoke", worker, source, 0)

    @rule(worker=NUMBER, step=st.integers(0, 9), more=NUMBER)
    def capture_step(self, worker: int, step: int, more: int) -> None:
        """Follow, place, fetch, fold, flush, send, lost, idle."""
        self.world.act("capture", worker, step, more)

    @rule(worker=NUMBER, records=NUMBER, turns=NUMBER)
    def capture_works_in_peace(self, worker: int, records: int, turns: int) -> None:
        self.world.act("pump", worker, records, turns)

    @rule(box=NUMBER, destination=NUMBER, count=NUMBER)
    def records_land(self, box: int, destination: int, count: int) -> None:
        """Of the living and of zombies."""
        self.world.act("land", box, destination, count)

    @rule(box=NUMBER, destination=NUMBER, keep=NUMBER)
    def records_of_the_dead_are_lost(self, box: int, destination: int, keep: int) -> None:
        self.world.act("drop", box, destination, keep)

    @rule(shard=NUMBER)
    def verdict_worker_starts(self, shard: int) -> None:
        self.world.act("judge", shard, 0, 0)

    @rule(worker=NUMBER)
    def verdict_worker_dies(self, worker: int) -> None:
        self.world.act("overrule", worker, 0, 0)

    @rule(worker=NUMBER, count=NUMBER)
    def verdict_reads(self, worker: int, count: int) -> None:
        self.world.act("read", worker, 0, count)

    @rule(worker=NUMBER, lands=NUMBER, stages=NUMBER)
    def snapshot(self, worker: int, lands: int, stages: int) -> None:
        self.world.act("snapshot", worker, lands, stages)

    @rule(worker=NUMBER, steps=NUMBER, how=NUMBER)
    def verdict_works_in_peace(self, worker: int, steps: int, how: int) -> None:
        self.world.act("watch", worker, steps, how)


TestProtocol = Protocol.TestCase
TestProtocol.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
