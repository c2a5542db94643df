"""From a judged window to its final statistics on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from driftline.baseline.model import Baseline
from driftline.contracts.statistics import (
    CheckReading,
    Distance,
    FeatureStatistics,
    Ledger,
    OperationStatistics,
    Quantile,
    WindowStatistics,
)
from driftline.contracts.violation import SageMakerLine, Window
from driftline.judging.distances import Measured, distances_of
from driftline.judging.facts import ColumnFacts, gather
from driftline.judging.incidents import MODEL_SLICE
from driftline.judging.monitor.rules import exact_distances
from driftline.judging.monitor.texts import monitor_lines
from driftline.judging.rules_model import awaits_history
from driftline.judging.states import Reading, worst
from driftline.judging.story import sagemaker_lines
from driftline.judging.window import WindowInput
from driftline.stats.open_column import OpenColumn
from driftline.stats.open_profile import OpenProfile
from driftline.stats.operations import Operations
from driftline.stats.profile import Profile
from driftline.stats.quantiles import quantile
from driftline.stats.shift import equivalent_shift

QUANTILES: Final = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
STATUSES: Final = ("none", "ok", "client_error", "server_error", "other")


def window_statistics(window: WindowInput, readings: Sequence[Reading], ledger: Ledger) -> WindowStatistics:
    """The final statistics of a closed window; a pure function of its arguments. About 400 µs a column."""
    profile, names = window.profile, _names(window)
    return WindowStatistics(
        model=window.model,
        version=window.version,
        slice=MODEL_SLICE,
        window=Window(label=window.label, start=window.start_ms, end=window.end_ms, timezone=window.timezone),
        baseline_id=None if window.baseline is None else window.baseline.id,
        state=worst(reading.state for reading in readings if not awaits_history(reading)).value,
        rows=window.rows,
        ledger=ledger,
        features=_features(window, readings),
        operations=None if profile is None else _operations(profile.operations),
        extras=dict(sorted(profile.extras.counts.items())) if isinstance(profile, Profile) else {},
        extras_overflow=profile.extras.overflow if isinstance(profile, Profile) else 0,
        readings=tuple(_wire(reading) for reading in readings if reading.feature not in names),
        sagemaker=_lines(window, readings),
        without_metrics=_without_metrics(window.baseline),
    )


def _lines(window: WindowInput, readings: Sequence[Reading]) -> tuple[SageMakerLine, ...]:
    """In Model Monitor's words; a model without a baseline has no constraints to violate."""
    if window.baseline is None:
        return ()
    if window.baseline.monitor is not None:
        return monitor_lines(readings, window.baseline.monitor)
    return sagemaker_lines(gather(window.baseline, window.judged), readings)


def _features(window: WindowInput, readings: Sequence[Reading]) -> tuple[FeatureStatistics, ...]:
    if isinstance(window.profile, OpenProfile):
        return _open_features(window.profile)
    if window.baseline is None:
        return ()
    columns = gather(window.baseline, window.judged)
    mine: dict[str, list[Reading]] = {column.name: [] for column in columns}
    for reading in readings:
        mine.get(reading.feature, []).append(reading)
    return tuple(_feature(column, window.judged, mine[column.name]) for column in columns)


def _without_metrics(baseline: Baseline | None) -> tuple[str, ...]:
    """Features of which Model Monitor's constraints file wants no metrics."""
    rules = () if baseline is None or baseline.monitor is None else baseline.monitor.features
    return tuple(feature.name for feature in rules if not feature.config.emit_metrics)


def _names(window: WindowInput) -> frozenset[str]:
    """The columns that have statistics of their own to carry their readings."""
    if window.baseline is None or isinstance(window.profile, OpenProfile):
        return frozenset()
    return frozenset(column.name for column in window.baseline.monitored if column.statistics is not None)


def _wire(reading: Reading) -> CheckReading:
    return CheckReading(
        feature=reading.feature,
        check=reading.check,
        state=reading.state.value,
        observed=reading.observed,
        limit=reading.limit,
        bound=reading.bound,
        n=reading.n,
        reason=reading.reason,
        details=reading.details,
    )


def _feature(column: ColumnFacts, profile: Profile | None, readings: Sequence[Reading]) -> FeatureStatistics:
    place = -1 if profile is None else profile.layout.index[column.name]
    numbers = _numbers(column, profile, place) if profile is not None and column.is_numeric else _NO_NUMBERS
    return FeatureStatistics(
        name=column.name,
        role=column.role.value,
        kind=column.kind,
        present=column.present,
        missing=column.rows - column.present,
        mistyped=column.mistyped,
        unseen=column.unseen,
        below=numbers.below,
        above=numbers.above,
        clipped=numbers.clipped,
        completeness=column.present / column.rows if column.rows else None,
        mean=numbers.mean,
        std=numbers.std,
        min=numbers.min,
        max=numbers.max,
        distinct=None if profile is None else profile.distinct.count(place),
        counts=tuple(column.counts.tolist()),
        quantiles=numbers.quantiles,
        distances=_distances(column, readings),
        readings=tuple(_wire(reading) for reading in readings),
    )


def _distances(column: ColumnFacts, readings: Sequence[Reading]) -> tuple[Distance, ...]:
    """All distances on the bins that are shown; the two of Model Monitor as its rule has measured them on all bins."""
    exact = {name: value for reading in readings for name, value in exact_distances(reading).items()}
    told = (
        Measured(found.name, exact[found.name], equivalent_shift(found.name, exact[found.name]))
        if found.name in exact
        else found
        for found in distances_of(column)
    )
    return tuple(Distance(name=one.name, value=one.value, equivalent_sigmas=one.equivalent_sigmas) for one in told)


@dataclass(frozen=True)
class _Numbers:
    """What only numbers have."""

    below: int = 0
    above: int = 0
    clipped: int = 0
    mean: float | None = None
    std: float | None = None
    min: float | None = None
    max: float | None = None
    quantiles: tuple[Quantile, ...] = ()


_NO_NUMBERS: Final = _Numbers()


def _numbers(column: ColumnFacts, profile: Profile, place: int) -> _Numbers:
    moments, bounds = profile.moments, profile.bounds
    if not moments.n[place]:
        return _NO_NUMBERS
    low, high = float(moments.min[place]), float(moments.max[place])
    return _Numbers(
        below=int(bounds.below[place]),
        above=int(bounds.above[place]),
        clipped=int(moments.clipped[place]),
        mean=moments.mean(place),
        std=moments.std(place),
        min=low,
        max=high,
        quantiles=tuple(_quantile(column, low, high, p) for p in QUANTILES),
    )


def _quantile(column: ColumnFacts, smallest: float, largest: float, p: float) -> Quantile:
    edges = [] if column.edges is None else column.edges.tolist()
    found = quantile(column.counts, edges, smallest, largest, p)
    if found is None:
        return Quantile(p=p, value=None, low=None, high=None)
    return Quantile(p=p, value=found.estimate, low=found.low, high=found.high)


def _open_features(profile: OpenProfile) -> tuple[FeatureStatistics, ...]:
    """What is known of columns without a baseline, by name. Nothing judges it."""
    return tuple(_open_feature(name, column, profile) for name, column in sorted(profile.columns.items()))


def _open_feature(name: str, column: OpenColumn, profile: OpenProfile) -> FeatureStatistics:
    numeric = column.numbers > 0
    return FeatureStatistics(
        name=name,
        role="unknown",
        kind="Unknown",
        present=column.present,
        missing=profile.missing(name),
        mistyped=0,
        unseen=0,
        below=0,
        above=0,
        clipped=0,
        completeness=column.present / profile.rows if profile.rows else None,
        mean=_rounded(column.mean) if numeric else None,
        std=_rounded(column.std) if column.std is not None else None,
        min=column.min if numeric else None,
        max=column.max if numeric else None,
        distinct=None,
        counts=(),
        quantiles=(),
        distances=(),
        readings=(),
    )


def _rounded(value: float) -> float:
    """To nine digits, since the sums of a model without a baseline depend in the last ones on how they were batched."""
    return float(f"{value:.9g}")


def _operations(operations: Operations) -> OperationStatistics:
    timed = int(operations.latency_counts.sum())
    return OperationStatistics(
        requests=operations.requests,
        errors=operations.errors,
        statuses=dict(zip(STATUSES, operations.status.tolist(), strict=True)),
        latency_counts=tuple(operations.latency_counts.tolist()),
        latency_mean_seconds=operations.latency_sum / timed if timed else None,
        latency_max_seconds=operations.latency_max,
        entities=operations.entities(),
    )
