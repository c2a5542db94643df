"""Flushes that are torn between their parts and shards, and payloads that are long on their way: one by one."""

from __future__ import annotations

import pytest

from driftline.contracts.log import Delta
from driftline.engine.ledger import LogState, Outcome
from driftline.engine.standing import SourceState
from driftline.errors import ProtocolError
from protocol.capture_worker import CaptureWorker, Reading
from protocol.world import World

SHARDS = 2
PLACE = ("u", 0)


def begun(shards: int = SHARDS, seed: int = 0) -> World:
    """Baselines in force, one capture worker that reads everything, one owner a shard."""
    world = World(2, shards)
    world.do_baseline(0, 1, 4)
    world.do_baseline(1, 2, 4)
    world.do_spawn(0, 0, 0)
    for shard in range(shards):
        world.do_judge(shard, 0, 0)
    for place in range(3):
        world.do_assign(0, place, 0)
    traffic_of(world, seed)
    for _ in range(4):
        world.do_pump(0, 0, 4)
    return world


def traffic_of(world: World, seed: int) -> None:
    """Events of both models, which live in different shards, and some of them off the baseline."""
    for number in range(30):
        world.do_event(number + seed, number * 3 + seed, number * 5 + 1)
    for source in range(3):
        world.do_burst(source, seed, source)


def flushed(world: World) -> tuple[CaptureWorker, Reading]:
    """A worker with a flush of its last source under way: parts for both shards queued, nothing landed."""
    worker = world.captures[0]
    reading = worker.readings[PLACE]
    for _ in range(60):
        for number in range(13):
            world.live["u"][0].append(world._entry(number, 2, 7 + 6 * number))
        for _ in range(3):
            worker.fetch(PLACE, 5)
        worker.fold(PLACE)
        worker.outbox.land("letters", 10**6)
        worker.outbox.poll()
        worker.flush(PLACE)
        shipment, _ = reading.drafts[-1]
        if set(shipment.shards) == {1, 2} and len(shipment.shards) > 2:
            return worker, reading
        worker.outbox.land_all()
        worker.send(PLACE)
        worker.outbox.land_all()
        worker.follow(999)
    pytest.fail("no flush had parts for both shards")


def test_the_models_live_in_different_shards() -> None:
    _, reading = flushed(begun())
    shipment, _ = reading.drafts[-1]
    assert sorted(set(shipment.shards)) == [1, 2]
    assert len(shipment.shards) > 2, "payloads have several parts"


@pytest.mark.parametrize("first", ["1", "2"])
@pytest.mark.parametrize("parts", [0, 1, 99])
def test_a_crash_between_shards_and_between_parts(first: str, parts: int) -> None:
    world = begun()
    worker, _ = flushed(world)
    worker.outbox.land(first, parts)
    for destination in worker.outbox.destinations:
        worker.outbox.drop(destination, 0)
    worker.alive = False
    world.act("spawn", 0, 0, 0)
    world.finish()


def test_nothing_is_written_before_all_parts_are_acknowledged() -> None:
    world = begun()
    worker, reading = flushed(world)
    log = world.log.end
    for destination, count in (("1", 99), ("2", len([s for s in reading.drafts[-1][0].shards if s == 2]) - 1)):
        worker.outbox.land(destination, count)
        worker.send(PLACE)
        worker.outbox.land("log", 99)
    assert world.log.end == log, "the last part of shard 2 is still missing"
    worker.outbox.land_all()
    worker.send(PLACE)
    worker.outbox.land_all()
    assert world.log.end == log + 1
    world.finish()


def delayed(world: World, snapshots: int) -> Outcome:
    """A delta whose payloads have landed, and that itself lands after its shards have written so many snapshots.

    Another worker has the other sources meanwhile, whose payloads come after it.
    """
    world.do_spawn(0, 0, 0)
    for place in range(2):
        world.do_assign(1, place, 0)
    for _ in range(4):
        world.do_pump(1, 0, 4)
    worker, _ = flushed(world)
    worker.outbox.land("1", 99)
    worker.outbox.land("2", 99)
    worker.send(PLACE)
    for number in range(3 * snapshots):
        world.do_event(0, number, 4)
        world.do_burst(1, number, number)
        world.do_pump(1, 0, 4)
        for judge in world.verdicts:
            judge.outbox.land_all()
            judge.read(10**6)
            judge.snapshot()
    told = len(world.told)
    worker.outbox.land("log", 99)
    return world.told[told][1]


def test_a_delta_that_comes_in_time_counts() -> None:
    world = begun()
    assert delayed(world, 1) is Outcome.COUNTED
    world.finish()


def test_a_delta_whose_payload_has_been_given_up_is_refused_and_folded_again() -> None:
    world = begun()
    assert delayed(world, 8) is Outcome.TRIMMED
    world.finish()
    assert world.god.position(world.captures[0].readings[PLACE].task.source) == world.live["u"][0].end


def test_without_the_rule_of_trims_a_payload_would_be_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = LogState._delta

    def delta(self: LogState, state: SourceState, record: Delta) -> Outcome:
        held, self.trims = self.trims, {}
        outcome = real(self, state, record)
        self.trims = held
        return outcome

    monkeypatch.setattr(LogState, "_delta", delta)
    world = begun()
    assert delayed(world, 8) is Outcome.COUNTED
    with pytest.raises((ProtocolError, AssertionError)):
        world.finish()


def test_two_owners_of_a_shard_say_the_same() -> None:
    world = begun()
    world.do_judge(1, 0, 0)
    assert len([judge for judge in world.verdicts if judge.shard == 2]) == 2
    for judge in world.verdicts:  # the second one's claim is still on its way
        judge.read(10**6)
        judge.outbox.land("out", 10**6)
    assert world.sent > len(world.out), "some results were sent twice"
    world.finish()


def test_a_late_manifest_of_a_zombie_is_a_truth_of_its_time() -> None:
    world = begun()
    zombie = world.verdicts[0]
    zombie.outbox.land_all()
    zombie.read(10**6)
    while "snapshots" not in zombie.outbox.destinations or zombie._plan is None:
        zombie.snapshot()
        if zombie._plan is None:
            zombie.outbox.land_all()
    world.do_judge(0, 0, 0)
    for turn in range(12):
        traffic_of(world, turn)
        world.do_pump(0, turn, 4)
        for judge in world.verdicts[1:]:
            judge.outbox.land_all()
            judge.read(10**6)
            judge.snapshot()
    zombie.outbox.land("snapshots", 10**6)
    zombie.alive = False
    world.finish()


def test_sources_are_added_while_shards_are_judged() -> None:
    world = begun()
    world.do_grow(0, 0, 0)
    world.captures[0].refresh_shapes()
    traffic_of(world, 5)
    world.do_pump(0, 0, 4)
    assert len(world.places) == 4
    world.finish()
