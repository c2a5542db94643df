import logging
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from driftline.health.news import REST_SECONDS, News
from driftline.health.source import Condition, Verdict


def verdict(condition: Condition, why: str = "why") -> Verdict:
    return Verdict(condition, 0.0, why)


CURRENT, SLOW, STUCK = (verdict(c) for c in (Condition.CURRENT, Condition.SLOW, Condition.STUCK))


@given(st.lists(st.sampled_from(Condition), min_size=1, max_size=60))
def test_whatever_happens_a_source_is_spoken_of_once_a_minute_and_the_last_word_is_true(story: list[Condition]) -> None:
    news, told, now = News(), [], 0.0
    for condition in story:
        now += 10.0
        told += [(now, line) for _, line in news.tell(now, {"a[0]": verdict(condition)})]
    times = [at for at, _ in told]
    assert all(after - before >= REST_SECONDS for before, after in pairwise(times))
    news.tell(now + REST_SECONDS, {"a[0]": verdict(story[-1])})
    assert news.tell(now + 3 * REST_SECONDS, {"a[0]": verdict(story[-1])}) == []


def test_one_line_for_all_that_it_befell() -> None:
    news = News()
    sources = {f"captures[{n}]": verdict(Condition.SLOW, f"why {n}") for n in range(8)}
    names = "captures[0], captures[1], captures[2], captures[3], captures[4] and 3 more"
    line = f"{names}: slow: more comes than is read (captures[0]: why 0)"
    assert news.tell(0.0, sources) == [(logging.WARNING, line)]
    assert news.tell(1.0, sources) == []


def test_trouble_and_its_end_are_told_ordinary_changes_are_not() -> None:
    news = News()
    assert news.tell(0.0, {"a[0]": CURRENT, "a[1]": verdict(Condition.STARTING)}) == []
    assert news.tell(60.0, {"a[0]": verdict(Condition.CATCHING_UP), "a[1]": verdict(Condition.HELD_BACK)}) == []
    assert news.tell(120.0, {"a[0]": STUCK, "a[1]": CURRENT}) == [
        (logging.ERROR, "a[0]: stuck: what waits is not read (why)")
    ]
    assert news.tell(180.0, {"a[0]": CURRENT, "a[1]": CURRENT}) == [(logging.INFO, "a[0]: all is well again (why)")]


def test_a_broker_that_is_gone_is_not_told_of_every_source() -> None:
    news = News()
    news.tell(0.0, {"a[0]": SLOW})
    assert news.tell(100.0, {"a[0]": verdict(Condition.UNREACHABLE)}) == []
    assert news.tell(200.0, {"a[0]": SLOW}) == []


def test_a_source_that_has_gone_is_forgotten() -> None:
    news = News()
    news.tell(0.0, {"a[0]": SLOW})
    assert news.tell(1.0, {}) == []
    assert len(news.tell(2.0, {"a[0]": SLOW})) == 1
