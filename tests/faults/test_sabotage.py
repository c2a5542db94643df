"""The oracle on a real Kafka is not blind: workers with one rule broken are caught."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from oracle.compare import tally
from support.sabotage import CAUGHT_AS, SABOTAGES
from support.story import MODEL, Story

Tell = Callable[..., Story]
SHOWN = sorted(set(SABOTAGES) - {"claims_are_skipped"})
"""What a skipped claim does depends on how two workers overlap: tests/oracle lets them, here it would be left to chance."""


@pytest.mark.parametrize("name", SHOWN)
def test_a_sabotaged_worker_is_caught(name: str, tell: Tell, baselines: list[Path]) -> None:
    story = tell()
    story.begin(sabotage=name)
    if name == "another_baseline_judges":
        story.publish(baselines[1])
        story.await_("both to be in the log", lambda: len(story.witness.state.line(*MODEL).baselines) == 2)
    story.load.rest()
    story.load.minutes(4)
    expected = story.end()
    kind = CAUGHT_AS[name]
    story.await_(f"{kind} to be found", lambda: tally(story.report(expected))[kind], 60)
