"""Rules 1, 3, 4, 5 and 6: is the column there, filled, of its type, of known values, within its bounds?

Each is a pure function of one column's facts and says VIOLATED only when a confidence bound of the effect, not the estimate,
is beyond the limit. ``bound`` always has the unit of ``limit``.
"""

from __future__ import annotations

from driftline.judging.budget import Budget
from driftline.judging.evidence import Share
from driftline.judging.facts import ColumnFacts
from driftline.judging.states import Reading, State

MISSING = "missing_column_check"
COMPLETENESS = "completeness_check"
DATA_TYPE = "data_type_check"
CATEGORIES = "categorical_values_check"
BOUNDS = "numeric_bounds_check"


def missing_column(column: ColumnFacts, budget: Budget) -> Reading:
    """Rule 1: no row of the window has a value, and that is no accident of a column that is rarely filled.

    No accident: even the upper bound of the window's completeness is below the lower bound of the baseline's.
    """
    window, base = column.present_share(budget.each_of_two()), column.baseline_share(budget.each_of_two())
    gone = column.present == 0 and window.high < base.low
    return Reading(
        column.name,
        MISSING,
        State.VIOLATED if gone else State.OK,
        observed=window.value,
        limit=base.low,
        bound=window.high,
        n=column.rows,
        reason="no row has a value" if gone else "",
    )


def completeness(column: ColumnFacts, budget: Budget) -> Reading:
    """Rule 3: the share of rows with a value fell by more than ``max_drop``, or below ``min``.

    Drop: lower bound of the baseline's share - upper bound of the window's > max_drop. Minimum: upper bound of the window's
    share < min. Of two limits the stricter decides. ``observed`` is the window's share, ``limit`` the lowest allowed.
    """
    window, base = column.present_share(budget.each_of_two()), column.baseline_share(budget.each_of_two())
    rule = column.limits.completeness
    tests: list[tuple[float, float]] = []  # (lowest allowed share, bound compared with it)
    if rule.max_drop is not None and base.value is not None:
        tests.append((base.value - rule.max_drop, window.high + base.value - base.low))
    if rule.min is not None:
        tests.append((rule.min, window.high))
    if not tests:
        return Reading(column.name, COMPLETENESS, State.UNKNOWN, window.value, n=column.rows, reason="no limit")
    limit, bound = max(tests, key=lambda test: test[0] - test[1])
    low = bound < limit
    return Reading(
        column.name,
        COMPLETENESS,
        State.VIOLATED if low else State.OK,
        observed=window.value,
        limit=limit,
        bound=bound,
        n=column.rows,
        reason="fewer rows have a value" if low else "",
        details={} if base.value is None else {"baseline": base.value},
    )


def data_type(column: ColumnFacts, budget: Budget) -> Reading:
    """Rule 4: of the values present, more than ``max_mismatch`` are of another type (as far as the baseline has none)."""
    base = Share(column.baseline_mistyped, column.baseline_present, budget.each_of_two())
    expected = base.high if base.hits else 0.0
    share = Share(column.mistyped, column.present, budget.each_of_two())
    return _too_many(column, DATA_TYPE, share, expected, column.limits.max_mismatch, "values of another type")


def categorical_values(column: ColumnFacts, budget: Budget) -> Reading:
    """Rule 5: of the values present, more than ``max_unseen`` are unknown to the baseline.

    Expected of an equal sample are the baseline's values beyond its list, and as many new ones as it has values seen just
    once (Good 1953, Biometrika 40, 237): both stand in the last bin of its counts. Their upper bound is taken off first.
    """
    base = Share(int(column.baseline_counts[-1]), column.baseline_count, budget.each_of_two())
    expected = base.high if base.hits else 0.0
    share = Share(column.unseen, column.count, budget.each_of_two())
    return _too_many(column, CATEGORIES, share, expected, column.limits.max_unseen, "values unknown to the baseline")


def numeric_bounds(column: ColumnFacts, budget: Budget) -> Reading:
    """Rule 6: of the numbers, more than ``max_outside`` lie outside the allowed interval.

    What a new sample from the same source has outside of the baseline's own minimum and maximum is taken off first: m
    numbers cut the line into m + 1 equally likely parts, so the share beyond e of their ends is Beta(e, m + 1 - e), 2 / (m + 1)
    on average for both. Its upper bound is Clopper-Pearson's of e - 1 hits in m. Of the user's own bounds nothing is expected.
    Source: Wilks 1941, Ann. Math. Stat. 12, 91 (tolerance limits without a distribution).
    """
    ends = (column.limits.low is None) + (column.limits.high is None)
    expected = Share(ends - 1, max(column.baseline_count, ends), budget.each_of_two()).high if ends else 0.0
    share = Share(column.outside, column.count, budget.each_of_two())
    return _too_many(column, BOUNDS, share, expected, column.limits.max_outside, "numbers out of bounds")


def _too_many(column: ColumnFacts, check: str, share: Share, expected: float, limit: float, what: str) -> Reading:
    """A share of bad values: its lower bound, less what is expected, against the limit. No value at all is UNKNOWN."""
    if share.value is None:
        return Reading(column.name, check, State.UNKNOWN, limit=limit, n=column.rows, reason="no values")
    bound = share.low - expected
    broken = bound > limit
    return Reading(
        column.name,
        check,
        State.VIOLATED if broken else State.OK,
        observed=share.value,
        limit=limit,
        bound=bound,
        n=column.rows,
        reason=what if broken else "",
        details={"expected": expected},
    )
