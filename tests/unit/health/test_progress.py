from hypothesis import given
from hypothesis import strategies as st

from driftline.health.progress import LOOP, LOOP_SECONDS, PART_SECONDS, PartState, Progress

STEPS = st.lists(st.tuples(st.floats(0.1, 200), st.sampled_from(["given", "done"])), max_size=40)


def one(progress: Progress, now: float, name: str) -> PartState:
    (state,) = (part for part in progress.look(now) if part.name == name)
    return state


@given(STEPS, st.floats(0, 400))
def test_an_agent_is_stuck_exactly_if_it_had_work_all_the_time_and_finished_none(
    steps: list[tuple[float, str]], later: float
) -> None:
    progress, now, pending, since = Progress(), 0.0, 0, 0.0
    for seconds, what in steps:
        now += seconds
        getattr(progress, what)("agent", now)
        if what == "done" or not pending:
            since = now
        pending = max(0, pending + (1 if what == "given" else -1))
    for state in progress.look(now + later):
        assert state.pending == pending
        assert state.stuck == (pending > 0 and now + later - since > PART_SECONDS)


def test_a_loop_has_to_come_round_from_its_first_beat_on() -> None:
    progress = Progress()
    assert progress.look(1e9) == ()
    progress.beat(LOOP, 5.0)
    progress.beat("capture service", 5.0)
    assert not one(progress, 5.0 + LOOP_SECONDS, LOOP).stuck
    assert one(progress, 6.0 + LOOP_SECONDS, LOOP).stuck
    assert not one(progress, 6.0 + LOOP_SECONDS, "capture service").stuck
    assert one(progress, 6.0 + PART_SECONDS, "capture service").stuck
    progress.beat("capture service", 500.0)
    assert not one(progress, 500.0, "capture service").stuck


def test_an_agent_without_work_is_never_stuck() -> None:
    progress = Progress()
    progress.given("agent", 1.0)
    progress.done("agent", 2.0)
    state = one(progress, 1e9, "agent")
    assert (state.stuck, state.sentence()) == (False, "the agent waits for work")


def test_a_part_that_ended_in_good_order_is_not_waited_for() -> None:
    progress = Progress()
    progress.beat("loop", 0.0)
    progress.forget("loop")
    progress.forget("never heard of")
    assert progress.look(1e9) == ()


def test_what_is_stuck_says_for_how_long() -> None:
    progress = Progress()
    progress.given("agent", 0.0)
    assert one(progress, 131.4, "agent").sentence() == "the agent has work and has not moved for 131 s"
