"""Faults: everything that is wrong with constraints and statistics that types can't say, each with its place."""

from __future__ import annotations

import difflib
import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from driftline.baseline.constraints import COLUMN_CHECKS, DISTANCES, MODEL_CHECKS
from driftline.baseline.model import CategoryStatistics, Kind, NumericStatistics

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from driftline.baseline.constraints import (
        Bounds,
        ColumnConstraint,
        ColumnDrift,
        Completeness,
        Constraints,
        Defaults,
        Drift,
    )
    from driftline.baseline.model import ColumnProfile, Statistics


class Fault(NamedTuple):
    """One thing that is wrong: where (JSON path), what was expected, what came."""

    path: str
    expected: str
    came: str

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected}, got {self.came}"


def constraint_faults(constraints: Constraints, profiles: Sequence[ColumnProfile]) -> list[Fault]:
    """What is wrong with constraints over a baseline that has these columns; empty when nothing is."""
    columns = {profile.name: profile for profile in profiles}
    found: list[Fault] = []
    if constraints.min_samples < 1:
        found.append(Fault("$.min_samples", "a whole number from 1", repr(constraints.min_samples)))
    found += _defaults("$.defaults", constraints.defaults)
    names = [column.name for column in constraints.columns]
    for index, column in enumerate(constraints.columns):
        path = f"$.columns[{index}]"
        if column.name not in columns:
            found.append(
                Fault(f"{path}.name", f"a column of the baseline{_near(column.name, columns)}", repr(column.name))
            )
        if names.index(column.name) != index:
            found.append(Fault(f"{path}.name", "each column once", f"{column.name!r} again"))
        found += _column(f"{path} ({column.name})", column)
        if column.name in columns:
            found += _fitting(f"{path} ({column.name})", column, columns[column.name])
    return found


def _defaults(path: str, defaults: Defaults) -> Iterator[Fault]:
    yield from _drift(f"{path}.drift", defaults.drift)
    yield from _completeness(f"{path}.completeness", defaults.completeness)
    yield from _share(f"{path}.data_type.max_mismatch", defaults.data_type.max_mismatch)
    yield from _share(f"{path}.categorical.max_unseen", defaults.categorical.max_unseen)
    yield from _bounds(f"{path}.bounds", defaults.bounds)
    for key in ("min", "max"):
        if getattr(defaults.bounds, key) is not None:
            yield Fault(f"{path}.bounds.{key}", "no limit here: limits of numbers belong to a column", "a number")
    volume = defaults.volume
    if not 0.0 <= volume.low < volume.high < math.inf:
        yield Fault(f"{path}.volume", "0 <= low < high", f"low {volume.low}, high {volume.high}")
    if volume.min_history < 1:
        yield Fault(f"{path}.volume.min_history", "a whole number from 1", repr(volume.min_history))
    yield from _off(f"{path}.off", defaults.off, (*COLUMN_CHECKS, *MODEL_CHECKS))


def _column(path: str, column: ColumnConstraint) -> Iterator[Fault]:
    if column.drift is not None:
        yield from _drift(f"{path}.drift", column.drift)
    if column.completeness is not None:
        yield from _completeness(f"{path}.completeness", column.completeness)
    if column.data_type is not None:
        yield from _share(f"{path}.data_type.max_mismatch", column.data_type.max_mismatch)
    if column.categorical is not None:
        yield from _share(f"{path}.categorical.max_unseen", column.categorical.max_unseen)
    if column.bounds is not None:
        yield from _bounds(f"{path}.bounds", column.bounds)
    if column.categories is not None and len(set(column.categories)) != len(column.categories):
        yield Fault(f"{path}.categories", "each category once", "one twice")
    yield from _off(f"{path}.off", column.off, COLUMN_CHECKS)


def _fitting(path: str, column: ColumnConstraint, profile: ColumnProfile) -> Iterator[Fault]:
    """What does not fit the column's kind and statistics."""
    statistics = profile.statistics
    if column.categories is not None and profile.kind is not Kind.STRING:
        yield Fault(f"{path}.categories", "categories of a String column", f"a column of kind {profile.kind}")
    if column.bounds is None:
        return
    if not isinstance(statistics, NumericStatistics):
        yield Fault(f"{path}.bounds", "bounds of a column of numbers", f"a column of kind {profile.kind}")
    elif column.bounds.max is None and column.bounds.min is not None and column.bounds.min >= statistics.max:
        yield Fault(
            f"{path}.bounds.min", f"a number below the baseline's maximum {statistics.max}", repr(column.bounds.min)
        )
    elif column.bounds.min is None and column.bounds.max is not None and column.bounds.max <= statistics.min:
        yield Fault(
            f"{path}.bounds.max", f"a number above the baseline's minimum {statistics.min}", repr(column.bounds.max)
        )


def _drift(path: str, drift: Drift | ColumnDrift) -> Iterator[Fault]:
    if drift.distance is not None and drift.distance not in DISTANCES:
        yield Fault(f"{path}.distance", f"one of {', '.join(DISTANCES)}", repr(drift.distance))
    if drift.limit is not None and not 0.0 <= drift.limit < math.inf:
        yield Fault(f"{path}.limit", "a number from 0", repr(drift.limit))


def _completeness(path: str, completeness: Completeness) -> Iterator[Fault]:
    if (completeness.max_drop is None) == (completeness.min is None):
        came = "neither" if completeness.min is None else "both"
        yield Fault(path, "either max_drop or min", came)
    for key in ("max_drop", "min"):
        value = getattr(completeness, key)
        if value is not None:
            yield from _share(f"{path}.{key}", value)


def _bounds(path: str, bounds: Bounds) -> Iterator[Fault]:
    low, high = bounds.min, bounds.max
    for key, value in (("min", low), ("max", high)):
        if value is not None and not math.isfinite(value):
            yield Fault(f"{path}.{key}", "a finite number", repr(value))
    if low is not None and high is not None and low >= high:
        yield Fault(path, "min < max", f"min {low}, max {high}")
    if bounds.max_outside is not None:
        yield from _share(f"{path}.max_outside", bounds.max_outside)


def _share(path: str, value: float) -> Iterator[Fault]:
    if not 0.0 <= value <= 1.0:
        yield Fault(path, "a share from 0 to 1", repr(value))


def _off(path: str, names: Sequence[str], known: Sequence[str]) -> Iterator[Fault]:
    for index, name in enumerate(names):
        if name not in known:
            yield Fault(f"{path}[{index}]", f"a check ({', '.join(known)}){_near(name, known)}", repr(name))


def _near(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, list(known), 1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def statistics_faults(rows: int, columns: Sequence[ColumnProfile], *, is_monitor: bool = False) -> list[Fault]:
    """What is wrong with statistics that claim to be of so many rows; empty when nothing is.

    With ``is_monitor`` they are Model Monitor's: counts are estimates there or may be missing, so that they need not add up.
    """
    found = [] if rows >= (not is_monitor) else [Fault("$.rows", f"a whole number from {not is_monitor:d}", repr(rows))]
    names = [column.name for column in columns]
    for index, column in enumerate(columns):
        path = f"$.columns[{index}] ({column.name})"
        if names.index(column.name) != index:
            found.append(Fault(f"$.columns[{index}].name", "each column once", f"{column.name!r} again"))
        if column.statistics is None:
            continue
        found += _counts(path, column.statistics, None if is_monitor else rows)
        if isinstance(column.statistics, NumericStatistics) != column.kind.is_numeric or column.kind is Kind.UNKNOWN:
            found.append(Fault(f"{path}.statistics", f"those of kind {column.kind}", "another type"))
        elif isinstance(column.statistics, NumericStatistics):
            found += _numeric(f"{path}.statistics", column.statistics, adds_up=not is_monitor)
        elif not is_monitor:
            found += _categories(f"{path}.statistics", column.statistics)
    return found


def _counts(path: str, statistics: Statistics, rows: int | None) -> Iterator[Fault]:
    counts = statistics.count, statistics.missing, statistics.mistyped
    if min(counts) < 0 or (rows is not None and sum(counts) != rows):
        expected = "no count below 0" if rows is None else f"count + missing + mistyped to be the {rows} rows"
        yield Fault(path, expected, str(min(counts) if rows is None else sum(counts)))


def _numeric(path: str, statistics: NumericStatistics, *, adds_up: bool) -> Iterator[Fault]:
    edges, counts = statistics.edges, statistics.counts
    if not edges or any(low >= high for low, high in pairwise(edges)):
        yield Fault(f"{path}.edges", "numbers that increase strictly", "some that do not")
    total = statistics.count if adds_up else sum(counts)
    if len(counts) != len(edges) + 1 or min(counts) < 0 or sum(counts) != total:
        yield Fault(
            f"{path}.counts", f"{len(edges) + 1} counts whose sum is {total}", f"{len(counts)}, sum {sum(counts)}"
        )
    if (adds_up and not statistics.min <= statistics.mean <= statistics.max) or statistics.std < 0:
        yield Fault(
            path,
            "min <= mean <= max and std >= 0",
            f"{statistics.min}, {statistics.mean}, {statistics.max}, {statistics.std}",
        )


def _categories(path: str, statistics: CategoryStatistics) -> Iterator[Fault]:
    counts = [*statistics.categories.values(), statistics.other]
    if min(counts) < 0 or sum(counts) != statistics.count:
        yield Fault(f"{path}.categories", f"counts whose sum (with other) is {statistics.count}", str(sum(counts)))
