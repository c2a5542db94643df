"""Rows of text cells under a baseline that is judged as Model Monitor would: folded, judged, and told in its words."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

from driftline.baseline.layout import layout_of
from driftline.baseline.model import Baseline
from driftline.contracts.capture import CaptureTopic
from driftline.contracts.schema import Schema
from driftline.contracts.violation import SageMakerLine
from driftline.judging.monitor.texts import monitor_lines
from driftline.judging.states import Reading
from driftline.stats.columns import Columns
from driftline.stats.profile import Profile
from support.captures import decode, lookup_of, only
from support.judged import evaluate_window, window_of

PER_REQUEST = 7
"""Rows of one capture; chosen: some, and not a divisor of much."""


def capture(rows: Sequence[Sequence[str]]) -> bytes:
    """One request of several rows of text, as Model Monitor's data capture writes it."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    side = {"observedContentType": "text/csv", "mode": "INPUT", "data": text.getvalue(), "encoding": "CSV"}
    metadata = {"eventId": "e", "inferenceTime": "2024-05-01T12:00:00Z"}
    return json.dumps({"captureData": {"endpointInput": side}, "eventMetadata": metadata, "eventVersion": "0"}).encode()


def profile_of(baseline: Baseline, rows: Sequence[Sequence[str]]) -> Profile:
    """The profile of rows by position, by way of captures and their decoder."""
    profile = Profile.empty(layout_of(baseline))
    if rows:
        topic = CaptureTopic("captures", model=baseline.model, version=baseline.version)
        requests = [capture(rows[start : start + PER_REQUEST]) for start in range(0, len(rows), PER_REQUEST)]
        columns = only(decode(*requests, topic=topic, lookup=lookup_of(Schema.of(baseline)))).columns
        assert isinstance(columns, Columns)
        assert len(columns) == len(rows)
        profile.update(columns)
    return profile


def readings_of(baseline: Baseline, rows: Sequence[Sequence[str]]) -> tuple[Reading, ...]:
    """What is said of a window of these rows."""
    return evaluate_window(window_of(baseline, profile_of(baseline, rows)))


def lines_of(baseline: Baseline, rows: Sequence[Sequence[str]]) -> tuple[SageMakerLine, ...]:
    """The entries of the violations file of a window of these rows."""
    assert baseline.monitor is not None
    return monitor_lines(readings_of(baseline, rows), baseline.monitor)
