"""What is compared when everything has been drained."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from driftline.contracts.log import Gap, Source, decode_record
from driftline.contracts.statistics import WindowStatistics, decode_statistics
from driftline.engine.ledger_state import log_to_state
from driftline.engine.results import INCOMPLETE
from driftline.engine.snapshot import manifests
from driftline.engine.standing import Fact
from driftline.engine.verdict import Verdict
from protocol import oracle, traffic
from protocol.cluster import Cluster
from protocol.verdict_worker import outputs


def check(world: Cluster) -> None:
    """Everything; raises AssertionError with what differs."""
    stories = world.stories()
    told = {source: oracle.tell(source, world.tapes[source], story) for source, story in stories.items()}
    check_ledgers(world, told)
    check_letters(world, told)
    reference = [one for shard in range(1, 1 + world.shards) for one in replay(world, whole(world, shard), 0)]
    said = {identity: data for identity, data in reference if identity[0] == "window"}
    assert len(said) == sum(identity[0] == "window" for identity, _ in reference), "each window closes once"
    check_windows(world, told, said)
    assert world.out == dict(reference), difference(world.out, dict(reference))
    for shard in range(1, 1 + world.shards):
        check_restarts(world, shard)
    assert len(world.snapshots) < 400, "snapshots must be bounded"
    check_cuts(world)


def replay(world: Cluster, verdict: Verdict, start: int) -> list[tuple[tuple[str, ...], bytes]]:
    """Everything that a verdict makes of the log from an offset on."""
    found = []
    for offset in range(start, world.log.end):
        record = decode_record(world.log.records[offset])
        needed = verdict.needs(record)
        payload = world.payload(verdict.shard, needed, all_kept=True) if needed else b""
        assert payload is not None, "payloads are there before the log names them"
        for emitted in verdict.apply(offset, record, payload).emitted:
            found += outputs(emitted)
    return found


def difference(got: dict[tuple[str, ...], bytes], wanted: dict[tuple[str, ...], bytes]) -> str:
    missing, extra = sorted(wanted.keys() - got.keys()), sorted(got.keys() - wanted.keys())
    other = [(key, got[key], wanted[key]) for key in sorted(got.keys() & wanted.keys()) if got[key] != wanted[key]]
    return f"results: missing {missing[:5]}, extra {extra[:5]}, other {other[:2]}"


def check_ledgers(world: Cluster, told: dict[Source, oracle.Told]) -> None:
    """The log's counts are the oracle's, and every offset is accounted for."""
    for source, one in told.items():
        state = world.god.sources[source]
        assert state.records == one.records, f"records of {source}: {state.records} {one.records}"
        assert state.rows == one.rows, f"rows of {source}: {state.rows} {one.rows}"
        story = world.stories()[source]
        lost = sum(f.end - f.start for f in story.facts if isinstance(f, Gap))
        assert state.position - story.birth.to == state.records.total() + lost, f"offsets of {source}"


def check_letters(world: Cluster, told: dict[Source, oracle.Told]) -> None:
    """All that was refused is there under its reason; nothing else, but for what a gap or an end has cut off."""
    wanted = {(source, *place): reason for source, one in told.items() for place, reason in one.letters.items()}
    for letter, reason in wanted.items():
        assert world.letters.get(letter) == reason, f"dead letter {letter} {reason}: {world.letters.get(letter)}"
    forked = {fact.source for one in told.values() for fact in one.facts if fact.kind == "gap"} | world.ends.keys()
    spurious = [letter for letter in world.letters if letter not in wanted and letter[0] not in forked]
    assert not spurious, f"dead letters of nothing: {spurious}"


def check_windows(world: Cluster, told: dict[Source, oracle.Told], said: dict[tuple[str, ...], bytes]) -> None:
    """Every window once, and what it says is what its rows say."""
    wanted = {
        ("window", m, traffic.VERSION, label, str(start)): rows
        for (m, label, start), rows in oracle.windows(told).items()
    }
    missing, extra = sorted(wanted.keys() - said.keys()), sorted(said.keys() - wanted.keys())
    assert not missing, f"windows missing: {missing[:4]} of {len(wanted)}"
    assert not extra, f"windows of nothing: {extra[:4]}"
    facts = [fact for one in told.values() for fact in one.facts]
    facts += [fact for fact in world.god.facts if fact.kind == "retire"]
    for identity, window in wanted.items():
        check_window(world, decode_statistics(said[identity]), window, facts)


def check_window(world: Cluster, said: WindowStatistics, window: oracle.WindowRows, facts: list[Fact]) -> None:
    where = f"{said.model} {said.window}"
    line = world.god.line(said.model, said.version)
    baseline = line.at(said.window.start)
    assert said.baseline_id == (baseline or None), f"baseline of {where}"
    assert said.rows == len(window.rows), f"rows of {where}: {said.rows} {len(window.rows)}"
    touching = [fact for fact in facts if fact.touches(said.window.start, said.window.end)]
    assert said.ledger.complete == (not any(f.kind in INCOMPLETE for f in touching)), f"completeness of {where}"
    check_shares(said, oracle.shares(window), touching, where)
    if baseline:
        number = next(n for n in range(3) if traffic.baseline_of(said.model, n).id == baseline)
        check_features(said, window, traffic.edges_of(number), where)


def check_shares(
    said: WindowStatistics, shares: dict[Source, tuple[int, int, int, int]], facts: list[Fact], where: str
) -> None:
    got = {}
    for share in said.ledger.sources:
        r = share.range
        if share.rows.accepted:
            source = Source(r.topic, r.topic_id, r.partition)
            got[source] = (share.records.accepted, share.rows.accepted, r.start, r.end - 1)
    assert got == shares, f"sources of {where}: {got} {shares}"
    end = said.window.end
    idle = {f.source for f in facts if f.kind == "idle" and f.low < end <= f.high + 1}
    told = {Source(s.range.topic, s.range.topic_id, s.range.partition) for s in said.ledger.sources if s.idle}
    assert told == idle, f"idle sources of {where}: {told} {idle}"


def check_features(said: WindowStatistics, window: oracle.WindowRows, edges: tuple[float, ...], where: str) -> None:
    if not window.rows:
        return
    numbers = [row.x for _, _, row in window.rows if row.x is not None]
    x, c = said.features
    assert (x.present, x.missing) == (len(numbers), len(window.rows) - len(numbers)), f"x of {where}"
    assert list(x.counts) == oracle.bins(numbers, edges), f"bins of {where}"
    if numbers:
        assert (x.min, x.max) == (min(numbers), max(numbers)), f"bounds of {where}"
        assert x.mean is not None
        assert math.isclose(x.mean, sum(numbers) / len(numbers), abs_tol=1e-9), f"sum of {where}"
    names = [row.c for _, _, row in window.rows]
    known = [names.count("blue"), names.count("red")]
    assert sorted(c.counts) == sorted([*known, sum(n == "green" for n in names)]), f"categories of {where}"
    assert c.unseen == sum(n == "green" for n in names), f"unseen of {where}"


def whole(world: Cluster, shard: int) -> Verdict:
    """A shard before anything has happened."""
    return Verdict(traffic.settings_of, shard, world.shards, traffic.LONGEST)


def check_restarts(world: Cluster, shard: int) -> None:
    """From every snapshot that stands, the rest of the log leads to the state that the whole log leads to."""
    begun = whole(world, shard)
    replay(world, begun, 0)
    wanted = state_of(begun)
    standing = manifests(world.snapshots, shard)
    assert max(manifest["offset"] for manifest in standing.values()) >= world.log.start, "a snapshot must reach the log"
    for key, manifest in standing.items():
        if manifest["offset"] < world.log.start:
            continue  # one that landed late, from an owner who had gone; the next owner deletes it
        table = {k: v for k, v in world.snapshots.items() if b'"manifest"' not in k or k == key}
        restored = Verdict.restore(traffic.settings_of, table, shard, world.shards, traffic.LONGEST)
        assert restored.log.next_offset == manifest["offset"]
        replay(world, restored, restored.log.next_offset)
        got = state_of(restored)
        for part, value in wanted.items():
            assert got[part] == value, f"restart differs in {part}: {got[part]} {value}"


def check_cuts(world: Cluster) -> None:
    """What nobody needs is let go: with nothing coming any more, all but the last records."""
    assert world.log.end - world.log.start < 60 * world.shards, "the log must be cut"
    for shard, tape in world.payloads.items():
        assert tape.end - tape.start < 60, f"payloads of shard {shard} must be cut"


def state_of(verdict: Verdict) -> dict[str, Any]:
    """Everything that what is said later depends on."""
    verdict.log.prune(verdict._horizon())
    state: dict[str, Any] = {"log": log_to_state(verdict.log)}
    for key, book in sorted(verdict.books.items()):
        state[f"book {key}"] = book.to_state()
        state[f"panes {key}"] = [book.panes.pane_state(start) for start in sorted(book.panes.panes)]
    return {name: msgspec.msgpack.encode(value) for name, value in state.items()}
