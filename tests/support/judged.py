"""Baselines and windows from plain values, for tests of the judging."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from driftline.baseline.constraints import Constraints
from driftline.baseline.edges import count_on, each_value, equal_mass
from driftline.baseline.layout import layout_of
from driftline.baseline.model import Baseline, CategoryStatistics, ColumnProfile, Kind, NumericStatistics, Role
from driftline.judging.evaluate import WindowInput, evaluate_window
from driftline.judging.states import Reading
from driftline.judging.volume import VolumeHistory
from driftline.stats.columns import Columns
from driftline.stats.profile import Profile
from support.batches import rows_of

HOUR = 3_600_000
Values = Sequence[object] | NDArray[np.float64]


def numeric(name: str, values: Values, *, kind: Kind = Kind.FRACTIONAL, role: Role = Role.FEATURE) -> ColumnProfile:
    """A column of numbers; None is missing, a text mistyped."""
    held = [value for value in values if value is not None]
    numbers = np.sort(np.array([value for value in held if not isinstance(value, str)], dtype=np.float64))
    distinct = np.unique(numbers)
    if len(distinct) <= 50:
        edges = each_value(distinct)
    else:
        edges = equal_mass(
            lambda shares: np.quantile(numbers, shares, method="lower"), float(numbers[0]), float(numbers[-1])
        )
    statistics = NumericStatistics(
        count=len(numbers),
        missing=len(values) - len(held),
        mean=float(numbers.mean()),
        std=float(numbers.std()),
        min=float(numbers[0]),
        max=float(numbers[-1]),
        edges=edges,
        counts=tuple(count_on(np.array(edges), numbers).tolist()),
        distinct=len(distinct),
        quantiles={},
        mistyped=len(held) - len(numbers),
    )
    return ColumnProfile(name, role, kind, statistics)


def categorical(name: str, values: Values, *, kind: Kind = Kind.STRING, role: Role = Role.FEATURE) -> ColumnProfile:
    """A column of texts; None is missing."""
    held = Counter(value for value in values if isinstance(value, str))
    ordered = dict(sorted(held.items(), key=lambda item: (-item[1], item[0])))
    missing = sum(value is None for value in values)
    return ColumnProfile(name, role, kind, CategoryStatistics(held.total(), missing, ordered, 0, len(held)))


def baseline_of(*columns: ColumnProfile, rows: int, constraints: Constraints | None = None) -> Baseline:
    """A baseline of model "m", version "1"."""
    return Baseline.build(model="m", version="1", rows=rows, columns=columns, constraints=constraints or Constraints())


def profile_of(baseline: Baseline, extras: dict[str, int] | None = None, **values: Values) -> Profile:
    """The profile of rows given by column; columns left out are missing."""
    layout = layout_of(baseline)
    profile = Profile.empty(layout)
    columns = fast_rows(baseline, {name: np.asarray(held) for name, held in values.items() if _is_array(held)})
    if columns is None:
        columns = rows_of(layout, **{name: list(held) for name, held in values.items()})
    columns.extras = {name: np.arange(rows) for name, rows in (extras or {}).items()}
    profile.update(columns)
    return profile


def fast_rows(baseline: Baseline, values: dict[str, NDArray[np.float64]]) -> Columns | None:
    """Rows of numeric arrays only; None if there are none."""
    if not values:
        return None
    layout = layout_of(baseline)
    columns = Columns.blank(layout, len(next(iter(values.values()))))
    for name, held in values.items():
        columns.numeric[layout.index[name]] = held
    return columns


def _is_array(values: Values) -> bool:
    return isinstance(values, np.ndarray)


def window_of(
    baseline: Baseline | None,
    profile: Profile | None,
    start: int = 0,
    history: VolumeHistory | None = None,
    **other: object,
) -> WindowInput:
    """An hour of model "m", version "1"."""
    return WindowInput("m", "1", "1h", start, start + HOUR, "UTC", baseline, profile, history=history, **other)


def judged(baseline: Baseline, profile: Profile | None, **other: object) -> dict[tuple[str, str], Reading]:
    """Readings by (feature, check)."""
    readings = evaluate_window(window_of(baseline, profile, **other))
    return {(reading.feature, reading.check): reading for reading in readings}
