"""What goes onto the wire: complete, deterministic, and without a value that the baseline does not know."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace

import numpy as np
import pytest

from driftline.baseline.model import Baseline, Kind, Role
from driftline.contracts.statistics import Ledger, Tally, decode_statistics, encode_statistics
from driftline.contracts.violation import OffsetRange, Violation, decode_violation, encode_violation
from driftline.judging.evaluate import WindowInput, evaluate_window
from driftline.judging.incidents import IncidentBook, WindowRef
from driftline.judging.onset import Pane
from driftline.judging.story import violations
from driftline.judging.summary import window_statistics
from driftline.stats.open_profile import OpenProfile
from driftline.stats.profile import Profile
from support.judged import HOUR, baseline_of, categorical, numeric, profile_of, window_of

RNG = np.random.default_rng(77)
AGES = RNG.integers(18, 90, 2000).astype(float).tolist()
PLANS = ["free"] * 1200 + ["paid"] * 800
SCORES = RNG.random(2000).tolist()
OFFSETS = (
    OffsetRange(topic="captures", partition=2, start=10, end=510),
    OffsetRange(topic="it's", partition=0, start=0, end=3),
)
SECRET = "4111 1111 1111 1111"


def baseline() -> Baseline:
    return baseline_of(
        numeric("age", AGES, kind=Kind.INTEGRAL),
        categorical("plan", PLANS),
        numeric("score", SCORES, role=Role.PREDICTION),
        rows=2000,
    )


def bad_profile(base: Baseline) -> Profile:
    """Ages up by ten, a fifth of the plans unknown, scores gone, one column too many."""
    rows = 500
    return profile_of(
        base,
        {"coupon": 400},
        age=[age + 10 for age in AGES[:rows]],
        plan=[*PLANS[900:1300], *[SECRET] * 100],
        score=[None] * rows,
    )


def story(window: WindowInput, book: IncidentBook | None = None, panes: tuple[Pane, ...] = ()) -> dict[str, Violation]:
    """Events of one window, by check and feature."""
    readings = evaluate_window(window)
    identity = window.baseline.id if window.baseline else ""
    ref = WindowRef(window.model, window.version, window.label, window.start_ms, window.end_ms, identity)
    events = (book or IncidentBook()).observe(ref, readings)
    return {f"{v.check} {v.feature}".strip(): v for v in violations(events, window, readings, OFFSETS, panes)}


def test_every_cause_is_told_once() -> None:
    base = baseline()
    assert list(story(window_of(base, bad_profile(base)))) == [
        "missing_column_check score",
        "extra_column_check coupon",
        "categorical_values_check plan",
        "numeric_bounds_check age",
        "baseline_drift_check plan",
    ]


def test_the_lines_of_sagemaker() -> None:
    base = baseline()
    told = story(window_of(base, bad_profile(base)))
    missing = told["missing_column_check score"].sagemaker
    assert missing.feature_name == "Missing columns"
    assert missing.description == (
        "There are missing columns in current dataset. Number of columns in current dataset: 3, "
        "Number of columns in baseline constraints: 3"
    )
    assert told["extra_column_check coupon"].sagemaker.feature_name == "Extra columns"
    inside = told["categorical_values_check plan"].sagemaker
    assert inside.description == "Value: 0.8 does not meet the constraint requirement! "
    mistyped = profile_of(base, age=[*AGES[:400], *["x"] * 100], plan=PLANS[900:1400], score=SCORES[:500])
    line = story(window_of(base, mistyped))["data_type_check age"].sagemaker
    assert line.description == (
        "Data type match requirement is not met. Expected data type: Integral, Expected match: 99.0%. "
        "Observed: Only 80.0% of data is Integral."
    )


def test_values_that_the_baseline_does_not_know_stay_where_they_are() -> None:
    base = baseline()
    window = window_of(base, bad_profile(base))
    told = story(window)
    histogram = told["categorical_values_check plan"].window_histogram
    assert histogram is not None
    assert (histogram.categories, histogram.counts) == (("free", "paid"), (300, 100, 100))
    ledger = Ledger(complete=True, reasons=(), records=Tally(), rows=Tally(), sources=())
    wire = encode_statistics(window_statistics(window, evaluate_window(window), ledger))
    for data in (*map(encode_violation, told.values()), wire):
        assert SECRET.encode() not in data


def test_the_command_can_be_typed() -> None:
    base = baseline()
    command = story(window_of(base, bad_profile(base)))["numeric_bounds_check age"].reproduce
    assert shlex.split(command)[:6] == ["driftline", "analyze", "--model", "m", "--version", "1"]
    assert shlex.split(command)[-4:] == ["--offsets", "captures:2:10-510", "--offsets", "it's:0:0-3"]


def test_onset_is_told_when_an_incident_opens_and_not_guessed_again() -> None:
    base, book = baseline(), IncidentBook()
    panes = tuple(
        Pane(i * 600_000, (i + 1) * 600_000, profile_of(base, age=[a + (50 if i >= 4 else 0) for a in AGES[:100]]))
        for i in range(6)
    )
    opened = story(window_of(base, bad_profile(base)), book, panes)["numeric_bounds_check age"]
    assert opened.onset is not None
    assert (opened.onset.earliest, opened.onset.latest, opened.onset.method) == (2_400_000, 3_000_000, "panes")
    updated = story(window_of(base, bad_profile(base), start=HOUR), book, panes)["numeric_bounds_check age"]
    assert (updated.kind, updated.onset, updated.windows) == ("updated", None, 2)
    assert (updated.opened.start, updated.opened.end) == (0, HOUR)
    assert updated.incident_id == opened.incident_id
    assert updated.event_id != opened.event_id


def test_equal_inputs_give_equal_bytes() -> None:
    base = baseline()
    one = [encode_violation(v) for v in story(window_of(base, bad_profile(base))).values()]
    again = Profile.from_state(bad_profile(base).layout, bad_profile(base).to_state())
    assert [encode_violation(v) for v in story(window_of(base, again)).values()] == one
    assert [encode_violation(decode_violation(data)) for data in one] == one


def test_the_farthest_feature_is_named_first() -> None:
    base = baseline()
    moved = story(window_of(base, bad_profile(base)))["numeric_bounds_check age"].moved
    shifts = [mover.equivalent_sigmas or 0.0 for mover in moved]
    assert shifts == sorted(shifts, reverse=True)
    assert {mover.feature for mover in moved} <= {"age", "plan"}


@pytest.mark.parametrize("case", ["full", "empty", "open", "nothing known"])
def test_statistics_of_any_window_are_one_wire_document(case: str) -> None:
    base: Baseline | None = baseline()
    assert base is not None
    profile: Profile | OpenProfile | None = bad_profile(base)
    if case == "empty":
        profile = None
    elif case == "open":
        base, profile = None, OpenProfile.empty()
    elif case == "nothing known":
        base, profile = None, None
    window = replace(window_of(base, None), profile=profile)
    ledger = Ledger(complete=True, reasons=(), records=Tally(), rows=Tally(), sources=())
    statistics = window_statistics(window, evaluate_window(window), ledger)
    data = encode_statistics(statistics)
    assert decode_statistics(data) == statistics
    assert b"NaN" not in data
    if case == "full":
        names = [feature.name for feature in statistics.features]
        assert names == ["age", "plan", "score"]
        assert [reading.feature for reading in statistics.readings] == ["coupon", ""]
        assert statistics.extras == {"coupon": 400}
        age, plan, score = statistics.features
        assert (age.present, age.missing, plan.unseen, score.missing) == (500, 0, 100, 500)
        assert age.mean == pytest.approx(np.mean(AGES[:500]) + 10)
        assert age.std == pytest.approx(np.std(AGES[:500]))
        assert score.mean is None
        assert len(json.loads(data)["features"][0]["distances"]) == 9
        for quantile in age.quantiles:
            true = np.quantile(np.array(AGES[:500]) + 10, quantile.p)
            assert quantile.low is not None
            assert quantile.high is not None
            assert quantile.low <= true <= quantile.high
    else:
        assert statistics.state == "UNKNOWN"
