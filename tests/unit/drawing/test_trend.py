from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.drawing.trend import HEIGHT, MOST, WIDTH, spark, strip, summary, thinned, trend
from driftline.drawing.values import Point
from support.pages import DAY, START, Reader

figure = st.none() | st.floats(0, 1e12)
points_of = st.lists(
    st.tuples(figure, figure, st.sampled_from(["OK", "WATCH", "UNKNOWN", "VIOLATED"])), max_size=400
).map(lambda held: [Point(START + i * DAY, value, limit, state) for i, (value, limit, state) in enumerate(held)])


@given(points_of)
@settings(max_examples=150, deadline=None)
def test_everything_drawn_is_inside_the_picture(points: list[Point]) -> None:
    if not points:
        return
    picture = trend(points)
    Reader(picture)
    Reader(spark(points))
    Reader(strip(points))
    for path in re.findall(r' d="([^"]*)"', picture):
        for x, y in re.findall(r"[ML]([-\d.]+) ([-\d.]+)", path):
            assert 0 <= float(x) <= WIDTH
            assert 0 <= float(y) <= HEIGHT
    assert "nan" not in picture
    assert "inf" not in picture


@given(points_of)
@settings(max_examples=100, deadline=None)
def test_thinning_keeps_the_farthest_of_what_is_violated(points: list[Point]) -> None:
    shown = thinned(points)
    assert len(shown) <= MOST
    violated = [point.value for point in points if point.state == "VIOLATED" and point.value is not None]
    if violated:
        assert max(violated) == max(p.value for p in shown if p.state == "VIOLATED" and p.value is not None)


def test_the_line_breaks_where_nothing_is_known() -> None:
    values = (0.1, 0.2, None, 0.3)
    picture = trend([Point(START + i * DAY, value, 0.5, "OK") for i, value in enumerate(values)])
    line = re.search(r'd="([^"]*)" class="line"', picture)
    assert line is not None
    assert re.findall("[ML]", line[1]) == ["M", "L", "M"]
    assert picture.count('class="gap"') == 1


def test_a_feature_without_a_past_says_so() -> None:
    assert "No window has had a distance yet." in trend([])
    assert summary([Point(START, None, 0.1, "UNKNOWN")]) == "no distance is known"
    assert strip([]) == "–"


def test_states_are_told_in_words() -> None:
    states = ["OK"] * 40 + ["VIOLATED", "UNKNOWN"]
    told = Reader(strip([Point(START + i * DAY, 1.0, None, state) for i, state in enumerate(states)])).values(
        "aria-label"
    )
    assert told == ["Last 30 windows, since 2023-11-27 00:00 UTC: 1 VIOLATED, 1 UNKNOWN, 28 OK"]
