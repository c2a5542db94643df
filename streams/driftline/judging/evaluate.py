"""evaluate_window: all rules over one window, in their order. The one place that knows which rule follows from which.

Gate 1: without a baseline there is one reading, UNKNOWN. One that came with Model Monitor's constraints is judged by
:mod:`driftline.judging.monitor` instead, by none of what follows.
Gate 2: a window that is not complete is UNKNOWN in every check, with the reasons.
Gate 3: a window without rows, or with fewer than ``min_samples``, is UNKNOWN in every check of a column.
Then the numbered rules of :data:`RULES`. A missing column is judged by rule 1 alone; a column of the wrong type has no drift.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from driftline.baseline.model import Baseline
from driftline.judging.facts import ColumnFacts, gather
from driftline.judging.monitor.evaluate import monitor_readings
from driftline.judging.rules_columns import (
    BOUNDS,
    CATEGORIES,
    COMPLETENESS,
    DATA_TYPE,
    MISSING,
    categorical_values,
    completeness,
    data_type,
    missing_column,
    numeric_bounds,
)
from driftline.judging.rules_drift import BASELINE_DRIFT, PREDICTION_DRIFT, drift, drift_check_of
from driftline.judging.rules_model import EXTRA, VOLUME, ModelFacts, extra_columns, volume
from driftline.judging.states import Reading, State
from driftline.judging.volume import VolumeHistory
from driftline.judging.window import WindowInput
from driftline.stats.open_profile import OpenProfile

__all__ = ["NO_BASELINE", "RULES", "WindowInput", "evaluate_window"]

RULES: Final = {
    1: MISSING,
    2: EXTRA,
    3: COMPLETENESS,
    4: DATA_TYPE,
    5: CATEGORIES,
    6: BOUNDS,
    7: BASELINE_DRIFT,
    8: PREDICTION_DRIFT,
    9: VOLUME,
}
"""Number and check of every rule; readings come in this order, and within a rule in the order of the data."""

NO_BASELINE: Final = "baseline"
"""The "check" of the one reading of a model without a baseline."""


def evaluate_window(window: WindowInput) -> tuple[Reading, ...]:
    """Every rule's answer for a window; a pure function of ``window``. About 60 µs a column."""
    baseline = window.baseline
    if baseline is None or isinstance(window.profile, OpenProfile):
        return (Reading("", NO_BASELINE, State.UNKNOWN, n=window.rows, reason=window.obstacle or "no baseline"),)
    if baseline.monitor is not None:
        return monitor_readings(window, baseline, baseline.monitor)
    judging = _Judging(window, baseline, gather(baseline, window.judged))
    for check in RULES.values():
        judging.judge(check)
    return tuple(judging.readings)


@dataclass
class _Judging:
    """One window on its way through the rules: the readings so far, and the answers that later rules depend on."""

    window: WindowInput
    baseline: Baseline
    columns: tuple[ColumnFacts, ...]
    readings: list[Reading] = field(default_factory=list)
    violated: set[tuple[str, str]] = field(default_factory=set)

    def judge(self, check: str) -> None:
        """Make one check, of the model or of every column that it applies to."""
        told = self._of_model(check) if check in {EXTRA, VOLUME} else self._of_columns(check)
        self.readings += told
        self.violated |= {(reading.feature, check) for reading in told if reading.state is State.VIOLATED}

    def _of_model(self, check: str) -> tuple[Reading, ...]:
        """Rules 2 and 9 behind their gates."""
        if not self.baseline.constraints.is_on(check):
            return ()
        obstacle = self.window.obstacle or ("no traffic" if check == EXTRA and not self.window.rows else "")
        if obstacle:
            return (Reading("", check, State.UNKNOWN, n=self.window.rows, reason=obstacle),)
        facts = _model_facts(self.window, self.baseline)
        return (volume(facts, self.window.budget),) if check == VOLUME else extra_columns(facts)

    def _of_columns(self, check: str) -> tuple[Reading, ...]:
        """Rules 1 and 3 to 8 behind their gates, column by column."""
        return tuple(
            self._of_column(check, column)
            for column in self.columns
            if _applies(check, column, self.baseline) and (column.name, MISSING) not in self.violated
        )

    def _of_column(self, check: str, column: ColumnFacts) -> Reading:
        reason = self.window.obstacle or self._too_few(column)
        is_drift = check in {BASELINE_DRIFT, PREDICTION_DRIFT}
        if not reason and is_drift and (column.name, DATA_TYPE) in self.violated:
            reason = "values of another type"
        if reason:
            return Reading(column.name, check, State.UNKNOWN, n=column.rows, reason=reason)
        if is_drift:
            return drift(column, self.window.budget, self.baseline.constraints.min_samples)
        return _COLUMN_RULES[check](column, self.window.budget)

    def _too_few(self, column: ColumnFacts) -> str:
        """Gate 3."""
        if not column.rows:
            return "no traffic"
        return "too few samples" if column.rows < self.baseline.constraints.min_samples else ""


def _model_facts(window: WindowInput, baseline: Baseline) -> ModelFacts:
    limits, profile = baseline.constraints.defaults.volume, window.judged
    history = window.history or VolumeHistory()
    return ModelFacts(
        rows=window.rows,
        extras={} if profile is None else dict(profile.extras.counts),
        extras_overflow=0 if profile is None else profile.extras.overflow,
        reference=history.reference(window.label, window.start_ms, window.end_ms, window.timezone, limits.min_history),
        volume=limits,
    )


def _applies(check: str, column: ColumnFacts, baseline: Baseline) -> bool:
    """Whether a check is one of this kind of column, and switched on."""
    if check in column.limits.off:
        return False
    if check == MISSING:
        return baseline.constraints.defaults.missing_columns
    if check == BOUNDS:
        return column.is_numeric
    if check == CATEGORIES:
        return not column.is_numeric
    return check not in {BASELINE_DRIFT, PREDICTION_DRIFT} or check == drift_check_of(column)


_COLUMN_RULES: Final = {
    MISSING: missing_column,
    COMPLETENESS: completeness,
    DATA_TYPE: data_type,
    CATEGORIES: categorical_values,
    BOUNDS: numeric_bounds,
}
