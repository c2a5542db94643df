"""Every check of a window, as the rules are written down: bounds by scipy, one function a rule."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, median
from typing import Any

from scipy.stats import beta

from oracle.measure import Facts, linf, robust
from oracle.setup import Baseline
from oracle.times import slot_of

ALPHA = 0.0015
EACH_OF_TWO = ALPHA / 2
"""Of either bound, where those of a window and its baseline are compared."""
SIGMAS = NormalDist().inv_cdf(1 - ALPHA)
RANKS = {"OK": 0, "WATCH": 1, "UNKNOWN": 2, "VIOLATED": 3}
CHECKS = (
    "missing_column_check", "extra_column_check", "completeness_check", "data_type_check", "categorical_values_check",
    "numeric_bounds_check", "baseline_drift_check", "prediction_drift_check", "volume_check",
)  # fmt: skip
DRIFT = {"baseline_drift_check": "feature", "prediction_drift_check": "prediction"}
DEPTH = 8
"""Instances of a slot that a model's history goes back."""


@dataclass
class Reading:
    """What one check says."""

    feature: str
    check: str
    state: str
    observed: float | None = None
    limit: float | None = None
    bound: float | None = None
    n: int = 0

    @property
    def wire(self) -> dict[str, Any]:
        return dict(vars(self))


def bounds(hits: int, total: int) -> tuple[float, float]:
    """Clopper-Pearson, one-sided each."""
    if not total:
        return 0.0, 1.0
    low = 0.0 if hits == 0 else float(beta.ppf(ALPHA / 2, hits, total - hits + 1))
    high = 1.0 if hits == total else float(beta.ppf(1 - ALPHA / 2, hits + 1, total - hits))
    return low, high


class History:
    """Rows of earlier complete windows of one model, by label and slot."""

    def __init__(self) -> None:
        self.slots: dict[tuple[str, int], dict[int, list[int]]] = {}

    def observe(self, label: str, start: int, end: int, timezone: str, rows: int) -> None:
        slot, instance = slot_of(start, end, timezone)
        held = self.slots.setdefault((label, slot), {})
        held.setdefault(instance, []).append(rows)
        while len(held) > DEPTH:
            del held[min(held)]

    def reference(self, label: str, start: int, end: int, timezone: str, enough: int) -> tuple[float, bool] | None:
        """The usual number of rows, and whether earlier weeks say so; None while too little is known."""
        slot, instance = slot_of(start, end, timezone)
        held = self.slots.get((label, slot), {})
        earlier = {begun: rows for begun, rows in held.items() if begun < instance}
        used = earlier if len(earlier) >= enough else held
        if sum(len(rows) for rows in used.values()) < enough:
            return None
        return float(median(sum(rows) / len(rows) for rows in used.values())), used is earlier


def judge(
    baseline: Baseline,
    facts: Sequence[Facts],
    extras: dict[str, int],
    rows: int,
    reference: tuple[float, bool] | None,
) -> list[Reading]:
    """All readings of a window that has a baseline and lost nothing, rule by rule."""
    readings: list[Reading] = []
    few = rows < baseline.min_samples
    gone: set[str] = set()
    wrong: set[str] = set()
    for check in CHECKS:
        if check == "extra_column_check":
            readings += _extra(extras, rows) if baseline.extra_columns and check not in baseline.off else []
        elif check == "volume_check":
            readings += [_volume(rows, reference, baseline)] if check not in baseline.off else []
        else:
            for column in facts:
                if not _applies(check, column, baseline) or column.column.name in gone:
                    continue
                name = column.column.name
                if few or ("drift" in check and name in wrong):
                    reading = Reading(name, check, "UNKNOWN", n=rows)
                elif "drift" in check:
                    reading = _drift(check, column, baseline)
                else:
                    reading = RULES[check](column, baseline)
                readings.append(reading)
                if reading.state == "VIOLATED" and check == "missing_column_check":
                    gone.add(name)
                if reading.state == "VIOLATED" and check == "data_type_check":
                    wrong.add(name)
    return readings


def unknown(baseline: Baseline, facts: Sequence[Facts], rows: int) -> list[Reading]:
    """All readings of a window that may have lost events."""
    of_model = {"extra_column_check": baseline.extra_columns, "volume_check": True}
    readings = [Reading("", c, "UNKNOWN", n=rows) for c, is_on in of_model.items() if is_on and c not in baseline.off]
    return readings + [
        Reading(one.column.name, check, "UNKNOWN", n=rows)
        for check in CHECKS
        if check not in of_model
        for one in facts
        if _applies(check, one, baseline)
    ]


def _applies(check: str, facts: Facts, baseline: Baseline) -> bool:
    column = facts.column
    if check in column.limits["off"]:
        return False
    if check == "missing_column_check":
        return baseline.missing_columns
    if check == "numeric_bounds_check":
        return column.is_numeric
    if check == "categorical_values_check":
        return not column.is_numeric
    return check not in DRIFT or column.role == DRIFT[check]


def _present(facts: Facts, baseline: Baseline) -> tuple[int, int]:
    statistics = facts.column.statistics or {}
    return statistics["count"] + statistics["mistyped"], baseline.rows


def _missing(facts: Facts, baseline: Baseline) -> Reading:
    """1: no row has a value, and that is beyond chance."""
    low, high = bounds(*_present(facts, baseline))[0], bounds(facts.present, facts.rows)[1]
    state = "VIOLATED" if facts.present == 0 and high < low else "OK"
    return Reading(facts.column.name, "missing_column_check", state, facts.present / facts.rows, low, high, facts.rows)


def _extra(extras: dict[str, int], rows: int) -> list[Reading]:
    """2: columns that the baseline does not have."""
    if not rows:
        return [Reading("", "extra_column_check", "UNKNOWN")]
    if not extras:
        return [Reading("", "extra_column_check", "OK", 0.0, 0.0, n=rows)]
    told = sorted(extras.items())
    return [Reading(name, "extra_column_check", "VIOLATED", min(1.0, seen / rows), 0.0, n=rows) for name, seen in told]


def _completeness(facts: Facts, baseline: Baseline) -> Reading:
    """3: fewer rows have a value than did, or than must; of two limits the stricter decides."""
    rule = facts.column.limits["completeness"]
    hits, total = _present(facts, baseline)
    share, high = hits / total, bounds(facts.present, facts.rows)[1]
    tests = []
    if rule.get("max_drop") is not None:
        tests.append((share - rule["max_drop"], high + share - bounds(hits, total)[0]))
    if rule.get("min") is not None:
        tests.append((rule["min"], high))
    limit, bound = max(tests, key=lambda test: test[0] - test[1])
    state = "VIOLATED" if bound < limit else "OK"
    return Reading(facts.column.name, "completeness_check", state, facts.present / facts.rows, limit, bound, facts.rows)


def _too_many(facts: Facts, check: str, hits: int, total: int, expected: float, limit: float) -> Reading:
    """More than ``limit`` beyond what was expected, for certain."""
    if not total:
        return Reading(facts.column.name, check, "UNKNOWN", limit=limit, n=facts.rows)
    bound = bounds(hits, total)[0] - expected
    return Reading(
        facts.column.name, check, "VIOLATED" if bound > limit else "OK", hits / total, limit, bound, facts.rows
    )


def _data_type(facts: Facts, baseline: Baseline) -> Reading:
    """4: values of another type."""
    had = (facts.column.statistics or {})["mistyped"]
    expected = bounds(had, _present(facts, baseline)[0])[1] if had else 0.0
    limit = facts.column.limits["max_mismatch"]
    return _too_many(facts, "data_type_check", facts.mistyped, facts.present, expected, limit)


def _categories(facts: Facts, baseline: Baseline) -> Reading:
    """5: values that the baseline does not know."""
    base = facts.column.baseline_counts
    expected = bounds(base[-1], sum(base))[1] if base[-1] else 0.0
    limit = facts.column.limits["max_unseen"]
    return _too_many(facts, "categorical_values_check", facts.unseen, facts.count, expected, limit)


def _bounds(facts: Facts, baseline: Baseline) -> Reading:
    """6: numbers out of bounds; of the baseline's own ends, what a new sample would have outside is taken off."""
    limits = facts.column.limits
    ends = (limits["low"] is None) + (limits["high"] is None)
    expected = bounds(ends - 1, max(sum(facts.column.baseline_counts), ends))[1] if ends else 0.0
    outside = facts.below + facts.above
    return _too_many(facts, "numeric_bounds_check", outside, facts.count, expected, limits["max_outside"])


def _drift(check: str, facts: Facts, baseline: Baseline) -> Reading:
    """7 and 8: the distance, less the noise of two samples, is above the limit."""
    name, rule = facts.column.name, facts.column.limits["drift"]
    base = facts.column.baseline_counts
    if facts.count < max(1, baseline.min_samples) or not sum(base):
        return Reading(name, check, "UNKNOWN", limit=rule["limit"], n=facts.rows)
    ordered = facts.column.is_numeric
    certain = robust(base, facts.counts, ordered=ordered)
    observed = {"linf_robust": certain, "linf_simple": linf(base, facts.counts, ordered=ordered)}[rule["distance"]]
    state = "VIOLATED" if certain > rule["limit"] else "OK"
    return Reading(name, check, state, observed, rule["limit"], certain, facts.rows)


def _volume(rows: int, reference: tuple[float, bool] | None, baseline: Baseline) -> Reading:
    """9: far fewer or far more rows than this hour of the week usually has."""
    if reference is None or (reference[0] == 0 and not reference[1]):
        return Reading("", "volume_check", "UNKNOWN", float(rows), n=rows)
    usual = reference[0]
    if rows < usual:
        limit, bound = baseline.volume["low"] * usual, (math.sqrt(rows + 1) + SIGMAS / 2) ** 2
        broken = bound < limit
    else:
        limit, bound = baseline.volume["high"] * usual, max(0.0, math.sqrt(rows) - SIGMAS / 2) ** 2
        broken = bound > limit
    return Reading("", "volume_check", "VIOLATED" if broken else "OK", float(rows), limit, bound, rows)


RULES = {
    "missing_column_check": _missing,
    "completeness_check": _completeness,
    "data_type_check": _data_type,
    "categorical_values_check": _categories,
    "numeric_bounds_check": _bounds,
}


def worst(states: Sequence[str]) -> str:
    return max(states, key=RANKS.__getitem__, default="UNKNOWN")


def severity(reading: Reading, readings: Sequence[Reading], baseline: Baseline) -> str:
    """Critical: a column gone, a moved prediction, most values of another type, no traffic, a third of the features at once."""
    features = set(baseline.with_role("feature"))
    hit = {r.feature for r in readings if r.state == "VIOLATED" and r.feature in features}
    critical = (
        reading.check in {"missing_column_check", "prediction_drift_check"}
        or (reading.check == "data_type_check" and (reading.observed or 0.0) > 0.5)
        or (reading.check == "volume_check" and reading.observed == 0)
        or (bool(features) and len(hit) / len(features) >= 1 / 3)
    )
    return "critical" if critical else "warning"
