"""The statistics of one window as series of its model: what is known becomes a number, what is not has no series."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from driftline.baseline.model import Baseline
from driftline.contracts.statistics import FeatureStatistics, WindowStatistics
from driftline.contracts.violation import StateName
from driftline.exporter import names
from driftline.exporter.names import Family
from driftline.exporter.series import BlockName, SeriesKey, SeriesTable
from driftline.judging.states import State

STATE_RANK: dict[str, int] = {state.value: state.rank for state in State}

_Figure = tuple[Family, tuple[str, ...], float | None]


def show_closed(table: SeriesTable, statistics: WindowStatistics) -> None:
    """Put the last closed window of a length in place of the one before it."""
    _show(table, statistics, "closed", _closed_figures(statistics))


def show_open(table: SeriesTable, statistics: WindowStatistics) -> None:
    """Put an early reading of the open window in place of the one before: states, distances, completeness, means,
    rows.
    """
    twins = ((names.OPEN_TWIN[family.name], labels, value) for family, labels, value in _early_figures(statistics))
    _show(table, statistics, "open", twins)


def show_watch(table: SeriesTable, model: str, version: str, states: dict[str, StateName]) -> None:
    """Put the states of the sequential lane, by feature, in place of the earlier ones."""
    keys = tuple(SeriesKey(names.FEATURE_WATCH.name, (feature,)) for feature in states)
    table.assign(BlockName(model, version, "watch"), keys, [STATE_RANK[state] for state in states.values()])


def show_model(
    table: SeriesTable, model: str, version: str, baseline: Baseline | None, incidents: dict[str, int]
) -> None:
    """Put the baseline in force (None when there is none) and the open incidents by severity in place of the earlier
    ones. A baseline that does not say when it was made has no age.
    """
    keys = [SeriesKey(names.OPEN_INCIDENTS.name, (severity,)) for severity in incidents]
    values: list[float | None] = list(incidents.values())
    if baseline is not None:
        keys += [SeriesKey(names.BASELINE_INFO.name, (baseline.id,)), SeriesKey(names.BASELINE_MADE.name)]
        values += [1, _made(baseline.created)]
    table.assign(BlockName(model, version, "model"), tuple(keys), values)


def _closed_figures(statistics: WindowStatistics) -> Iterator[_Figure]:
    window = statistics.window.label
    yield from _early_figures(statistics)
    yield names.WINDOW_COMPLETE, (window,), statistics.ledger.complete
    yield names.WINDOW_END, (window,), statistics.window.end / 1000
    for feature in statistics.features:
        yield from _further_figures(feature, window)


def _early_figures(statistics: WindowStatistics) -> Iterator[_Figure]:
    """What closed and open windows are both read for; the most important first, for the budget cuts from the end."""
    window = statistics.window.label
    yield names.MODEL_STATE, (window,), STATE_RANK[statistics.state]
    yield names.WINDOW_ROWS, (window,), statistics.rows
    for reading in statistics.readings:
        yield names.FEATURE_STATE, (reading.feature, window, reading.check), STATE_RANK[reading.state]
    for feature in statistics.features:
        for reading in feature.readings:
            yield names.FEATURE_STATE, (feature.name, window, reading.check), STATE_RANK[reading.state]
    for feature in statistics.features:
        for distance in feature.distances:
            yield names.FEATURE_DISTANCE, (feature.name, window, distance.name), distance.value
            yield names.FEATURE_SHIFT, (feature.name, window, distance.name), distance.equivalent_sigmas
        yield names.FEATURE_COMPLETENESS, (feature.name, window), feature.completeness
        yield names.FEATURE_MEAN, (feature.name, window), feature.mean


def _further_figures(feature: FeatureStatistics, window: str) -> Iterator[_Figure]:
    where = (feature.name, window)
    for reading in feature.readings:
        yield names.FEATURE_THRESHOLD, (*where, reading.check), reading.limit
    yield names.FEATURE_STD, where, feature.std
    yield names.FEATURE_MIN, where, feature.min
    yield names.FEATURE_MAX, where, feature.max
    yield names.FEATURE_DISTINCT, where, feature.distinct
    yield names.FEATURE_UNSEEN, where, feature.unseen / feature.present if feature.present else None
    for quantile in feature.quantiles:
        yield names.FEATURE_QUANTILE, (*where, str(quantile.p)), quantile.value


def _made(created: str) -> float | None:
    """Seconds since the epoch of an RFC 3339 time with a zone; None for anything else: the file may be a person's work."""
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo else None


def _show(table: SeriesTable, statistics: WindowStatistics, part: str, figures: Iterable[_Figure]) -> None:
    keys, values = [], []
    for family, labels, value in figures:
        keys.append(SeriesKey(family.name, labels))
        values.append(value)
    table.assign(
        BlockName(statistics.model, statistics.version, f"{part} {statistics.window.label}"), tuple(keys), values
    )
