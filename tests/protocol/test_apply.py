"""The rules of the log one by one: what is in the log before, the record, what becomes of it, and what then holds."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from driftline.contracts.log import (
    BaselineInForce,
    Birth,
    Claim,
    Counts,
    Delta,
    Gap,
    Idle,
    KnownBaselines,
    LogRecord,
    Payload,
    Retire,
    Source,
    Stamp,
    TopicShape,
    Trim,
    VerdictClaim,
)
from driftline.engine.ledger import LogState, Outcome
from driftline.engine.ledger_state import log_from_state, log_to_state
from driftline.engine.standing import NOBODY, Trimmed
from driftline.errors import ProtocolError
from driftline.windows.watermark import NO_TIME

P0, P1 = Source("t", "life-1", 0), Source("t", "life-1", 1)
NEW = Source("t", "life-2", 0)
STAMP = Stamp("w", 0)
DUE = 100


def claim(source: Source = P0, partitions: int = 1, shards: int = 1) -> Claim:
    return Claim(source, [TopicShape("t", source.topic_id, partitions)], STAMP, shards)


def birth(token: int = 0, to: int = 5, watermark: int = NO_TIME, source: Source = P0) -> Birth:
    return Birth(source, token, to, watermark, STAMP)


def delta(
    start: int = 5,
    end: int = 9,
    token: int = 0,
    watermark: int = DUE,
    *,
    known: int = 0,
    top: int = 110,
    payload: int | None = None,
    shard: int = 1,
) -> Delta:
    counts = Counts(accepted=end - start)
    payloads = [] if payload is None else [Payload(shard, [payload, payload + 5])]
    known_baselines = [KnownBaselines("m", "1", known, top)]
    return Delta(P0, token, start, end, watermark, counts, counts, known_baselines, [], STAMP, payloads)


def idle(at: int = 5, watermark: int = DUE, token: int = 0) -> Idle:
    return Idle(P0, token, at, watermark, STAMP)


def gap(start: int = 5, end: int = 8, token: int = 0) -> Gap:
    return Gap(P0, token, start, end, 300, "gone", STAMP)


def baseline(name: str = "b0", effective: int = NO_TIME, origin: int = 0) -> BaselineInForce:
    return BaselineInForce("m", "1", name, b"x", effective, 10, origin, STAMP)


def retire(topic_id: str = "life-1") -> Retire:
    return Retire("t", topic_id, 300, STAMP)


def trim(log: int = 3, payload: int = 7, token: int = 0) -> Trim:
    return Trim(1, token, log, payload, STAMP)


RUNNING = (claim(), birth())
TRIMMED = (VerdictClaim(1, STAMP), trim(token=2))


@dataclass
class Case:
    """``then`` are expressions that hold of the log afterwards."""

    name: str
    before: tuple[LogRecord, ...]
    record: LogRecord
    outcome: Outcome
    then: dict[str, object] = field(default_factory=dict)


TOKEN, POSITION, WATERMARK = "log.sources[P0].token", "log.position(P0)", "log.sources[P0].watermark"
FACTS = "[(f.kind, f.low, f.high) for f in log.facts]"
LINE = "[(e.baseline, e.effective) for e in log.line('m', '1').baselines]"
CASES = (
    Case("a claim's offset is the token", (), claim(), Outcome.COUNTED, {TOKEN: 0, POSITION: None}),
    Case("a newer claim fences", RUNNING, claim(), Outcome.COUNTED, {TOKEN: 2, POSITION: 5}),
    Case("a claim names all sources", (), claim(P0, 2), Outcome.COUNTED, {"sorted(log.sources)": [P0, P1]}),
    Case("one that claims more than it names", (), claim(P1, 1), Outcome.COUNTED, {"sorted(log.sources)": [P0, P1]}),
    Case("fewer partitions forget none", (claim(P0, 2),), claim(P0, 1), Outcome.COUNTED, {"len(log.sources)": 2}),
    Case("a claim of an ended life", (claim(), retire()), claim(), Outcome.STALE, {TOKEN: 0}),
    Case("a retired life is not named anew", (retire(),), claim(NEW), Outcome.COUNTED, {"sorted(log.sources)": [NEW]}),
    Case("birth", (claim(),), birth(), Outcome.COUNTED, {POSITION: 5, "log.sources[P0].base": 5}),
    Case("born once", RUNNING, birth(to=7), Outcome.DUPLICATE, {POSITION: 5}),
    Case("birth by a zombie", (claim(), claim()), birth(token=0), Outcome.ZOMBIE, {POSITION: None}),
    Case("birth at a watermark", (claim(),), birth(watermark=40), Outcome.COUNTED, {WATERMARK: 40, "log.closed": 40}),
    Case("nobody has claimed", (), delta(), Outcome.ZOMBIE),
    Case("a delta", RUNNING, delta(), Outcome.COUNTED, {POSITION: 9, WATERMARK: DUE, "log.closed": DUE}),
    Case("its counts", RUNNING, delta(), Outcome.COUNTED, {"log.sources[P0].records.accepted": 4}),
    Case("a delta before the birth", (claim(),), delta(), Outcome.OUT_OF_ORDER, {POSITION: None}),
    Case("a zombie's delta", (*RUNNING, claim()), delta(), Outcome.ZOMBIE, {POSITION: 5, "log.closed": NO_TIME}),
    Case("a delta twice", (*RUNNING, delta()), delta(), Outcome.DUPLICATE, {POSITION: 9}),
    Case("a hole before it", RUNNING, delta(start=6), Outcome.OUT_OF_ORDER, {POSITION: 5, "log.anomalies": 1}),
    Case("a hole is told", RUNNING, delta(start=6), Outcome.OUT_OF_ORDER, {FACTS: [("anomaly", NO_TIME, 110)]}),
    Case("it overlaps", (*RUNNING, delta()), delta(start=7, end=12), Outcome.OUT_OF_ORDER, {POSITION: 9}),
    Case("unaware", (*RUNNING, baseline()), delta(), Outcome.UNAWARE, {POSITION: 5, TOKEN: NOBODY}),
    Case("what follows it", (*RUNNING, baseline(), delta()), delta(known=1), Outcome.ZOMBIE, {POSITION: 5}),
    Case("aware", (*RUNNING, baseline()), delta(known=1), Outcome.COUNTED, {POSITION: 9}),
    Case("unaware of what is to come", (*RUNNING, baseline(effective=110)), delta(), Outcome.COUNTED, {POSITION: 9}),
    Case("one pane too far", (*RUNNING, baseline(effective=100)), delta(), Outcome.UNAWARE, {POSITION: 5}),
    Case("idle moves time on", RUNNING, idle(), Outcome.COUNTED, {WATERMARK: DUE, FACTS: [("idle", NO_TIME, DUE - 1)]}),
    Case("idle never back", (*RUNNING, delta()), idle(9, 50), Outcome.COUNTED, {WATERMARK: DUE, FACTS: []}),
    Case("idle at an earlier place", (*RUNNING, delta()), idle(5), Outcome.DUPLICATE, {"log.sources[P0].idle": False}),
    Case("idle ahead", RUNNING, idle(7), Outcome.OUT_OF_ORDER, {WATERMARK: NO_TIME}),
    Case("a delta wakes it", (*RUNNING, idle()), delta(), Outcome.COUNTED, {"log.sources[P0].idle": False}),
    Case("idle by a zombie", (*RUNNING, claim()), idle(), Outcome.ZOMBIE, {WATERMARK: NO_TIME}),
    Case("a gap", RUNNING, gap(), Outcome.COUNTED, {POSITION: 8, FACTS: [("gap", NO_TIME, 300)]}),
    Case("ids begin anew behind it", RUNNING, gap(), Outcome.COUNTED, {"log.sources[P0].base": 8}),
    Case("ids alone", (*RUNNING, delta()), gap(9, 9), Outcome.COUNTED, {"log.sources[P0].base": 9, FACTS: []}),
    Case("a gap twice", (*RUNNING, gap()), gap(), Outcome.DUPLICATE, {POSITION: 8}),
    Case("a gap ahead", RUNNING, gap(6, 8), Outcome.OUT_OF_ORDER, {POSITION: 5}),
    Case("a gap by a zombie", (*RUNNING, claim()), gap(), Outcome.ZOMBIE, {POSITION: 5}),
    Case("the end of a life", RUNNING, retire(), Outcome.COUNTED, {FACTS: [("retire", NO_TIME, 300)]}),
    Case("it holds nothing back", (*RUNNING, retire(), claim(NEW)), birth(2, source=NEW), Outcome.ZOMBIE),
    Case("ended once", (*RUNNING, retire()), retire(), Outcome.DUPLICATE, {"len(log.facts)": 1}),
    Case("a delta after the end", (*RUNNING, retire()), delta(), Outcome.ZOMBIE, {POSITION: 5}),
    Case("a first baseline", (), baseline(), Outcome.COUNTED, {LINE: [("b0", NO_TIME)]}),
    Case("a time within a pane", (), baseline(effective=101), Outcome.COUNTED, {LINE: [("b0", 110)]}),
    Case("after what was folded", (*RUNNING, delta()), baseline(), Outcome.COUNTED, {LINE: [("b0", 110)]}),
    Case("after what has closed", (*RUNNING, idle(watermark=121)), baseline(), Outcome.COUNTED, {LINE: [("b0", 130)]}),
    Case("announced twice", (baseline(),), baseline(), Outcome.DUPLICATE, {LINE: [("b0", NO_TIME)]}),
    Case("an older one", (baseline(origin=4),), baseline("b1", origin=3), Outcome.DUPLICATE),
    Case("the next", (baseline(),), baseline("b1", 55, 1), Outcome.COUNTED, {"log.line('m', '1').at(59)": "b0"}),
    Case(
        "from its time on", (baseline(),), baseline("b1", 55, 1), Outcome.COUNTED, {"log.line('m', '1').at(60)": "b1"}
    ),
    Case(
        "a pane after the last",
        (baseline(effective=50),),
        baseline("b1", 0, 1),
        Outcome.COUNTED,
        {LINE: [("b0", 50), ("b1", 60)]},
    ),
    Case("withdrawn", (baseline(),), baseline("", 50, 1), Outcome.COUNTED, {"log.line('m', '1').at(50)": ""}),
    Case("all must spread alike", (claim(),), claim(shards=2), Outcome.STALE, {TOKEN: 0, "log.shards": 1}),
    Case("a payload", (*RUNNING, *TRIMMED), delta(payload=7), Outcome.COUNTED, {POSITION: 9}),
    Case("given up", (*RUNNING, *TRIMMED), delta(payload=6), Outcome.TRIMMED, {POSITION: 5, TOKEN: NOBODY}),
    Case("of another shard", (*RUNNING, *TRIMMED), delta(payload=6, shard=2), Outcome.COUNTED, {POSITION: 9}),
    Case("a trim", (VerdictClaim(1, STAMP),), trim(), Outcome.COUNTED, {"log.trimmed(1)": Trimmed(3, 7)}),
    Case(
        "never back", (VerdictClaim(1, STAMP), trim()), trim(2, 9), Outcome.COUNTED, {"log.trimmed(1)": Trimmed(3, 9)}
    ),
    Case("a zombie's trim", (VerdictClaim(1, STAMP),) * 2, trim(), Outcome.ZOMBIE, {"log.trimmed(1)": Trimmed()}),
    Case("the log is cut", (*RUNNING, *TRIMMED), idle(), Outcome.COUNTED, {"log.cut": 3}),
    Case(
        "not beneath a shard", (claim(shards=2), VerdictClaim(1, STAMP)), trim(token=1), Outcome.COUNTED, {"log.cut": 0}
    ),
    Case("who judges", (), VerdictClaim(1, STAMP), Outcome.COUNTED, {"log.verdicts": {1: 0}}),
    Case(
        "who judges now", (VerdictClaim(1, STAMP),), VerdictClaim(1, STAMP), Outcome.COUNTED, {"log.verdicts": {1: 1}}
    ),
)


def log_of(records: tuple[LogRecord, ...]) -> LogState:
    log = LogState()
    for offset, record in enumerate(records):
        log.apply(offset, record)
    return log


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_becomes_of_a_record(case: Case) -> None:
    log = log_of(case.before)
    assert log.apply(len(case.before), case.record) is case.outcome
    for expression, value in case.then.items():
        assert eval(expression, {"log": log, "P0": P0}) == value, expression  # noqa: S307 - written above
    assert log.next_offset == len(case.before) + 1
    assert log_from_state(log_to_state(log)) == log


def test_windows_wait_for_sources_that_nobody_has_heard_of() -> None:
    log = log_of((claim(P0, 2), birth(), delta()))
    assert (log.closed, log.holding_back()) == (NO_TIME, [P1])
    log.apply(3, claim(P1, 2))
    log.apply(4, birth(3, 0, 30, P1))
    assert (log.closed, log.holding_back()) == (30, [P1])


def test_time_never_goes_back_when_a_source_comes_later() -> None:
    log = log_of((*RUNNING, delta(), claim(P1, 2)))
    assert log.closed == DUE
    assert log.holding_back() == [P1]


def test_earlier_lives_are_those_that_still_hold_windows_back() -> None:
    log = log_of((*RUNNING, claim(NEW)))
    assert log.earlier_lives(TopicShape("t", "life-2", 1)) == ["life-1"]
    log.apply(3, retire())
    assert log.earlier_lives(TopicShape("t", "life-2", 1)) == []


def test_whoever_still_sees_the_earlier_life_ends_nothing() -> None:
    log = log_of((*RUNNING, retire(), claim(NEW)))
    assert log.earlier_lives(TopicShape("t", "life-1", 1)) == []


def test_pruning_keeps_what_a_window_may_still_need() -> None:
    log = log_of((*RUNNING, gap(), baseline(), baseline("b1", 50, 1)))
    log.prune(50)
    assert [entry.content for entry in log.line("m", "1").baselines] == [b"", b"x"]
    assert [fact.kind for fact in log.facts] == ["gap"]
    log.prune(301)
    assert log.facts == []


def test_a_state_of_another_release_is_refused() -> None:
    with pytest.raises(ProtocolError, match="version"):
        log_from_state({**log_to_state(LogState()), "v": 0})
