"""Laws of every window spec, over zones with odd clocks, against brute force."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.durations import DAY_MS, MINUTE_MS
from driftline.windows import PaneSpec, WindowSpec

ZONES = [
    "UTC",
    "America/New_York",
    "America/St_Johns",
    "America/Havana",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Shanghai",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
]
LABELS = [
    "1m",
    "15m",
    "90s/30s",
    "1h",
    "1h/15m",
    "2h",
    "3h",
    "6h",
    "6h/1h",
    "12h/3h",
    "1d",
    "1d/6h",
    "2d",
    "7d",
    "7d/1d",
]
CHANGES = [1_325_239_200_000, 1_772_953_200_000, 1_793_512_800_000, 1_775_318_400_000, 1_679_781_600_000]
specs = st.builds(WindowSpec.parse, st.sampled_from(LABELS), st.sampled_from(ZONES))
# 2005 to 2032, in panes of a minute; many of them close to a change of the clock or to Samoa's lost day
moments = st.one_of(
    st.integers(1_100_000_000_000, 1_950_000_000_000),
    st.builds(int.__add__, st.sampled_from(CHANGES), st.integers(-2 * DAY_MS, 2 * DAY_MS)),
).map(PaneSpec(MINUTE_MS).pane_of)


@given(specs, moments)
@settings(max_examples=300, deadline=None)
def test_every_pane_is_in_exactly_length_over_step_windows(spec: WindowSpec, pane: int) -> None:
    windows = spec.windows_of(pane)
    assert len(windows) == len(set(windows)) == spec.length_ms // spec.step_ms
    assert all(window.start <= pane < window.end for window in windows)
    assert list(windows) == sorted(windows)
    assert windows[-1].start == spec.start_of(pane)


@given(specs, moments)
@settings(max_examples=300, deadline=None)
def test_windows_tile_and_share_their_boundaries(spec: WindowSpec, pane: int) -> None:
    windows = list(spec.next_ends(pane, pane + 3 * spec.length_ms))
    assert [spec.next_end(start) for start, _ in windows[:-1]] == [start for start, _ in windows[1:]]
    assert all(left.end < right.end for left, right in pairwise(windows))
    apart = windows[:: spec.overlap]
    assert all(left.end == right.start for left, right in pairwise(apart))


@given(specs, moments, st.integers(0, 4 * DAY_MS))
@settings(max_examples=150, deadline=None)
def test_next_ends_is_brute_force_over_panes(spec: WindowSpec, after: int, stretch: int) -> None:
    upto = after + min(stretch, 6 * spec.length_ms)
    first = spec.windows_of(after)[0].start - spec.length_ms
    panes = range(PaneSpec(MINUTE_MS).pane_of(first), upto + 1, min(spec.step_ms, 15 * MINUTE_MS))
    found = {window for pane in panes for window in spec.windows_of(pane)}
    expected = sorted((window for window in found if after < window.end <= upto), key=lambda window: window.end)
    assert list(spec.next_ends(after, upto)) == expected


@given(specs, moments)
@settings(max_examples=200, deadline=None)
def test_windows_are_whole_minutes_so_that_panes_of_a_minute_tile_them(spec: WindowSpec, pane: int) -> None:
    assert all((window.start % 30_000, window.end % 30_000) == (0, 0) for window in spec.windows_of(pane))
    if spec.step_ms % MINUTE_MS == 0:
        PaneSpec(MINUTE_MS).check_tiles([spec])
        assert all(bound % MINUTE_MS == 0 for window in spec.windows_of(pane) for bound in window)


@given(specs, moments)
@settings(max_examples=100, deadline=None)
def test_the_label_reads_back(spec: WindowSpec, pane: int) -> None:
    again = WindowSpec.parse(spec.label, spec.timezone)
    assert again == spec
    assert again.windows_of(pane) == spec.windows_of(pane)
    assert spec.window_ending(spec.next_end(pane)) == spec.windows_of(pane)[0]
