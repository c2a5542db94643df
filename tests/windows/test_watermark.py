import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from driftline.windows import NO_TIME, PaneSpec, late_mask

PANE = PaneSpec(10)


def ends(times: NDArray[np.int64]) -> NDArray[np.int64]:
    return PANE.panes_of(times) + 10


def one_by_one(times: list[int], watermark: int, lateness: int) -> tuple[list[bool], int]:
    late = []
    for time in times:
        behind = PANE.pane_of(time) + 10 <= watermark
        late.append(behind)
        if not behind:
            watermark = max(watermark, time - lateness)
    return late, watermark


def test_an_event_is_late_when_its_pane_has_been_passed() -> None:
    #    0    10   20   30
    #    |----|----|----|
    #      a    .    b            b moves the watermark to 20: the panes from 0 and 10 are behind it
    #      c    d                 both late
    times = np.array([5, 25, 5, 15, 20])
    late, watermark = late_mask(times, ends(times), NO_TIME, 5)
    assert late.tolist() == [False, False, True, True, False]
    assert watermark == 20


@pytest.mark.parametrize(("watermark", "late"), [(9, False), (10, True), (11, True)])
def test_the_end_of_the_pane_is_the_edge(watermark: int, *, late: bool) -> None:
    mask, _ = late_mask(np.array([5]), np.array([10]), watermark, 100)
    assert mask.tolist() == [late]


def test_an_event_does_not_judge_itself() -> None:
    mask, watermark = late_mask(np.array([9]), np.array([10]), NO_TIME, 0)
    assert mask.tolist() == [False]
    assert watermark == 9


def test_the_watermark_never_falls() -> None:
    times = np.array([100, 50, 60])
    assert late_mask(times, ends(times), 500, 0)[1] == 500


def test_no_events_change_nothing() -> None:
    empty = np.array([], dtype=np.int64)
    mask, watermark = late_mask(empty, empty, 7, 5)
    assert mask.shape == (0,)
    assert watermark == 7


def test_no_time_stays_before_all_time_even_with_a_huge_lateness() -> None:
    times = np.array([-(2**40), 0])
    mask, watermark = late_mask(times, ends(times), NO_TIME, 2**50)
    assert not mask.any()
    assert watermark == -(2**50)


def test_times_outside_their_pane_and_negative_lateness_are_refused() -> None:
    with pytest.raises(ValueError, match="must lie before the end of its pane"):
        late_mask(np.array([10]), np.array([10]), 0, 0)
    with pytest.raises(ValueError, match="lateness must be 0 ms or more, got -1"):
        late_mask(np.array([1]), np.array([10]), 0, -1)


@given(
    st.lists(st.integers(-200, 200), max_size=60),
    st.integers(0, 60),
    st.sampled_from([NO_TIME, -50, 0, 33]),
    st.lists(st.integers(0, 60), max_size=6),
)
@settings(deadline=None)
def test_any_cut_into_batches_answers_like_one_event_at_a_time(
    times: list[int], lateness: int, watermark: int, cuts: list[int]
) -> None:
    expected = one_by_one(times, watermark, lateness)
    got: list[bool] = []
    for batch in np.split(np.array(times, dtype=np.int64), sorted(min(cut, len(times)) for cut in cuts)):
        mask, watermark = late_mask(batch, ends(batch), watermark, lateness)
        got += mask.tolist()
    assert (got, watermark) == expected
