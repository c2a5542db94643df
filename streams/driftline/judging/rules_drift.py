"""Rules 7 and 8: has the distribution of a feature, of a prediction moved?"""

from __future__ import annotations

from driftline.baseline.model import Role
from driftline.judging.budget import Budget
from driftline.judging.distances import beyond_noise, measure
from driftline.judging.facts import ColumnFacts
from driftline.judging.states import Reading, State

BASELINE_DRIFT = "baseline_drift_check"
PREDICTION_DRIFT = "prediction_drift_check"


def drift_check_of(column: ColumnFacts) -> str:
    """The name of the drift check of a column: a prediction's has a name, and a severity, of its own."""
    return PREDICTION_DRIFT if column.role is Role.PREDICTION else BASELINE_DRIFT


def drift(column: ColumnFacts, budget: Budget, min_samples: int) -> Reading:
    """Rules 7 and 8: the distance that the constraint names is above its limit even without the noise of two samples.

    ``observed`` is the distance, ``bound`` what of it is beyond the noise of two samples of one source (``linf_robust`` is
    that already). Fewer than ``min_samples`` values are UNKNOWN. Of ``chi_squared`` the p-value
    is compared, as Model Monitor does: violated below the limit.
    """
    check, rule = drift_check_of(column), column.limits.drift
    if column.count < max(1, min_samples) or not column.baseline_count:
        reason = "too few samples" if column.count else "no values"
        return Reading(column.name, check, State.UNKNOWN, limit=rule.limit, n=column.rows, reason=reason)
    value = measure(rule.distance, column)
    if value is None:
        return Reading(column.name, check, State.UNKNOWN, limit=rule.limit, n=column.rows, reason="not measurable")
    by_chance = rule.distance == "chi_squared"
    bound = value if by_chance else beyond_noise(rule.distance, value, column, budget)
    moved = bound < rule.limit if by_chance else bound > rule.limit
    return Reading(
        column.name,
        check,
        State.VIOLATED if moved else State.OK,
        observed=value,
        limit=rule.limit,
        bound=bound,
        n=column.rows,
        reason=f"the distribution moved ({rule.distance})" if moved else "",
        details={"baseline_n": float(column.baseline_count), "window_n": float(column.count)},
    )
