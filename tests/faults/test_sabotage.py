"""The oracle on a real Kafka is not blind: workers with one rule broken are caught."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from oracle.compare import tally
from support.sabotage import CAUGHT_AS, SABOTAGES
from support.story import MODEL, Story

Tell = Callable[..., Story]


@pytest.mark.parametrize("name", SABOTAGES)
def test_a_sabotaged_worker_is_caught(name: str, tell: Tell, rng: random.Random, baselines: list[Path]) -> None:
    story = tell()
    first, second = story.begin(sabotage=name, snapshot_seconds=600)  # the log is kept for who is frozen
    if name == "another_baseline_judges":
        story.publish(baselines[1])
        story.await_("both to be in the log", lambda: len(story.witness.state.line(*MODEL).baselines) == 2)
    for _ in range(6 if name == "claims_are_skipped" else 0):
        first.freeze()
        story.await_("the other to have all sources", lambda: len(second.records()) == 3)
        first.thaw()
        story.await_("both to have sources", lambda: 0 < len(second.records()) < 3)
        if story.witness.state.anomalies:
            break
    story.load.rest()
    story.load.minutes(4)
    expected = story.end()
    kind = CAUGHT_AS[name]
    story.await_(f"{kind} to be found", lambda: tally(story.report(expected))[kind], 60)
