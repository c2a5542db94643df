"""From the records on the topics to what is drawn of them."""

from __future__ import annotations

from collections.abc import Iterable

from driftline.baseline.layout import categories_of
from driftline.baseline.model import Baseline, NumericStatistics
from driftline.contracts.statistics import CheckReading, FeatureStatistics, WindowStatistics
from driftline.contracts.violation import Violation
from driftline.drawing.values import FeatureView, IncidentView, ModelView, Overlay
from driftline.judging.coarse import bins_of
from driftline.judging.facts import baseline_counts_of
from driftline.judging.rules_drift import BASELINE_DRIFT, PREDICTION_DRIFT
from driftline.judging.states import State

RANK = {state.value: state.rank for state in State}


def drift_of(feature: FeatureStatistics) -> CheckReading | None:
    """The reading of its drift check, if it has one."""
    return next((one for one in feature.readings if one.check in {BASELINE_DRIFT, PREDICTION_DRIFT}), None)


def feature_view(feature: FeatureStatistics) -> FeatureView:
    """One feature as its record has it."""
    drift = drift_of(feature)
    told = (reading for reading in feature.readings if reading.state != "OK")
    worst: CheckReading | None = max(told, key=lambda reading: RANK[reading.state], default=None)
    shifts = [d.equivalent_sigmas for d in feature.distances if d.equivalent_sigmas is not None]
    return FeatureView(
        name=feature.name,
        role=feature.role,
        kind=feature.kind,
        state=worst.state if worst is not None else "OK" if feature.readings else "UNKNOWN",
        check="" if worst is None else worst.check,
        measure="" if drift is None else _measure(feature, drift),
        distance=None if drift is None else drift.observed,
        limit=None if drift is None else drift.limit,
        shift=max(shifts, default=None),
        completeness=feature.completeness,
        reason="" if worst is None else worst.reason,
    )


def _measure(feature: FeatureStatistics, drift: CheckReading) -> str:
    """The distance that decided: the one that has the observed value. Of several (KS and L∞ of numbers) the first."""
    return next((one.name for one in feature.distances if one.value == drift.observed is not None), drift.check)


def model_view(statistics: WindowStatistics, features: Iterable[FeatureView]) -> ModelView:
    """A model in a closed window, with these features in the order given."""
    shown = tuple(features)
    return ModelView(
        model=statistics.model,
        version=statistics.version,
        state=statistics.state,
        reason=reason_of(statistics),
        baseline_id=statistics.baseline_id or "",
        window=statistics.window.label,
        windows=(statistics.window.label,),
        window_start=statistics.window.start,
        window_end=statistics.window.end,
        timezone=statistics.window.timezone,
        rows=statistics.rows,
        complete=statistics.ledger.complete,
        count=len(shown),
        violated=sum(feature.state == "VIOLATED" for feature in shown),
        features=shown,
    )


def reason_of(statistics: WindowStatistics) -> str:
    """Why a window is in its state: the first reason of a reading in it, the model's own readings first; "" for none."""
    return next((r.reason for r in readings_of(statistics) if r.state == statistics.state and r.reason), "")


def readings_of(statistics: WindowStatistics) -> list[CheckReading]:
    """All readings of a window, the model's own first."""
    return [*statistics.readings, *(reading for feature in statistics.features for reading in feature.readings)]


def overlay(baseline: Baseline | None, feature: str, counts: tuple[int, ...]) -> Overlay | None:
    """Baseline and window on the same bins; None when the bins are not known or are not those of ``counts``."""
    column = None if baseline is None else baseline.column(feature)
    if baseline is None or column is None or column.statistics is None:
        return None
    statistics = column.statistics
    base = tuple(baseline_counts_of(baseline, column).tolist())
    if len(base) != len(counts):
        return None
    if isinstance(statistics, NumericStatistics):
        edges = tuple(bins_of(baseline, feature, statistics).edges.tolist())
        return Overlay(baseline=base, window=counts, edges=edges, categories=None)
    categories = categories_of(column, baseline.constraints.limits(feature))
    return Overlay(baseline=base, window=counts, edges=None, categories=categories)


def incident_view(event: Violation, before: IncidentView | None = None) -> IncidentView:
    """The incident as of this event. The onset is told by the opened event alone, and kept from ``before``."""
    ended = event.kind == "resolved"
    return IncidentView(
        incident_id=event.incident_id,
        model=event.model,
        version=event.version,
        feature=event.feature,
        check=event.check,
        severity=before.severity if ended and before else event.severity,
        window=event.window.label,
        timezone=event.window.timezone,
        opened=event.opened.start,
        windows=event.windows,
        observed=before.observed if ended and before else event.observed,
        limit=before.limit if ended and before else event.limit,
        reason=before.reason if ended and before else event.reason,
        reproduce=before.reproduce if ended and before else event.reproduce,
        onset=event.onset or (before.onset if before else None),
        resolved=event.window.start if ended else None,
        moved=before.moved if before and before.moved else tuple(mover.feature for mover in event.moved),
    )
