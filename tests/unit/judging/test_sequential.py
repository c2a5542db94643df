"""The sequential lane: what it sees, how seldom it errs, and that a restart cannot be told."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.errors import DriftlineError
from driftline.judging import sequential
from driftline.judging.budget import Budget
from driftline.judging.sequential import CAP, EPOCH, HOLD, SequentialLane, pane_steps
from driftline.judging.states import State

MINUTE = 60_000


def lane(*features: str) -> SequentialLane:
    return SequentialLane("b", features or ("x",), MINUTE)


def feed(one: SequentialLane, means: np.ndarray, count: int = CAP) -> list[State]:
    """States of the first feature after every pane."""
    states = []
    for row in np.atleast_2d(means.T).T:
        one.observe(row, np.full(len(row), count))
        states.append(one.readings()[0].state)
    return states


def null(panes: int, features: int = 1, seed: int = 0, count: int = CAP) -> np.ndarray:
    """Pane means of ``count`` standard normal rows."""
    return np.random.default_rng(seed).normal(size=(panes, features)) / np.sqrt(count)


def test_inputs_have_unit_variance_whatever_the_size_of_the_pane() -> None:
    for count in (1, 10, CAP):
        steps = pane_steps(null(20_000, 1, seed=count, count=count)[:, 0], np.full(20_000, count))
        assert steps.std() / 1024 == pytest.approx(1.0, rel=0.02)
    busy = pane_steps(null(20_000, count=100 * CAP)[:, 0], np.full(20_000, 100 * CAP))
    assert busy.std() / 1024 == pytest.approx(0.1, rel=0.02)


@pytest.mark.parametrize(("shift", "within"), [(0.15, 120), (0.25, 40), (1.0, 12)])
def test_a_step_is_seen_within_panes(shift: float, within: int) -> None:
    means = null(400, seed=3)
    means[200:] += shift
    states = feed(lane(), means)
    assert State.WATCH not in states[:200]
    assert State.WATCH in states[200 : 200 + within]


def test_slow_drift_that_no_pane_shows_is_seen() -> None:
    means = null(500, seed=4) + np.linspace(0.0, 0.3, 500)[:, None]
    assert State.WATCH in feed(lane(), means)


def test_noise_stays_within_the_budget() -> None:
    """20 features for a week of one-minute panes: at most one false alarm is granted, on average."""
    weeks, features, panes = 2, 20, 7 * 24 * 60
    alarms = 0
    for seed in range(weeks):
        one = SequentialLane("b", tuple(map(str, range(features))), MINUTE)
        for row in null(panes, features, seed=seed):
            before = [] if one._detectors is None else one._detectors
            held = sum(detector.alarms for detector in before)
            one.observe(row, np.full(features, CAP))
            alarms += max(0, sum(detector.alarms for detector in one._detectors or []) - held)
    assert alarms <= 3 * weeks  # 2 expected at most; P(Poisson(2) > 6) = 0.5 %


def test_a_smaller_budget_raises_the_threshold() -> None:
    assert Budget(alarms_per_week=0.1).page_hinkley(20, MINUTE) > Budget().page_hinkley(20, MINUTE)
    assert Budget().page_hinkley(200, MINUTE) > Budget().page_hinkley(20, MINUTE)


def test_an_alarm_is_shown_for_a_while_and_then_no_more() -> None:
    means = np.zeros((200, 1))
    means[100:] = 0.5
    states = feed(lane(), means)
    first = states.index(State.WATCH)
    last = len(states) - states[::-1].index(State.WATCH)
    assert HOLD <= last - first <= 3 * HOLD
    assert states[-1] is State.OK


def test_missing_panes_are_left_out_and_nan_never_reaches_river() -> None:
    means = null(300, seed=5)
    means[150:] += 1.0
    holes = means.copy()
    holes[100:110] = np.nan
    holes[140] = np.inf
    assert State.WATCH in feed(lane(), holes)[150:170]


def test_a_feature_never_seen_is_unknown() -> None:
    one = lane("x", "y")
    one.observe(np.array([0.0, np.nan]), np.array([5, 0]))
    assert [reading.state for reading in one.readings()] == [State.OK, State.UNKNOWN]


def test_a_panic_of_the_detector_is_unknown_until_the_epoch_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicError(BaseException):
        """As pyo3 raises it."""

    one = lane()
    feed(one, null(5))

    def panic(_: float) -> None:
        raise PanicError

    assert one._detectors is not None
    monkeypatch.setattr(one._detectors[0], "adwin", type("Broken", (), {"update": staticmethod(panic)})())
    assert feed(one, null(5))[-1] is State.UNKNOWN
    assert feed(one, null(EPOCH))[-1] is State.OK


def test_stopping_the_program_is_not_taken_for_a_panic(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: float) -> None:
        raise KeyboardInterrupt

    one = lane()
    feed(one, null(1))
    assert one._detectors is not None
    monkeypatch.setattr(one._detectors[0], "adwin", type("Stopped", (), {"update": staticmethod(stop)})())
    with pytest.raises(KeyboardInterrupt):
        feed(one, null(1))


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 99),
    cut=st.integers(0, 2 * EPOCH + 40),
    shift=st.sampled_from([0.0, 0.3, 2.0]),
)
def test_a_restart_at_any_pane_changes_nothing(seed: int, cut: int, shift: float) -> None:
    panes = 2 * EPOCH + 40
    means = null(panes, 2, seed)
    means[panes // 2 :] += shift
    means[::7, 1] = np.nan
    counts = np.array([CAP, 3])
    whole, one = lane("x", "y"), lane("x", "y")
    for number, row in enumerate(means):
        if number == cut:
            one = SequentialLane.from_state(msgspec.msgpack.decode(msgspec.msgpack.encode(one.to_state())))
        whole.observe(row, counts)
        one.observe(row, counts)
        if number % 50 == 0:
            assert one.readings() == whole.readings()
    assert one.readings() == whole.readings()
    assert one.to_state() == whole.to_state()


def test_the_state_is_bounded() -> None:
    one = lane("x", "y", "z")
    feed(one, null(3 * EPOCH, 3))
    assert len(one.to_state()["values"]) <= 3 * EPOCH * 2


def test_states_of_another_version_are_refused() -> None:
    with pytest.raises(DriftlineError, match="must have version 1, got 9"):
        SequentialLane.from_state({"v": 9})


def test_a_lane_without_features_survives_its_restart() -> None:
    one = SequentialLane("b", (), MINUTE)
    one.observe(np.empty(0), np.empty(0, dtype=np.int64))
    again = SequentialLane.from_state(one.to_state())
    assert again.readings() == ()


def test_constants_say_what_they_are_chosen_for() -> None:
    assert 1 / np.sqrt(CAP) == 0.125
    assert sequential.ALLOWANCE == 0.5
