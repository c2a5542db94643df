"""What is sent, and how it is windowed: two models, tiny panes and windows, hand-made baselines."""

from __future__ import annotations

import json

from driftline.baseline.constraints import Constraints
from driftline.baseline.model import Baseline, CategoryStatistics, ColumnProfile, Kind, NumericStatistics, Role
from driftline.contracts.capture import CaptureTopic
from driftline.engine.settings import ModelSettings, SourceSettings
from driftline.windows.spec import WindowSpec
from protocol.tapes import Entry, Row

BEGIN = 1_714_564_800_000
"""A multiple of all windows."""
VERSION = "1"
DEDUPE = 3
FUTURE = 80
LATENESS = {"t": 15, "u": 4}
WINDOWS = (WindowSpec(20, 20), WindowSpec(40, 20), WindowSpec(80, 80))
MODELS = {
    "a": ModelSettings(10, WINDOWS, dedupe=DEDUPE),
    "b": ModelSettings(20, WINDOWS, dedupe=DEDUPE, resolve_after=2),
}
LONGEST = max(settings.longest_ms for settings in MODELS.values())
CATEGORIES = ("blue", "red", "green")


def settings_of(model: str, version: str) -> ModelSettings:
    return MODELS[model]


def source_settings(topic: str) -> SourceSettings:
    return SourceSettings(LATENESS[topic], FUTURE)


def capture_topic(topic: str) -> CaptureTopic:
    return CaptureTopic(topic)


def edges_of(number: int) -> tuple[float, ...]:
    """Each baseline has edges of its own, so that rows folded under the wrong one show."""
    return tuple(float(edge - number) for edge in range(-3, 5 + number))


def baseline_of(model: str, number: int) -> Baseline:
    """The ``number``-th baseline of a model: x numeric around 0, c a category."""
    edges = edges_of(number)
    inside = len(edges) - 1
    counts = (0, *[20] * inside, 0)
    numeric = NumericStatistics(
        count=20 * inside,
        missing=0,
        mean=0.0,
        std=1.0,
        min=edges[0],
        max=edges[-1],
        edges=edges,
        counts=counts,
        distinct=20,
        quantiles={},
    )
    rows = 20 * inside
    categories = CategoryStatistics(
        count=rows, missing=0, categories={"blue": rows - number, "red": number}, other=0, distinct=2
    )
    columns = (
        ColumnProfile("x", Role.FEATURE, Kind.FRACTIONAL, numeric),
        ColumnProfile("c", Role.FEATURE, Kind.STRING, categories),
    )
    constraints = Constraints(min_samples=2)
    return Baseline.build(model=model, version=VERSION, rows=rows, columns=columns, constraints=constraints)


def entry_of(rows: tuple[Row, ...], appended: int) -> Entry:
    """A record of these rows: one capture, or an array of several."""
    captures = [_capture(row) for row in rows]
    return Entry(json.dumps(captures[0] if len(captures) == 1 else captures).encode(), appended, rows)


def _capture(row: Row) -> dict[str, object]:
    features = {name: value for name, value in (("x", row.x), ("c", row.c)) if value is not None}
    whole = {"id": row.id, "time": row.time, "model": row.model, "version": VERSION, "features": features}
    return {key: value for key, value in whole.items() if value is not None}
