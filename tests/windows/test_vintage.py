"""A new baseline with other columns: each record is read under the baseline in force when it happened."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from driftline.baseline.constraints import Constraints
from driftline.baseline.model import Baseline
from driftline.engine.settings import ModelSettings, SourceSettings
from driftline.windows.spec import WindowSpec
from support.in_memory import Job
from support.judged import numeric

MINUTE = 60_000
START = 1_714_564_800_000
SWAP = START + 2 * MINUTE


def baseline(columns: str, effective_from: int | None = None) -> Baseline:
    """One feature a letter."""
    features = tuple(numeric(name, [float(place % 10) for place in range(100)]) for name in columns)
    return Baseline.build(
        model="m", version="1", rows=100, columns=features, constraints=Constraints(), effective_from=effective_from
    )


def request(time: int, values: int) -> bytes:
    """A SageMaker capture of one row with so many positional values."""
    moment = datetime.fromtimestamp(time / 1000, UTC).isoformat()
    return json.dumps(
        {
            "captureData": {"endpointInput": {"encoding": "CSV", "data": ",".join(["1"] * values)}},
            "eventMetadata": {"inferenceTime": moment, "customAttributes": ["model=m,version=1"]},
        }
    ).encode()


def played(events: list[tuple[int, int]], published_before: int, effective: int = SWAP) -> Job:
    """(ms after the start, values) one after the other; the baseline of three columns is published before one of them."""
    model = ModelSettings(10_000, (WindowSpec.parse("1m"),))
    job = Job(1, SourceSettings(1_000, 3_600_000), model, now_ms=START)
    job.announce(baseline("ab"))
    for place, (after, values) in enumerate(events):
        if place == published_before:
            job.announce(baseline("abc", effective))
        job.records[0].append(request(START + after, values))
        job.read(0)
        job.flush(0)
    return job


def told(job: Job) -> tuple[list[tuple[int, int, int]], dict[int, str]]:
    windows = [((w.window.start - START) // MINUTE, w.rows, len(w.features)) for w in job.windows]
    return windows, {offset: str(reject.reason) for (_, offset, _), reject in job.letters.items()}


EVENTS = [(1_000, 2), (61_000, 2), (90_000, 2), (91_000, 3), (121_000, 3), (122_000, 2), (240_000, 3)]


@pytest.mark.parametrize("published_before", [0, 1, 2, 3, 4])
def test_when_a_baseline_was_published_changes_nothing(published_before: int) -> None:
    windows, letters = told(played(EVENTS, published_before))
    assert windows == [(0, 1, 2), (1, 2, 2), (2, 1, 3)]
    assert letters == {3: "column_count", 5: "column_count"}


def test_a_window_that_began_before_counts_rows_that_it_cannot_read_as_missing() -> None:
    events = [(60_000, 2), (61_000, 2), (92_000, 3), (95_000, 3), (240_000, 3)]
    job = played(events, 1, START + 90_000)
    assert told(job) == ([(1, 4, 2), (2, 0, 3)], {})
    assert [(feature.present, feature.missing) for feature in job.windows[0].features] == [(2, 2), (2, 2)]
