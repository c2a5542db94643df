"""Model Monitor's quantities of a window that a schedule looks at, by CloudWatch's names, for dashboards that know those.

Source: "CloudWatch metrics" of the developer guide: ``feature_data_{feature}`` (a statistic set), ``feature_non_null_{feature}``,
``feature_baseline_drift_{feature}``, with the dimensions endpoint and schedule.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from driftline.contracts.control import Schedule
from driftline.contracts.statistics import FeatureStatistics, WindowStatistics
from driftline.exporter import names
from driftline.exporter.names import Family
from driftline.exporter.series import BlockName, SeriesKey, SeriesTable

DRIFT: Final = frozenset({"baseline_drift_check", "prediction_drift_check"})
NUMERIC: Final = frozenset({"Integral", "Fractional"})


def show_scheduled(table: SeriesTable, schedule: Schedule, statistics: WindowStatistics) -> None:
    """Put the window in place of the one before it; nothing of features, or of schedules, that have metrics Disabled."""
    keys, values = [], []
    labels = (schedule.endpoint or schedule.model, schedule.name)
    for feature in statistics.features if schedule.emit_metrics else ():
        if feature.name in statistics.without_metrics:
            continue
        for family, value in _quantities(feature):
            keys.append(SeriesKey(family.name, (*labels, feature.name)))
            values.append(value)
    table.assign(_block(schedule), tuple(keys), values)


def hide_scheduled(table: SeriesTable, schedule: Schedule) -> None:
    """Drop the series of a schedule."""
    table.remove(*_block(schedule))


def _block(schedule: Schedule) -> BlockName:
    return BlockName(schedule.model, schedule.version, f"schedule {schedule.name}")


def _quantities(feature: FeatureStatistics) -> Iterator[tuple[Family, float | None]]:
    if feature.kind in NUMERIC and feature.present:
        total = None if feature.mean is None else feature.mean * feature.present
        yield names.DATA_MIN, feature.min
        yield names.DATA_MAX, feature.max
        yield names.DATA_SUM, total
        yield names.DATA_COUNT, feature.present
        yield names.DATA_AVERAGE, feature.mean
    yield names.NON_NULL, feature.completeness
    yield names.BASELINE_DRIFT, _drift(feature)


def _drift(feature: FeatureStatistics) -> float | None:
    """The number that the check printed, by Model Monitor's rules, or that it observed; None where it was not made."""
    made = (reading for reading in feature.readings if reading.check in DRIFT)
    return next((reading.details.get("value", reading.observed) for reading in made), None)
