"""Models that are judged as Model Monitor would have no checks of our own beside its, not even while panes go by."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from driftline.baseline.layout import layout_of
from driftline.baseline.model import Baseline
from driftline.engine.book import ModelBook
from driftline.engine.settings import ModelSettings
from driftline.stats.profile import Profile
from driftline.windows.spec import WindowSpec
from support.judged import baseline_of, numeric, profile_of
from support.monitor_golden import baseline_of as monitored
from support.monitor_rows import profile_of as rows_of

OURS = baseline_of(numeric("a", [1.0, 2.0, 3.0]), rows=3)
THEIRS = monitored("drift_robust")


@pytest.mark.parametrize(
    ("baseline", "profile", "watched"),
    [(OURS, profile_of(OURS, a=np.array([1.0, 2.0])), True), (THEIRS, rows_of(THEIRS, [["1"], ["0"]]), False)],
    ids=["ours", "theirs"],
)
def test_the_sequential_lane_watches_our_own_baselines_only(
    baseline: Baseline, profile: Profile, watched: bool
) -> None:
    book = ModelBook("m", "1", ModelSettings(10_000, (WindowSpec.parse("1m"),)))
    book.panes.panes[0] = pane(baseline, profile)
    shelf: Any = SimpleNamespace(baseline=lambda _: baseline, layout=lambda _: layout_of(baseline))
    book._observe(0, baseline.id, shelf)
    assert (book.lane is not None) is watched


def pane(baseline: Baseline, profile: Profile) -> Any:  # noqa: ANN401 -- of a pane only its profiles are looked at
    return SimpleNamespace(profiles={baseline.id: profile})
