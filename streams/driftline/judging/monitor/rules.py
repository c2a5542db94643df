"""The numbered rules of Model Monitor, each a pure function of one feature's facts. No noise, no minimum of samples: as there.

1. The column count, see :mod:`driftline.judging.monitor.shape`.
2. ``completeness_check``: present / rows is below the feature's ``completeness``.
3. ``data_type_check``: the share of the present values that are of the type is below ``datatype_check_threshold``. A
   Fractional accepts whole numbers, a String everything; ``3.0`` is not Integral.
4. ``categorical_values_check``: the share of the present values inside ``domains`` is below ``domain_content_threshold``.
5. ``baseline_drift_check``: the distance from the baseline's distribution exceeds its threshold. Not made of a feature
   whose type check is violated.

``observed``, ``limit`` and ``bound`` have the units that these checks always have here; the number that Model Monitor prints is
the detail ``value``, its limit the detail ``threshold``.
"""

from __future__ import annotations

from dataclasses import dataclass

from driftline.baseline.model import Kind
from driftline.judging.monitor.distances import categorical_distance, chi_squared, numeric_distance, robust
from driftline.judging.monitor.facts import MOST_VALUES, FeatureFacts
from driftline.judging.rules_columns import CATEGORIES, COMPLETENESS, DATA_TYPE
from driftline.judging.rules_drift import BASELINE_DRIFT
from driftline.judging.states import Reading, State

VALUE, THRESHOLD = "value", "threshold"
"""Details that hold the number that Model Monitor prints, and what it is compared with."""

SIMPLE = "simple"
"""Detail of an L-infinity distance, as it is before any correction."""


def completeness(facts: FeatureFacts) -> Reading | None:
    """Rule 2; None if the file demands nothing."""
    demanded = facts.rules.completeness
    if demanded is None:
        return None
    if not facts.rows:
        return _unknown(facts, COMPLETENESS, "no rows with this column")
    share = facts.present / facts.rows
    low = share < demanded
    return _told(facts, COMPLETENESS, _Side(share, demanded, share, demanded), "fewer rows have a value" if low else "")


def data_type(facts: FeatureFacts) -> Reading | None:
    """Rule 3; None for texts of any kind, which fit always."""
    if facts.rules.inferred_type not in {Kind.INTEGRAL, Kind.FRACTIONAL}:
        return None
    if not facts.present:
        return _unknown(facts, DATA_TYPE, "no values")
    share, threshold = (facts.present - facts.mistyped) / facts.present, facts.rules.config.datatype_threshold
    side = _Side(facts.mistyped / facts.present, 1.0 - threshold, share, threshold)
    return _told(facts, DATA_TYPE, side, "values of another type" if share < threshold else "")


def categorical_values(facts: FeatureFacts) -> Reading | None:
    """Rule 4; None if the file names no domains."""
    if facts.numeric or facts.rules.domains is None:
        return None
    if not facts.present:
        return _unknown(facts, CATEGORIES, "no values")
    share, threshold = facts.inside / facts.present, facts.rules.config.domain_threshold
    side = _Side((facts.present - facts.inside) / facts.present, 1.0 - threshold, share, threshold)
    return _told(facts, CATEGORIES, side, "values outside of the domains" if share < threshold else "")


def drift(facts: FeatureFacts) -> Reading | None:
    """Rule 5; None if it is switched off, and for texts of which the baseline keeps no distribution."""
    config = facts.rules.config
    if not config.perform_comparison or not (facts.numeric or facts.baseline_count):
        return None
    if not facts.baseline_count:
        return _unknown(facts, BASELINE_DRIFT, "the baseline has no distribution of it")
    if not facts.window_count:
        return _unknown(facts, BASELINE_DRIFT, "no values")
    if facts.varied:
        return _unknown(facts, BASELINE_DRIFT, f"more than {MOST_VALUES} different values have no distribution")
    if facts.numeric or config.categorical_method == "LInfinity":
        return _l_infinity(facts)
    return _chi_squared(facts)


def _l_infinity(facts: FeatureFacts) -> Reading:
    config = facts.rules.config
    threshold = config.comparison_threshold if facts.numeric else config.categorical_threshold
    simple = (
        numeric_distance(facts.baseline, facts.window)
        if facts.numeric
        else categorical_distance(facts.baseline, facts.window, facts.unseen)
    ) or 0.0
    value = simple
    if config.comparison_method == "Robust":
        value = robust(simple, facts.baseline_count, facts.window_count)
    return _moved(facts, value, threshold, violated=value > threshold, **{SIMPLE: simple})


def exact_distances(reading: Reading) -> dict[str, float]:
    """Both L-infinity distances that rule 5 has measured, by the names that they have everywhere; none of other readings."""
    details = reading.details
    if reading.check != BASELINE_DRIFT or SIMPLE not in details:
        return {}
    sizes = round(details["baseline_n"]), round(details["window_n"])
    return {"linf_simple": details[SIMPLE], "linf_robust": robust(details[SIMPLE], *sizes)}


def _chi_squared(facts: FeatureFacts) -> Reading:
    config = facts.rules.config
    test = chi_squared(facts.baseline, facts.window)
    if test is None:
        return _unknown(facts, BASELINE_DRIFT, "too few expected in all but one category")
    if config.comparison_method == "Robust":
        violated = test.p_value < config.categorical_threshold
        return _moved(facts, test.p_value, config.categorical_threshold, violated=violated, statistic=test.statistic)
    violated = test.statistic > config.categorical_threshold
    return _moved(facts, test.statistic, config.categorical_threshold, violated=violated, p_value=test.p_value)


def _moved(facts: FeatureFacts, value: float, threshold: float, *, violated: bool, **more: float) -> Reading:
    sizes = {"baseline_n": float(facts.baseline_count), "window_n": float(facts.window_count)}
    side = _Side(value, threshold, value, threshold)
    return _told(facts, BASELINE_DRIFT, side, "the distribution moved" if violated else "", **sizes, **more)


@dataclass(frozen=True)
class _Side:
    """What was seen and may be seen, in the unit of the check, and as Model Monitor has it."""

    observed: float
    limit: float
    value: float
    threshold: float


def _told(facts: FeatureFacts, check: str, side: _Side, reason: str, **more: float) -> Reading:
    """VIOLATED if there is a reason."""
    return Reading(
        facts.rules.name,
        check,
        State.VIOLATED if reason else State.OK,
        observed=side.observed,
        limit=side.limit,
        bound=side.observed,
        n=facts.rows,
        reason=reason,
        details={VALUE: side.value, THRESHOLD: side.threshold, **more},
    )


def _unknown(facts: FeatureFacts, check: str, reason: str) -> Reading:
    return Reading(facts.rules.name, check, State.UNKNOWN, n=facts.rows, reason=reason)
