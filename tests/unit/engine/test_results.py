from driftline.engine.panes import Merged
from driftline.engine.results import ClosedWindow, judge, preview
from driftline.judging.incidents import IncidentBook
from driftline.judging.volume import VolumeHistory
from driftline.windows.spec import Window, WindowSpec
from support.judged import HOUR, baseline_of, numeric, profile_of

BASELINE = baseline_of(numeric("age", [float(age) for age in range(200)]), rows=200)
SPEC = WindowSpec(HOUR, HOUR)
WEEK = 7 * 24 * HOUR


def window(start: int, rows: int) -> ClosedWindow:
    profile = profile_of(BASELINE, age=[float(row * 5 % 200) for row in range(rows)])
    return ClosedWindow("m", "1", SPEC, Window(start, start + HOUR), "UTC", Merged(profile, {}), (), ())


def volume(closed: ClosedWindow, history: VolumeHistory | None) -> str:
    if history is None:
        statistics = preview(closed, BASELINE)
    else:
        statistics, _ = judge(closed, BASELINE, history, IncidentBook(), ())
    return next(reading.state for reading in statistics.readings if reading.check == "volume_check")


def test_the_beginning_of_a_window_is_not_too_little_traffic() -> None:
    history = VolumeHistory()
    for week in range(4):
        volume(window(week * WEEK, 400), history)
    begun = window(4 * WEEK, 40)
    assert volume(begun, history) == "VIOLATED"
    assert volume(begun, None) == "UNKNOWN"
    assert preview(begun, BASELINE).state == "OK"
