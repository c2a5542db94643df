"""Rules 2 and 9, which look at the window as a whole: extra columns, and the number of rows."""

from __future__ import annotations

from dataclasses import dataclass

from driftline.baseline.constraints import Volume
from driftline.judging.budget import Budget
from driftline.judging.evidence import count_high, count_low
from driftline.judging.states import Reading, State
from driftline.judging.volume import Reference

EXTRA = "extra_column_check"
VOLUME = "volume_check"


NO_HISTORY = "no history"
NO_TRAFFIC_YET = "no history of traffic"


def awaits_history(reading: Reading) -> bool:
    """Whether a reading is UNKNOWN only for want of earlier windows, which may take weeks.

    It is shown as what it is, but does not make a window UNKNOWN whose columns have all been judged.
    """
    return reading.check == VOLUME and reading.state is State.UNKNOWN and reading.reason in {NO_HISTORY, NO_TRAFFIC_YET}


@dataclass(frozen=True)
class ModelFacts:
    """What rules 2 and 9 look at: rows of the window, rows per extra column, rows beyond the cap of names, and history."""

    rows: int
    extras: dict[str, int]
    extras_overflow: int
    reference: Reference | None
    volume: Volume


def extra_columns(facts: ModelFacts) -> tuple[Reading, ...]:
    """Rule 2: columns that the baseline does not have, one reading per name; one for the model where there is none."""
    told = [(name, rows, "not in the baseline") for name, rows in sorted(facts.extras.items()) if rows]
    if facts.extras_overflow:
        told.append(("", facts.extras_overflow, "more names than are kept"))
    if not told:
        return (Reading("", EXTRA, State.OK, observed=0.0, limit=0.0, n=facts.rows),)
    return tuple(
        Reading(
            name,
            EXTRA,
            State.VIOLATED,
            observed=min(1.0, rows / facts.rows) if facts.rows else None,
            limit=0.0,
            n=facts.rows,
            reason=reason,
            details={"rows": float(rows)},
        )
        for name, rows, reason in told
    )


def volume(facts: ModelFacts, budget: Budget) -> Reading:
    """Rule 9: rows below ``low`` or above ``high`` times what windows of this slot used to have, by more than chance.

    A Poisson count: its upper bound has to be below low * reference, its lower bound above high * reference. ``limit`` and
    ``bound`` are those of the side that the window leans to. A reference of nought from a history that is still settling
    says nothing: it may be the same silence.
    """
    reference = facts.reference
    if reference is None:
        return Reading("", VOLUME, State.UNKNOWN, float(facts.rows), n=facts.rows, reason=NO_HISTORY)
    if reference.rows == 0 and not reference.settled:
        return Reading("", VOLUME, State.UNKNOWN, float(facts.rows), n=facts.rows, reason=NO_TRAFFIC_YET)
    few = facts.rows < reference.rows
    limit = (facts.volume.low if few else facts.volume.high) * reference.rows
    bound = count_high(facts.rows, budget.sigmas()) if few else count_low(facts.rows, budget.sigmas())
    broken = bound < limit if few else bound > limit
    return Reading(
        "",
        VOLUME,
        State.VIOLATED if broken else State.OK,
        observed=float(facts.rows),
        limit=limit,
        bound=bound,
        n=facts.rows,
        reason=("fewer rows than usual" if few else "more rows than usual") if broken else "",
        details={"reference": reference.rows, "history": float(reference.windows)},
    )
