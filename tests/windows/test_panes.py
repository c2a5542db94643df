import numpy as np
import pytest

from driftline.errors import ConfigError
from driftline.windows import PaneSpec, WindowSpec


def test_a_pane_is_half_open() -> None:
    #    0        10        20   seconds
    #    |---------|---------|
    #             x|x
    pane = PaneSpec(10_000)
    assert [pane.pane_of(10_000 + d) for d in (-1, 0, 1)] == [0, 10_000, 10_000]
    assert pane.pane_of(-1) == -10_000


def test_arrays_are_cut_like_single_times() -> None:
    times = np.array([-10_001, -1, 0, 9_999, 10_000], dtype=np.int64)
    pane = PaneSpec(10_000)
    assert pane.panes_of(times).tolist() == [pane.pane_of(int(time)) for time in times]


def test_panes_that_tile_are_accepted_across_clock_changes() -> None:
    specs = [WindowSpec.parse(label, "America/New_York") for label in ("1m", "1h/15m", "6h", "1d", "7d")]
    PaneSpec(10_000).check_tiles(specs)
    PaneSpec(60_000).check_tiles(specs)


def test_a_pane_must_divide_every_step() -> None:
    #    0    7    14   ...  56  60
    #    |----|----|-- … --|---:|-
    with pytest.raises(ConfigError, match="panes of 7s do not tile the windows 1m: the pane must divide 1m"):
        PaneSpec(7_000).check_tiles([WindowSpec.parse("1m")])
    with pytest.raises(ConfigError, match="do not tile the windows 1h/15m: the pane must divide 15m"):
        PaneSpec(30 * 60_000).check_tiles([WindowSpec.parse("1h/15m")])


def test_a_pane_must_divide_the_distance_of_the_zone_from_utc() -> None:
    #  Kathmandu is 5 h 45 min ahead: its hours begin at a quarter past in UTC
    spec = WindowSpec.parse("1h", "Asia/Kathmandu")
    PaneSpec(15 * 60_000).check_tiles([spec])
    message = "panes of 30m do not tile the windows 1h of Asia/Kathmandu: the pane must divide its distance .* of 345m"
    with pytest.raises(ConfigError, match=message):
        PaneSpec(30 * 60_000).check_tiles([spec])


def test_a_pane_must_divide_summer_time_too() -> None:
    #  Lord Howe: 10:30 in winter, 11:00 in summer
    with pytest.raises(ConfigError, match="do not tile the windows 1d of Australia/Lord_Howe"):
        PaneSpec(60 * 60_000).check_tiles([WindowSpec.parse("1d", "Australia/Lord_Howe")])


@pytest.mark.parametrize("length", [0, -1])
def test_an_empty_pane_is_refused(length: int) -> None:
    with pytest.raises(ConfigError, match=f"pane length must be a positive number of ms, got {length}"):
        PaneSpec(length)
