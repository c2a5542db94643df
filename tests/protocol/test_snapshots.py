"""Snapshots where time and chance would hardly lead: what one owner deletes, another may have come to need again."""

from __future__ import annotations

import zlib

import msgspec
import pytest

from driftline.baseline.layout import layout_of
from driftline.contracts.log import (
    BaselineInForce,
    Birth,
    Claim,
    Counts,
    Delta,
    Idle,
    LogRecord,
    PaneDelta,
    Source,
    Stamp,
    TopicShape,
)
from driftline.engine import stored
from driftline.engine.baselines import pack_baseline
from driftline.engine.snapshot import SNAPSHOT_VERSION, Plan, manifests, newest_manifest, pack, partition_of, unpack
from driftline.engine.verdict import Verdict
from driftline.errors import ProtocolError
from driftline.stats.columns import Columns
from driftline.stats.profile import Profile
from protocol import traffic
from protocol.checks import state_of

STAMP = Stamp("w", 0)
SOURCE = Source("u", "life", 0)
HOURS = 10 * 3_600_000

Table = dict[bytes, bytes]


def announced(number: int, origin: int) -> BaselineInForce:
    known = traffic.baseline_of("a", number)
    return BaselineInForce("a", "1", known.id, pack_baseline(known), traffic.BEGIN, 10, origin, STAMP)


def rows(start: int, count: int) -> Delta:
    """So many rows of model a in the pane at BEGIN, from offset ``start`` of the source."""
    known = traffic.baseline_of("a", 0)
    profile = Profile.empty(layout_of(known))
    profile.update(Columns.blank(profile.layout, count))
    pane = PaneDelta("a", "1", traffic.BEGIN, 10, known.id, start, start, 1, count, profile.to_state())
    counts = Counts(accepted=1)
    return Delta(SOURCE, 0, start, start + 1, traffic.BEGIN, counts, counts, [], [pane], STAMP)


def running() -> list[LogRecord]:
    """A source, a baseline and a first delta."""
    topics = [TopicShape("u", "life", 1)]
    return [Claim(SOURCE, topics, STAMP), Birth(SOURCE, 0, 0, traffic.BEGIN, STAMP), announced(0, 0), rows(0, 3)]


def idle(watermark: int) -> Idle:
    return Idle(SOURCE, 0, 0, watermark, STAMP)


def feed(verdict: Verdict, log: list[LogRecord]) -> None:
    for offset in range(verdict.log.next_offset, len(log)):
        verdict.apply(offset, log[offset])


def write(verdict: Verdict, table: Table, token: int) -> list[bytes]:
    """A whole snapshot; the answer is what its owner will delete."""
    plan: Plan = verdict.plan_snapshot(token)
    table.update([*plan.parts, plan.manifest])
    return verdict.snapshots.finished(plan)


def test_a_baseline_that_comes_back_survives_the_deletion_of_its_first_content() -> None:
    log: list[LogRecord] = [
        Claim(SOURCE, [TopicShape("u", "life", 1)], STAMP),
        Birth(SOURCE, 0, 0, traffic.BEGIN, STAMP),
    ]
    log += [announced(0, 0), announced(1, 1)]
    table: Table = {}
    first = Verdict(traffic.settings_of)
    feed(first, log)
    assert write(first, table, 0) == []
    log.append(idle(traffic.BEGIN + HOURS))
    feed(first, log)
    assert write(first, table, 0) == []
    log.append(idle(traffic.BEGIN + HOURS + 10))
    feed(first, log)
    deletions = write(first, table, 0)
    assert deletions, "the content of a baseline that no window can need goes"
    log.append(announced(0, 2))
    second = Verdict.restore(traffic.settings_of, dict(table))
    feed(second, log)
    write(second, table, 5)
    for key in deletions:
        table.pop(key, None)
    assert [manifest["offset"] for manifest in manifests(table, 1).values()][-1] == len(log)
    restored = Verdict.restore(traffic.settings_of, table)
    assert restored.shelf.baseline(traffic.baseline_of("a", 0).id) is not None


def test_manifests_of_two_owners_stand_beside_each_other() -> None:
    table: Table = {}
    log: list[LogRecord] = [announced(0, 0)]
    one, other = Verdict(traffic.settings_of), Verdict(traffic.settings_of)
    feed(one, log)
    feed(other, log)
    write(one, table, 1)
    write(other, table, 2)
    assert len(manifests(table, 1)) == 2


def test_a_manifest_without_all_of_its_parts_is_passed_over() -> None:
    table: Table = {}
    log: list[LogRecord] = [announced(0, 0)]
    verdict = Verdict(traffic.settings_of)
    feed(verdict, log)
    write(verdict, table, 1)
    del table[next(key for key in table if b'"baseline"' in key)]
    assert manifests(table, 1) == {}
    assert Verdict.restore(traffic.settings_of, table).log.next_offset == 0


def test_a_snapshot_is_the_state_of_its_offset_however_much_is_folded_while_it_is_encoded() -> None:
    log = running()
    verdict, at_once = Verdict(traffic.settings_of), Verdict(traffic.settings_of)
    feed(verdict, log)
    feed(at_once, log)
    plan, table = verdict.plan_snapshot(0), dict[bytes, bytes]()
    log.append(rows(1, 5))
    feed(verdict, log)
    table.update([*plan.parts, plan.manifest])
    restored = Verdict.restore(traffic.settings_of, table)
    assert state_of(restored) == state_of(at_once)
    feed(restored, log)
    assert state_of(restored) == state_of(verdict)


def test_what_changes_while_a_snapshot_is_encoded_is_in_the_next_one() -> None:
    log, table = running(), dict[bytes, bytes]()
    verdict = Verdict(traffic.settings_of)
    feed(verdict, log)
    plan = verdict.plan_snapshot(0)
    log.append(rows(1, 5))
    feed(verdict, log)
    table.update([*plan.parts, plan.manifest])
    verdict.snapshots.finished(plan)
    write(verdict, table, 0)
    assert state_of(Verdict.restore(traffic.settings_of, table)) == state_of(verdict)


def test_a_pane_is_unpacked_when_it_is_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    log, table, unpacked = running(), dict[bytes, bytes](), list[int]()
    verdict = Verdict(traffic.settings_of)
    feed(verdict, log)
    write(verdict, table, 0)
    monkeypatch.setattr(stored, "unpack", lambda data: unpacked.append(len(data)) or unpack(data))
    restored = Verdict.restore(traffic.settings_of, table)
    assert not unpacked
    feed(restored, [*log, rows(1, 5)])
    assert len(unpacked) == 1


def test_panes_are_apart_from_what_every_worker_starts_from() -> None:
    log, table = running(), dict[bytes, bytes]()
    verdict = Verdict(traffic.settings_of)
    feed(verdict, log)
    write(verdict, table, 0)
    first = {key: value for key, value in table.items() if partition_of(key, 2) == 0}
    assert len(first) == len(table) - 1
    found = newest_manifest(first)
    assert found is not None
    assert found[1]["offset"] == len(log)
    assert manifests(first, 1) == {}, "the shard itself cannot go on without its panes"
    assert {partition_of(key, 1) for key in table} == {0}, "a topic with one partition has all of it"


@pytest.mark.parametrize("version", [1, SNAPSHOT_VERSION + 1, None])
def test_a_snapshot_of_another_release_is_refused(version: int | None) -> None:
    log, table = running(), dict[bytes, bytes]()
    verdict = Verdict(traffic.settings_of)
    feed(verdict, log)
    write(verdict, table, 0)
    key = next(key for key in table if b'"manifest"' in key)
    table[key] = zlib.compress(msgspec.msgpack.encode({**unpack(table[key]), "v": version}))
    wanted = rf"a snapshot must have version {SNAPSHOT_VERSION}, got {version!r}: .* another release"
    with pytest.raises(ProtocolError, match=wanted):
        Verdict.restore(traffic.settings_of, table)
    with pytest.raises(ProtocolError, match=wanted):
        newest_manifest(table)


def test_a_state_of_the_log_of_another_release_is_refused() -> None:
    log, table = running(), dict[bytes, bytes]()
    verdict = Verdict(traffic.settings_of)
    feed(verdict, log)
    write(verdict, table, 0)
    key = next(key for key in table if b'"manifest"' in key)
    manifest = unpack(table[key])
    table[key] = pack({**manifest, "log": {**manifest["log"], "v": 99}})
    with pytest.raises(ProtocolError, match=r"the state of the log must have version 1, got 99: .* another release"):
        Verdict.restore(traffic.settings_of, table)
