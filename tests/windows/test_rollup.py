from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.windows import PaneSpec, Rollup, WindowSpec, plan_rollup

PANE = PaneSpec(10)


def test_panes_of_a_closed_short_window_are_one_block_of_the_long_one() -> None:
    #    0   10   20   30   40   50   60
    #    |----|----|----|----|----|----|     panes
    #    |----20---|----20---|----20---|     closed through 40
    #    |-------------60--------------|     open
    #     \________0_______/
    plan = plan_rollup([0, 10, 20, 30, 40], PANE, [WindowSpec(20, 20), WindowSpec(60, 60)], 40)
    assert plan == Rollup({0: (0, 10, 20, 30)}, ())


def test_an_open_window_keeps_its_panes_apart_from_the_others() -> None:
    #    closed through 30: the window [20, 40) is open, pane 20 is final, pane 30 is not
    plan = plan_rollup([0, 10, 20, 30], PANE, [WindowSpec(20, 20), WindowSpec(60, 60)], 30)
    assert plan == Rollup({0: (0, 10)}, ())


def test_hopping_windows_cut_blocks_at_every_open_start() -> None:
    #    0    10   20   30   40   50
    #    |------ 40 --------|            closed
    #         |------ 40 --------|       open: from 10
    #              |------ 40 --------|  open: from 20
    plan = plan_rollup([0, 10, 20, 30], PANE, [WindowSpec(40, 10)], 40)
    assert plan == Rollup({}, (0,))


def test_panes_without_an_open_window_are_expired() -> None:
    assert plan_rollup([0, 10, 20], PANE, [WindowSpec(20, 20)], 20) == Rollup({}, (0, 10))


def test_blocks_merge_further_when_fed_back() -> None:
    specs = [WindowSpec(20, 20), WindowSpec(40, 40), WindowSpec(80, 80)]
    assert plan_rollup([0, 10], PANE, specs, 20).blocks == {0: (0, 10)}
    assert plan_rollup([0, 20, 30], PANE, specs, 40).blocks == {0: (0, 20, 30)}


def test_nothing_stored_is_nothing_to_do() -> None:
    assert plan_rollup([], PANE, [WindowSpec(20, 20)], 1000) == Rollup({}, ())


def test_a_day_of_ten_second_panes_is_kept_as_few_blocks() -> None:
    pane, specs = PaneSpec(10_000), [WindowSpec.parse(label) for label in ("1m", "1h", "1d")]
    end = 86_400_000 - 10_000
    starts = set(range(0, end, 10_000))
    plan = plan_rollup(starts, pane, specs, end)
    kept = starts - {start for group in plan.blocks.values() for start in group[1:]} - set(plan.expired)
    # the closed hours are one block, the closed minutes of the open hour another, the panes of the open minute a third
    assert kept == {0, 23 * 3_600_000, 86_340_000}


SPECS = st.lists(
    st.sampled_from([WindowSpec(20, 20), WindowSpec(40, 10), WindowSpec(60, 20), WindowSpec(120, 120)]),
    min_size=1,
    max_size=3,
    unique=True,
)


@given(SPECS, st.lists(st.integers(1, 40), min_size=1, max_size=12), st.data())
@settings(max_examples=150, deadline=None)
def test_windows_built_from_blocks_are_the_windows_built_from_panes(
    specs: list[WindowSpec], strides: list[int], data: st.DataObject
) -> None:
    store: dict[int, set[int]] = {}
    now = 0
    for stride in strides:
        upto = now + stride * 5
        for start in range(PANE.pane_of(now + 9), upto, 10):
            store.setdefault(start, {start})
        for spec in specs:
            for window in spec.next_ends(now, upto):
                held = [panes for start, panes in store.items() if window.start <= start < window.end]
                whole = set(range(max(0, window.start), window.end, 10))
                assert set().union(*held) == whole
        now = upto
        if data.draw(st.booleans()):
            plan = plan_rollup(store, PANE, specs, now)
            for first, group in plan.blocks.items():
                store[first] = set().union(*(store.pop(start) for start in group))
            for start in plan.expired:
                del store[start]
