from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.drawing.reading import feature_view, model_view
from driftline.drawing.values import ModelView
from driftline.web.history import History, past_of, states_of
from support.pages import DAY, START, feature, window


def closed(day: int, *names: str, model: str = "m", distance: float | None = 0.5) -> ModelView:
    statistics = window(*(feature(name, distance) for name in names), start=START + day * DAY, model=model)
    return model_view(statistics, map(feature_view, statistics.features))


def test_the_last_windows_are_kept_in_order() -> None:
    history = History(windows=3)
    for day in range(5):
        history.add(closed(day, "a", "b", distance=day / 8))
    past = past_of(history.of(("m", "1", "1d")), "b")
    assert [(point.start, point.value) for point in past] == [(START + day * DAY, day / 8) for day in (2, 3, 4)]
    assert [point.value for point in states_of(history.of(("m", "1", "1d")))] == [100.0] * 3


def test_a_window_that_is_told_again_is_kept_once() -> None:
    history = History()
    for day in (0, 1, 1, 0):
        history.add(closed(day, "a"))
    assert len(history.of(("m", "1", "1d"))) == 2


def test_features_come_and_go_and_what_is_not_known_stays_so() -> None:
    history = History()
    history.add(closed(0, "a"))
    history.add(closed(1, "b", "a", distance=None))
    history.add(closed(2, "b"))
    kept = history.of(("m", "1", "1d"))
    assert [point.value for point in past_of(kept, "a")] == [0.5, None]
    assert [point.state for point in past_of(kept, "b")] == ["UNKNOWN", "VIOLATED"]
    assert past_of(kept, "c") == ()


@given(days=st.permutations(range(6)), windows=st.integers(2, 8), cut=st.integers(0, 6))
@settings(max_examples=40, deadline=None)
def test_the_order_in_which_windows_are_told_makes_no_difference(days: list[int], windows: int, cut: int) -> None:
    in_order, mixed, other = History(windows=windows), History(windows=windows), History(windows=windows)
    for day in range(6):
        in_order.add(closed(day, "a", distance=day / 8))
    for day in days[:cut]:
        mixed.add(closed(day, "a", distance=day / 8))
    for day in days:
        other.add(closed(day, "a", distance=day / 8))
    mixed.join(other)
    key = ("m", "1", "1d")
    assert past_of(mixed.of(key), "a") == past_of(in_order.of(key), "a") == past_of(other.of(key), "a")


def test_what_both_know_stays_as_it_is() -> None:
    ours, theirs = History(), History()
    ours.add(closed(0, "a", distance=0.25))
    theirs.add(closed(0, "a", distance=0.5))
    theirs.add(closed(0, "a", model="n"))
    ours.join(theirs)
    assert [point.value for point in past_of(ours.of(("m", "1", "1d")), "a")] == [0.25]
    assert len(ours.of(("n", "1", "1d"))) == 1


def test_windows_of_the_same_features_share_their_names() -> None:
    history = History()
    for day in range(2):
        history.add(closed(day, "a", "b"))
    first, second = history.of(("m", "1", "1d"))
    assert first.places is second.places


@given(models=st.integers(1, 8), features=st.integers(1, 20), days=st.integers(1, 30), cells=st.integers(1, 500))
@settings(max_examples=40, deadline=None)
def test_the_budget_holds_whatever_comes(models: int, features: int, days: int, cells: int) -> None:
    history = History(cells=cells)
    for day in range(days):
        for model in range(models):
            history.add(closed(day, *(f"f{i}" for i in range(features)), model=str(model)))
    held = sum(len(history.of((str(model), "1", "1d"))) for model in range(models)) * features
    assert held <= max(cells, 2 * models * features)
