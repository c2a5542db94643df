"""When did it begin? Strips of panes: digits are tenths of the rows that show the change."""

from __future__ import annotations

import numpy as np
import pytest

from driftline.judging.onset import FROM_PANES, FROM_WINDOW, Onset, Pane, PaneRate, change_point, estimate_onset
from support.judged import baseline_of, categorical, numeric, profile_of

RNG = np.random.default_rng(11)
GAUSS = RNG.normal(size=4000)


def strip(digits: str, rows: int = 100) -> list[PaneRate]:
    return [PaneRate(i, i + 1, int(digit) * rows // 10, rows) for i, digit in enumerate(digits)]


@pytest.mark.parametrize(
    ("digits", "interval"),
    [
        ("0000055555", (5, 6)),
        ("5555555555", (0, 1)),  # then, or earlier
        ("0000000005", (9, 10)),
        ("0000123455", (4, 5)),  # a ramp begins at its foot, as far as can be told
        ("0000000000", None),
        ("", None),
    ],
)
def test_the_interval_holds_the_first_changed_pane(digits: str, interval: tuple[int, int] | None) -> None:
    found = change_point(strip(digits), 0.001)
    if interval is None:
        assert found is None
        return
    assert found is not None
    assert (found.earliest_ms, found.method) == (interval[0], FROM_PANES)
    assert found.latest_ms >= interval[1]


def test_few_rows_give_a_wider_interval() -> None:
    sharp = change_point(strip("0000033333", 1000), 0.05)
    blurred = change_point(strip("0000033333", 10), 0.05)
    assert sharp is not None
    assert blurred is not None
    assert blurred.latest_ms - blurred.earliest_ms >= sharp.latest_ms - sharp.earliest_ms


def test_panes_without_rows_say_nothing() -> None:
    rates = [PaneRate(0, 1, 0, 0), PaneRate(1, 2, 0, 100), PaneRate(2, 3, 0, 0), PaneRate(3, 4, 90, 100)]
    assert change_point(rates, 0.01) == Onset(3, 4, FROM_PANES)


def test_the_interval_covers_the_truth_nearly_always() -> None:
    hits = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        change = int(rng.integers(1, 29))
        counts = [int(rng.binomial(60, 0.1 if i < change else 0.3)) for i in range(30)]
        found = change_point([PaneRate(i, i + 1, c, 60) for i, c in enumerate(counts)], 0.1)
        hits += found is not None and found.earliest_ms <= change < found.latest_ms
    assert hits >= 180  # 95 % nominal, asymptotically


@pytest.mark.parametrize(
    ("check", "before", "after"),
    [
        ("baseline_drift_check", GAUSS[:200], GAUSS[:200] + 0.8),
        ("baseline_drift_check", GAUSS[:200], GAUSS[:200] * 3.0),  # the mean does not move, the shares do
        ("completeness_check", GAUSS[:200], [*GAUSS[:150], *[None] * 50]),
        ("missing_column_check", GAUSS[:200], [None] * 200),
        ("data_type_check", GAUSS[:200], [*GAUSS[:150], *["a"] * 50]),
        ("numeric_bounds_check", GAUSS[:200], [*GAUSS[:150], *[50.0] * 50]),
    ],
)
def test_every_check_of_a_column_dates_its_breach(check: str, before: object, after: object) -> None:
    baseline = baseline_of(numeric("x", GAUSS), rows=len(GAUSS))
    panes = [Pane(i * 10, i * 10 + 10, profile_of(baseline, x=before if i < 6 else after)) for i in range(10)]
    found = estimate_onset(check, "x", baseline, panes, (50, 100))
    assert found == Onset(60, 70, FROM_PANES)


def test_categories_date_their_breach() -> None:
    base = ["red"] * 600 + ["blue"] * 400
    baseline = baseline_of(categorical("c", base), rows=1000)
    values = [base[::10] if i < 3 else ["pink"] * 40 + base[::10] for i in range(6)]
    panes = [Pane(i, i + 1, profile_of(baseline, c=held)) for i, held in enumerate(values)]
    for check in ("categorical_values_check", "baseline_drift_check"):
        assert estimate_onset(check, "c", baseline, panes, (0, 6)) == Onset(3, 4, FROM_PANES)


@pytest.mark.parametrize(("check", "feature"), [("volume_check", ""), ("extra_column_check", "y")])
def test_checks_of_the_model_fall_back_to_the_opening_window(check: str, feature: str) -> None:
    baseline = baseline_of(numeric("x", GAUSS), rows=len(GAUSS))
    panes = [Pane(0, 1, profile_of(baseline, x=GAUSS[:50]))]
    assert estimate_onset(check, feature, baseline, panes, (7, 9)) == Onset(7, 9, FROM_WINDOW)
    assert estimate_onset("baseline_drift_check", "x", baseline, [], (7, 9)) == Onset(7, 9, FROM_WINDOW)
    assert estimate_onset("baseline_drift_check", "x", None, panes, (7, 9)) == Onset(7, 9, FROM_WINDOW)
