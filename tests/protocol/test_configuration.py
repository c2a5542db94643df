"""Topics that leave the configuration, and come back: they hold nothing back, and touch nothing that is closed."""

from __future__ import annotations

from driftline.contracts.log import Birth, Claim, Counts, Delta, LogRecord, Source, Stamp, TopicShape
from driftline.engine.ledger import LogState, Outcome
from driftline.engine.ledger_state import log_from_state, log_to_state
from driftline.windows.watermark import NO_TIME

A, B = Source("a", "1", 0), Source("b", "1", 0)
STAMP = Stamp("w", 0)


def claim(source: Source, *topics: str) -> Claim:
    return Claim(source, [TopicShape(topic, "1", 1) for topic in topics], STAMP)


def birth(source: Source, token: int) -> Birth:
    return Birth(source, token, 0, NO_TIME, STAMP)


def delta(source: Source, token: int, start: int, watermark: int) -> Delta:
    counts = Counts(accepted=1)
    return Delta(source, token, start, start + 1, watermark, counts, counts, [], [], STAMP)


def played(*records: LogRecord) -> tuple[LogState, list[Outcome]]:
    log = LogState()
    return log, [log.apply(offset, record) for offset, record in enumerate(records)]


BOTH = (claim(A, "a", "b"), birth(A, 0), claim(B, "a", "b"), birth(B, 2), delta(A, 0, 0, 100), delta(B, 2, 0, 500))


def test_a_topic_in_the_configuration_holds_windows_back() -> None:
    assert played(*BOTH)[0].closed == 100


def test_a_topic_that_left_the_configuration_does_not() -> None:
    log, outcomes = played(*BOTH, claim(B, "b"))
    assert outcomes[-1] is Outcome.COUNTED
    assert log.closed == 500
    assert log.holding_back() == [B]


def test_nobody_speaks_for_a_topic_that_left() -> None:
    _, outcomes = played(*BOTH, claim(B, "b"), delta(A, 0, 1, 120))
    assert outcomes[-1] is Outcome.ZOMBIE


def test_a_topic_that_comes_back_goes_on_where_it_stood_but_not_before_what_is_closed() -> None:
    log, outcomes = played(*BOTH, claim(B, "b"), claim(A, "a", "b"), delta(A, 7, 1, 510), delta(B, 6, 1, 600))
    assert outcomes[-2:] == [Outcome.COUNTED, Outcome.COUNTED]
    assert log.position(A) == 2
    assert played(*BOTH, claim(B, "b"), claim(A, "a", "b"))[0].sources[A].watermark == 500
    assert log.closed == 510


def test_the_state_remembers_who_left() -> None:
    log, _ = played(*BOTH, claim(B, "b"))
    assert log_from_state(log_to_state(log)) == log
