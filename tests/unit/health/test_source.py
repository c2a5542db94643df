"""The rules on the condition of a source, as laws over whatever may be observed, and as the stories they were made for."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.health.source import (
    BEHIND_SECONDS,
    HORIZON_SECONDS,
    QUIET_SECONDS,
    SILENT_SECONDS,
    STUCK_SECONDS,
    Condition,
    Observation,
    SourceWatch,
    Verdict,
)

Steps = list[tuple[float, int | None, int, int | None, bool, bool]]


@st.composite
def stories(draw: st.DrawFn) -> list[Observation]:
    """Looks at one source: seconds pass, records are read and written, Kafka answers or does not."""
    at = answered = draw(st.sampled_from([0.0, 1e6]))
    position, end = 0, draw(st.integers(0, 1000))
    looks = []
    for _ in range(draw(st.integers(1, 40))):
        at += draw(st.sampled_from([0.5, 2.0, 2.0, 15.0, 50.0]))
        end += draw(st.sampled_from([0, 0, 1, 100, 5000]))
        position = min(end, position + draw(st.sampled_from([0, 0, 1, 100, 5000])))
        answered = at if draw(st.integers(0, 5)) else answered
        looks.append(
            Observation(
                at,
                draw(st.sampled_from([position] * 6 + [None, max(0, position - 10)])),
                draw(st.sampled_from([end] * 6 + [None])),
                answered,
                held_back=draw(st.integers(0, 9)) == 0,
            )
        )
    return looks


def verdicts(looks: list[Observation]) -> list[Verdict]:
    watch = SourceWatch()
    return [watch.observe(look) for look in looks]


@given(stories())
def test_unreachable_is_exactly_that_kafka_has_not_answered(looks: list[Observation]) -> None:
    for look, verdict in zip(looks, verdicts(looks), strict=True):
        assert (verdict.condition is Condition.UNREACHABLE) == (look.at - look.answered >= SILENT_SECONDS)


@given(stories())
def test_a_source_that_has_moved_or_had_no_need_to_is_not_stuck(looks: list[Observation]) -> None:
    for n, verdict in enumerate(verdicts(looks)):
        if verdict.condition is not Condition.STUCK:
            continue
        recent = [look for look in looks[: n + 1] if looks[n].at - look.at < STUCK_SECONDS]
        assert not any(look.held_back for look in recent)
        assert not any(None not in (look.position, look.end) and look.position >= look.end for look in recent)  # type: ignore[operator]
        before = [look.position for look in looks[: n + 1] if look not in recent and look.position is not None]
        assert max((look.position or 0 for look in recent), default=0) <= max(before, default=0)


@given(stories())
def test_no_traffic_means_that_everything_is_read_and_nothing_came(looks: list[Observation]) -> None:
    for n, verdict in enumerate(verdicts(looks)):
        if verdict.condition is Condition.NO_TRAFFIC:
            assert looks[n].position == looks[n].end
            ends = {look.end for look in looks[: n + 1] if looks[n].at - look.at < QUIET_SECONDS} - {None}
            assert len(ends) == 1


@given(stories())
def test_slow_and_catching_up_both_read_and_differ_by_what_comes(looks: list[Observation]) -> None:
    for n, verdict in enumerate(verdicts(looks)):
        if verdict.condition not in {Condition.SLOW, Condition.CATCHING_UP}:
            continue
        now = looks[n]
        first = next(look for look in looks if now.at - look.at <= HORIZON_SECONDS)
        assert None not in (now.position, now.end, first.position, first.end)
        read, came = now.position - first.position, now.end - first.end  # type: ignore[operator]
        assert read > 0
        long_ago = [look for look in looks[: n + 1] if BEHIND_SECONDS < now.at - look.at <= HORIZON_SECONDS]
        assert any(look.end is not None and look.end > now.position for look in long_ago)  # type: ignore[operator]
        if verdict.condition is Condition.SLOW:
            assert came > read


@given(stories(), st.integers(-1000, 10**9), st.integers(0, 10**12))
def test_only_differences_of_times_and_offsets_matter(looks: list[Observation], seconds: int, offset: int) -> None:
    moved = [
        replace(
            look,
            at=look.at + seconds,
            answered=look.answered + seconds,
            position=None if look.position is None else look.position + offset,
            end=None if look.end is None else look.end + offset,
        )
        for look in looks
    ]
    assert [one.condition for one in verdicts(moved)] == [one.condition for one in verdicts(looks)]


@given(stories())
def test_since_is_when_the_condition_began(looks: list[Observation]) -> None:
    told = verdicts(looks)
    for n, verdict in enumerate(told):
        first = n
        while first and told[first - 1].condition is verdict.condition:
            first -= 1
        assert verdict.since == looks[first].at


def story(seconds: int, look: Callable[[int], tuple[int | None, int | None]], **more: object) -> Verdict:
    """One look every two seconds; the last verdict."""
    watch, verdict = SourceWatch(), None
    for at in range(0, seconds + 1, 2):
        verdict = watch.observe(Observation(at, *look(at), at, **more))  # type: ignore[arg-type]
    assert verdict is not None
    return verdict


@pytest.mark.parametrize(
    ("look", "condition", "why"),
    [
        (lambda t: (100 * t, 100 * t), Condition.CURRENT, "everything is read"),
        (lambda t: (100 * t, 100 * t + 900), Condition.CURRENT, "900 records wait"),
        (lambda _: (7, 7), Condition.NO_TRAFFIC, "nothing has come for 120 s"),
        (lambda t: (50 * t, 100 * t), Condition.SLOW, "6000 records wait; 100 come and 50 are read a second"),
        (
            lambda t: (100 * t, 50 * t + 20_000),
            Condition.CATCHING_UP,
            "14000 records wait; 50 come and 100 are read a second",
        ),
        (lambda t: (7, 7 + t), Condition.STUCK, "120 records wait, none was read for 120 s"),
        (lambda _: (None, 500), Condition.STUCK, "not being read yet, for 120 s"),
        (lambda t: (100 * min(t, 118), 100 * t), Condition.CURRENT, "200 records wait"),
        (
            lambda t: (100 * t, 100 * t + 1_400),
            Condition.CATCHING_UP,
            "1400 records wait; 100 come and 100 are read a second",
        ),
        (lambda t: (7 if t < 120 else 57, 7 if t < 118 else 107), Condition.CURRENT, "50 records wait"),
        (
            lambda t: ((t - 29) // 30, (t + 15) // 30),
            Condition.CATCHING_UP,
            "1 records wait; 0 come and 0 are read a second",
        ),
        (lambda t: ((t - 4) // 3, t // 3), Condition.CURRENT, "2 records wait"),
    ],
)
def test_stories(look: Callable[[int], tuple[int | None, int | None]], condition: Condition, why: str) -> None:
    verdict = story(120, look)
    assert (verdict.condition, verdict.why) == (condition, why)


def test_one_record_after_an_hour_of_silence_is_not_stuck_at_once() -> None:
    verdict = story(3600, lambda t: (7, 7 if t < 3598 else 8))
    assert (verdict.condition, verdict.why) == (Condition.CURRENT, "1 records wait")


def test_a_worker_that_comes_back_from_an_outage_gets_its_time() -> None:
    watch = SourceWatch()
    watch.observe(Observation(0, 10, 20, 0))
    assert watch.observe(Observation(600, 10, None, 0)).condition is Condition.UNREACHABLE
    assert watch.observe(Observation(602, 10, 20, 602)).condition is Condition.CURRENT
    assert watch.observe(Observation(602 + STUCK_SECONDS, 10, 20, 602 + STUCK_SECONDS)).condition is Condition.STUCK


def test_reading_the_same_again_and_again_is_no_progress() -> None:
    verdict = story(120, lambda t: (10 + t % 4, 1000))
    assert verdict.condition is Condition.STUCK


def test_an_end_that_cannot_be_had_says_why() -> None:
    verdict = story(60, lambda _: (7, None), fault="no leader")
    assert (verdict.condition, verdict.why) == (Condition.STUCK, "no leader, none was read for 60 s")
