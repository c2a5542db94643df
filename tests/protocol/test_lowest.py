"""The smallest watermark, kept up to date, is the one that a look at every source finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from driftline.contracts.log import Birth, Claim, Idle, LogRecord, Retire, Source, Stamp, TopicShape
from driftline.engine.ledger import LogState
from driftline.windows.watermark import NO_TIME

STAMP = Stamp("w", 0)
STEP = st.tuples(st.sampled_from(("claim", "birth", "idle", "retire")), st.integers(0, 5), st.integers(0, 50))


def record_of(log: LogState, kind: str, number: int, value: int) -> LogRecord:
    topic = f"t{number % 2}"
    source = Source(topic, f"life-{value % 3 if kind == 'retire' else 0}", number % 3)
    state = log.sources.get(source)
    token = -2 if state is None else state.token
    match kind:
        case "claim":
            named = [TopicShape(name, "life-0", 1 + value % 3) for name in ("t0", "t1")[: 1 + value % 2]]
            return Claim(source, named, STAMP)
        case "birth":
            return Birth(source, token, 0, value, STAMP)
        case "idle":
            return Idle(source, token, 0, value * 3, STAMP)
        case _:
            return Retire(topic, source.topic_id, value, STAMP)


@given(st.lists(STEP, max_size=60))
def test_the_smallest_watermark_is_that_of_all(steps: list[tuple[str, int, int]]) -> None:
    log, closed = LogState(), NO_TIME
    for offset, step in enumerate(steps):
        counted = log.apply(offset, record_of(log, *step)) == "counted"
        if counted:
            closed = max(closed, min((state.watermark for _, state in log.living()), default=NO_TIME))
        assert log.closed == closed
