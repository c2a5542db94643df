"""Laws of the judging as a whole: quiet on what is equal, louder on what is worse, the same however it came."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.baseline.constraints import DISTANCES, ColumnConstraint, Constraints, Drift
from driftline.judging.budget import Budget
from driftline.judging.distances import beyond_noise, distances_of, measure
from driftline.judging.evaluate import RULES
from driftline.judging.facts import gather
from driftline.judging.states import State
from driftline.stats.profile import Profile
from support.datasets import DISTRIBUTIONS, draw
from support.judged import baseline_of, categorical, judged, numeric, profile_of

COLUMN_CHECKS = [check for check in RULES.values() if check not in {"extra_column_check", "volume_check"}]
NAMES = [name for name in DISTRIBUTIONS if name != "sorted"]  # its "samples" are not of one source


@pytest.mark.parametrize("rows", [30, 200, 2000])
@pytest.mark.parametrize("name", NAMES)
def test_equal_distributions_violate_nothing(name: str, rows: int) -> None:
    """A hundred windows a distribution and size, the baseline drawn anew for every ten: at most 0.3 % speak."""
    loud: Counter[str] = Counter()
    for seed in range(10):
        base = draw(name, 5000, seed)
        baseline = baseline_of(numeric("x", base), rows=5000)
        for window in range(10):
            told = judged(baseline, profile_of(baseline, x=draw(name, rows, 1000 + 10 * seed + window)))
            loud.update(check for (_, check), reading in told.items() if reading.state is State.VIOLATED)
    assert loud.total() == 0, loud


@pytest.mark.parametrize("baseline_rows", [100, 1000])
def test_small_baselines_are_no_reason_to_shout(baseline_rows: int) -> None:
    loud: Counter[str] = Counter()
    for seed in range(150):
        rng = np.random.default_rng(seed)
        words = rng.zipf(1.5, baseline_rows + 500)  # a long tail: there is always something new
        holes = rng.random(baseline_rows + 500) < 0.1
        values = [None if hole else f"w{word}" for word, hole in zip(words, holes, strict=True)]
        numbers = rng.normal(size=baseline_rows + 500).tolist()
        split = baseline_rows
        baseline = baseline_of(numeric("x", numbers[:split]), categorical("c", values[:split]), rows=split)
        told = judged(baseline, profile_of(baseline, x=numbers[split:], c=values[split:]))
        loud.update(check for (_, check), reading in told.items() if reading.state is State.VIOLATED)
    assert loud.total() <= 1, loud


@pytest.mark.parametrize("distance", DISTANCES)
def test_every_distance_is_within_its_noise_on_equal_samples(distance: str) -> None:
    """With a limit of nought only the noise stands between chance and an alarm: 0.15 % one-sided; 1 % are allowed here."""
    loud, windows = 0, 600
    limit = 0.0015 if distance == "chi_squared" else 0.0
    constraints = Constraints(columns=(ColumnConstraint("x", drift=Drift(distance, limit)),))
    rng = np.random.default_rng(5)
    baseline = baseline_of(numeric("x", rng.normal(size=20_000)), rows=20_000, constraints=constraints)
    for _ in range(windows):
        told = judged(baseline, profile_of(baseline, x=rng.normal(size=500)))
        loud += told["x", "baseline_drift_check"].state is State.VIOLATED
    assert loud <= windows // 100, loud


@pytest.mark.parametrize(
    "check", ["baseline_drift_check", "numeric_bounds_check", "completeness_check", "data_type_check"]
)
def test_worse_is_never_quieter(check: str) -> None:
    rng = np.random.default_rng(1)
    base, window = rng.normal(size=3000), rng.normal(size=300).tolist()
    baseline = baseline_of(numeric("x", base), rows=3000)
    bad = {"completeness_check": None, "data_type_check": "text"}.get(check, 9.0)
    bounds, violated = [], []
    for count in range(0, 300, 10):
        told = judged(baseline, profile_of(baseline, x=[*[bad] * count, *window[count:]]))
        reading = told["x", check]
        assert reading.bound is not None
        bounds.append(-reading.bound if check == "completeness_check" else reading.bound)
        violated.append(reading.state is State.VIOLATED)
    assert all(a <= b + 1e-12 for a, b in pairwise(bounds))
    assert violated == sorted(violated)
    assert violated[-1]
    assert not violated[0]


@pytest.mark.parametrize("distance", [name for name in DISTANCES if name != "chi_squared"])
def test_a_larger_shift_is_a_larger_distance(distance: str) -> None:
    rng = np.random.default_rng(2)
    base, window = rng.normal(size=5000), rng.normal(size=2000)
    baseline = baseline_of(numeric("x", base), rows=5000)
    values = []
    for shift in (0.0, 0.25, 0.5, 1.0, 2.0, 4.0):
        (column,) = gather(baseline, profile_of(baseline, x=window + shift))
        value = measure(distance, column)
        assert value is not None
        assert 0.0 <= beyond_noise(distance, value, column, Budget()) <= value
        values.append(value)
    assert values == sorted(values)


def test_distances_agree_about_a_shift_of_half_a_sigma() -> None:
    rng = np.random.default_rng(3)
    baseline = baseline_of(numeric("x", rng.normal(size=200_000)), rows=200_000)
    (column,) = gather(baseline, profile_of(baseline, x=rng.normal(size=100_000) + 0.5))
    shifts = {found.name: found.equivalent_sigmas for found in distances_of(column)}
    assert shifts.pop("chi_squared") is None
    assert shifts.pop("wasserstein_normalised") == pytest.approx(0.5, abs=0.06)  # its outer bins are wide
    assert shifts == {name: pytest.approx(0.5, abs=0.03) for name in shifts}


def test_ordered_distances_say_nothing_of_categories() -> None:
    baseline = baseline_of(categorical("c", ["a", "b"] * 100), rows=200)
    (column,) = gather(baseline, profile_of(baseline, c=["a"] * 50 + ["b"] * 50))
    values = {found.name: found.value for found in distances_of(column)}
    assert values["ks"] is None
    assert values["wasserstein_normalised"] is None
    assert values["linf_simple"] == 0.0


@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
def test_verdicts_do_not_depend_on_the_unit(scale: float) -> None:
    rng = np.random.default_rng(8)
    base, window = rng.normal(size=3000), rng.normal(size=500) + 0.4
    baseline = baseline_of(numeric("x", base * scale), rows=3000)
    told = judged(baseline, profile_of(baseline, x=window * scale))
    baseline = baseline_of(numeric("x", base), rows=3000)
    assert told == judged(baseline, profile_of(baseline, x=window))


@settings(max_examples=30, deadline=None)
@given(
    cuts=st.lists(st.integers(0, 400), max_size=6),
    order=st.randoms(use_true_random=False),
    shift=st.floats(-1, 1),
)
def test_readings_do_not_depend_on_how_the_rows_came(cuts: list[int], order: object, shift: float) -> None:
    rng = np.random.default_rng(9)
    base, window = rng.normal(size=1000), rng.normal(size=400) + shift
    baseline = baseline_of(numeric("x", base), rows=1000)
    whole = profile_of(baseline, x=window)
    ends = sorted({0, 400, *cuts})
    parts = [profile_of(baseline, x=window[a:b]) for a, b in pairwise(ends)]
    order.shuffle(parts)  # type: ignore[attr-defined]
    merged = Profile.empty(whole.layout)
    for part in parts:
        merged.iadd(part)
    assert judged(baseline, merged) == judged(baseline, whole)
