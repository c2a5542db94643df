"""Snapshots where time and chance would hardly lead: what one owner deletes, another may have come to need again."""

from __future__ import annotations

from driftline.contracts.log import BaselineInForce, Birth, Claim, Idle, LogRecord, Source, Stamp, TopicShape
from driftline.engine.baselines import pack_baseline
from driftline.engine.snapshot import Plan, manifests
from driftline.engine.verdict import Verdict
from protocol import traffic

STAMP = Stamp("w", 0)
SOURCE = Source("u", "life", 0)
HOURS = 10 * 3_600_000

Table = dict[bytes, bytes]


def announced(number: int, origin: int) -> BaselineInForce:
    known = traffic.baseline_of("a", number)
    return BaselineInForce("a", "1", known.id, pack_baseline(known), traffic.BEGIN, 10, origin, STAMP)


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
