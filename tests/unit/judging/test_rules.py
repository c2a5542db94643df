"""The rule table: one line a case, what every numbered rule answers, and why.

Answers are one sign a rule, 1 to 9: ``.`` OK, ``V`` violated, ``?`` unknown, ``-`` not made. The model has one column, x, and
no history of volume (rule 9 is tested on its own below).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from driftline.baseline.constraints import (
    Bounds,
    ColumnConstraint,
    Completeness,
    Constraints,
    Defaults,
    Drift,
    Volume,
)
from driftline.baseline.model import Kind, Role
from driftline.judging.evaluate import RULES, evaluate_window
from driftline.judging.states import State
from driftline.judging.volume import VolumeHistory
from support.judged import HOUR, Values, baseline_of, categorical, judged, numeric, profile_of, window_of

SIGNS = {State.OK: ".", State.VIOLATED: "V", State.UNKNOWN: "?"}
RNG = np.random.default_rng(20)
GAUSS = RNG.normal(size=4000)
AGAIN = RNG.normal(size=1000)
COLOURS = ["red"] * 500 + ["green"] * 300 + ["blue"] * 200


def own(**limits: object) -> Constraints:
    """Constraints of column x."""
    return Constraints(columns=(ColumnConstraint("x", **limits),))


@dataclass
class Case:
    """``window`` None is a window without rows."""

    what: str
    answers: str
    why: str
    base: Values = field(default_factory=lambda: GAUSS)
    window: Values | None = field(default_factory=lambda: AGAIN)
    kind: Kind = Kind.FRACTIONAL
    role: Role = Role.FEATURE
    constraints: Constraints = field(default_factory=Constraints)
    extras: dict[str, int] = field(default_factory=dict)
    complete: bool = True


CASES = [
    Case("equal", "....-..-?", "nothing happened"),
    Case("equal prediction", "....-.-.?", "rule 8 takes the place of rule 7", role=Role.PREDICTION),
    Case("shifted by one sigma", "....-.V-?", "seen at once", window=AGAIN + 1.0),
    Case("shifted prediction", "....-.-V?", "the same, by its own name", window=AGAIN + 1.0, role=Role.PREDICTION),
    Case("shifted by 0.1 sigma", "....-..-?", "significant at this size, but nobody cares", window=np.tile(AGAIN, 9) + 0.1),
    Case("shifted by 0.5, 40 rows", "....-..-?", "material, but 40 rows cannot tell", window=AGAIN[:40] + 0.5),
    Case("shifted by 3 sigmas, 40 rows", "....-VV-?", "even 40 rows can; and half of them are outside", window=AGAIN[:40] + 3.2),
    Case("29 rows", "?.??-??-?", "below the minimum of samples nothing is OK", window=AGAIN[:29]),
    Case("29 rows, minimum 10", "....-..-?", "the minimum is the user's", window=AGAIN[:29], constraints=Constraints(10)),
    Case("no rows", "????-??-?", "no traffic is not fine", window=None),
    Case("incomplete", "????-??-?", "a hole in the data is not fine", complete=False),
    Case("all missing", "V.----" + "--?", "one cause, one answer", window=[None] * 100),
    Case("7 % missing", "....-..-?", "7 of 100: two points over the limit are chance", window=[*AGAIN[:93], *[None] * 7]),
    Case("20 % missing", "..V.-..-?", "no chance", window=[*AGAIN[:80], *[None] * 20]),
    Case(
        "20 % missing as ever", "....-..-?", "so was the baseline", base=[*GAUSS[:3200], *[None] * 800],
        window=[*AGAIN[:800], *[None] * 200],
    ),
    Case(
        "never filled much", "...?-??-?", "a column filled once in 1,000 rows may well be empty in 100",
        base=[1.0] * 4 + [None] * 3996, window=[None] * 100,
    ),
    Case(
        "below an absolute minimum", "..V.-..-?", "min 0.99 and 1 % missing of 10,000 is no question",
        window=[*np.tile(AGAIN, 10)[:9700], *[None] * 300], constraints=own(completeness=Completeness(min=0.99)),
    ),
    Case("5 % texts", "....-..-?", "5 of 100 may be 1 %", window=[*AGAIN[:95], *["a"] * 5]),
    Case("20 % texts", "...V-.?-?", "wrong types, so no drift of what is left", window=[*AGAIN[:80], *["a"] * 20]),
    Case(
        "fractions in an integral column", "...V-.?-?", "half a person", kind=Kind.INTEGRAL,
        base=[1.0, 2.0, 3.0, 4.0] * 500, window=[1.5, 2.0, 3.0, 4.0] * 50,
    ),
    Case("whole numbers as they were", "....-..-?", "3.0 is whole",
         kind=Kind.INTEGRAL, base=[1.0, 2.0] * 500, window=[1.0, 2.0] * 50),
    Case("constant changed", "....-VV-?", "a constant baseline still shows a change", base=[5.0] * 500, window=[6.0] * 100),
    Case("constant kept", "....-..-?", "and no change", base=[5.0] * 500, window=[5.0] * 100),
    Case("one wild value", "....-..-?", "1 of 100 outside is what a new sample shows", window=[*AGAIN[:99], 1e12]),
    Case("10 % outside", "....-V.-?", "too many for chance, too few for drift", window=[*AGAIN[:900], *[9.0] * 100]),
    Case(
        "bounds of one's own", "....-V.-?", "16 % are above 1; at the user's ends nothing is expected outside",
        constraints=own(bounds=Bounds(min=-9.0, max=1.0)),
    ),
    Case("categories equal", ".....-.-?", "no bounds for texts", base=COLOURS, window=COLOURS[::-1], kind=Kind.STRING),
    Case(
        "10 % new categories", "....V-.-?", "unknown to the baseline, yet below the limit of drift",
        base=COLOURS, window=COLOURS + ["pink"] * 111, kind=Kind.STRING,
    ),
    Case(
        "allowed by the user", ".....-.-?", "pink is fine by the constraint, and too rare for drift", base=COLOURS,
        window=COLOURS + ["pink"] * 111, kind=Kind.STRING, constraints=own(categories=("pink",)),
    ),
    Case("shares turned", ".....-V-?", "known values, other shares", base=COLOURS, window=["blue"] * 300, kind=Kind.STRING),
    Case(
        "always new ones", ".....-.-?", "names: the baseline saw each once, so it expects new ones",
        base=[f"p{i}" for i in range(900)], window=[f"q{i}" for i in range(900)], kind=Kind.STRING,
    ),
    Case("unasked columns", ".V..-..-?", "by name", extras={"y": 1000, "z": 3}),
    Case("unasked, but off", ".-..-..-?", "switched off", extras={"y": 1},
         constraints=Constraints(defaults=Defaults(extra_columns=False))),
    Case("extras in 5 rows", "?V??-??-?", "a name needs no minimum of samples", window=AGAIN[:5], extras={"y": 5}),
    Case("missing, but off", "-.V?-??-?", "then completeness and drift have to say it", window=[None] * 100,
         constraints=Constraints(defaults=Defaults(missing_columns=False))),
    Case("all off", "-.---" + "--" + "-?", "column x is not asked for",
         constraints=own(off=tuple(RULES.values())), window=AGAIN + 9),
    Case("psi decides", "....-.V-?", "0.5 sigma is 0.25", window=AGAIN + 0.6, constraints=own(drift=Drift("psi", 0.1))),
    Case("psi, noise", "....-..-?", "1,000 rows of the same show 0.06", constraints=own(drift=Drift("psi", 0.04))),
    Case("wasserstein decides", "....-.V-?", "1 sigma of work", window=AGAIN + 1,
         constraints=own(drift=Drift("wasserstein_normalised", 0.5))),
    Case("chi-squared decides", ".....-V-?", "a p-value: violated below", base=COLOURS, window=["blue"] * 90 + ["red"] * 90,
         kind=Kind.STRING, constraints=own(drift=Drift("chi_squared", 0.01))),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_every_rule_answers_as_the_table_says(case: Case) -> None:
    make = categorical if case.kind is Kind.STRING else numeric
    column = make("x", case.base, kind=case.kind, role=case.role)
    baseline = baseline_of(column, rows=len(case.base), constraints=case.constraints)
    profile = None if case.window is None else profile_of(baseline, case.extras, x=case.window)
    reasons = () if case.complete else ("a gap",)
    readings = evaluate_window(window_of(baseline, profile, complete=case.complete, incomplete_reasons=reasons))
    answers = {number: {r.state for r in readings if r.check == check} for number, check in RULES.items()}
    signs = "".join(SIGNS[max(states, key=lambda s: s.rank)] if states else "-" for states in answers.values())
    assert signs == case.answers.replace(" ", ""), [r for r in readings if r.state is not State.OK]
    assert [r.check for r in readings] == sorted((r.check for r in readings), key=list(RULES.values()).index)
    assert all(r.reason for r in readings if r.state is not State.OK)


VOLUMES = [
    # rows, history (weeks of the same hour), state, why
    (1000, [], State.UNKNOWN, "no history"),
    (1000, [1000, 1000], State.UNKNOWN, "two are not three"),
    (1000, [1000, 900, 1100], State.OK, "as ever"),
    (490, [1000, 900, 1100], State.OK, "below a half, but within chance of it"),
    (400, [1000, 900, 1100], State.VIOLATED, "below a half for sure"),
    (0, [1000, 900, 1100], State.VIOLATED, "a dead feed speaks"),
    (0, [11, 12, 13], State.OK, "twelve rows an hour, halved: none is chance"),
    (0, [13, 14, 15], State.VIOLATED, "fourteen, halved: no more"),
    (2100, [1000, 900, 1100], State.OK, "above twice, but within chance of it"),
    (2300, [1000, 900, 1100], State.VIOLATED, "above twice for sure"),
    (100, [0, 0, 0], State.VIOLATED, "the night used to be silent"),
    (0, [0, 0, 0], State.OK, "and is"),
    (1000, [1, 1000, 900, 1100, 9999], State.OK, "the median bears two bad weeks"),
]


@pytest.mark.parametrize(("rows", "weeks", "state", "why"), VOLUMES, ids=[why for *_, why in VOLUMES])
def test_volume_is_compared_with_the_same_hour_of_earlier_weeks(
    rows: int, weeks: list[int], state: State, why: str
) -> None:
    baseline = baseline_of(numeric("x", GAUSS), rows=len(GAUSS))
    history = VolumeHistory()
    week = 7 * 24 * HOUR
    for number, count in enumerate(weeks):
        history.observe("1h", number * week, number * week + HOUR, "UTC", count)
        history.observe("1h", number * week + HOUR, number * week + 2 * HOUR, "UTC", 77)  # another hour says nothing
    profile = profile_of(baseline, x=np.zeros(rows)) if rows else None
    reading = judged(baseline, profile, history=history, start=len(weeks) * week)["", "volume_check"]
    assert reading.state is state, (why, reading)
    assert reading.observed == rows


def test_the_user_sets_the_limits_of_volume() -> None:
    limits = Constraints(defaults=Defaults(volume=Volume(low=0.9, high=1.1, min_history=1)))
    baseline = baseline_of(numeric("x", GAUSS), rows=len(GAUSS), constraints=limits)
    history = VolumeHistory()
    history.observe("1h", 0, HOUR, "UTC", 100_000)
    reading = judged(baseline, profile_of(baseline, x=np.zeros(80_000)), history=history, start=7 * 24 * HOUR)
    assert reading["", "volume_check"].state is State.VIOLATED


def test_without_a_baseline_there_is_one_reading_and_it_is_unknown() -> None:
    (reading,) = evaluate_window(window_of(None, None))
    assert (reading.check, reading.state, reading.reason) == ("baseline", State.UNKNOWN, "no baseline")


def test_reasons_of_an_incomplete_window_are_told() -> None:
    baseline = baseline_of(numeric("x", GAUSS), rows=len(GAUSS))
    told = judged(baseline, profile_of(baseline, x=AGAIN), complete=False, incomplete_reasons=("gap a", "gap b"))
    assert {reading.reason for reading in told.values()} == {"incomplete: gap a, gap b"}


@pytest.mark.parametrize(
    "check", ["completeness_check", "data_type_check", "numeric_bounds_check", "baseline_drift_check"]
)
def test_a_check_is_violated_exactly_when_its_bound_is_beyond_its_limit(check: str) -> None:
    baseline = baseline_of(numeric("x", GAUSS), rows=len(GAUSS))
    below = check == "completeness_check"
    for bad in range(0, 60, 3):
        values = [
            *AGAIN[:200],
            *([None] * bad if below else ["a"] * bad if check == "data_type_check" else [8.0] * bad),
        ]
        reading = judged(baseline, profile_of(baseline, x=values))["x", check]
        if reading.bound is None or reading.limit is None:
            continue
        beyond = reading.bound < reading.limit if below else reading.bound > reading.limit
        assert beyond == (reading.state is State.VIOLATED)
