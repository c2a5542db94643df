"""Bias metrics: the formulas written out over rows, and the relations that hold in real files."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.quality.bias.counts import FacetCounts
from driftline.quality.bias.formulas import POST_TRAINING, PRE_TRAINING, UndefinedError

Row = tuple[bool, bool, bool, str]
"""Sensitive, positive label, positive prediction, group."""
rows_of = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.booleans(), st.sampled_from("xy")), min_size=1, max_size=40
)


def counts_of(rows: list[Row], *, grouped: bool = True) -> FacetCounts:
    flags = np.array([row[:3] for row in rows], dtype=np.bool_).reshape(-1, 3)
    return FacetCounts.of(flags[:, 0], flags[:, 1], flags[:, 2], [row[3] for row in rows] if grouped else None)


def value(name: str, rows: list[Row]) -> float | str:
    try:
        return {**PRE_TRAINING, **POST_TRAINING}[name][1](counts_of(rows))
    except UndefinedError as error:
        return str(error)


def ratio(part: float, whole: float) -> float:
    return part / whole if whole else (math.inf if part else 0.0)


def less(one: float, other: float) -> float:
    return 0.0 if math.isinf(one) and math.isinf(other) else one - other


def side(rows: list[Row], *, sensitive: bool) -> dict[str, int]:
    own = [row for row in rows if row[0] is sensitive]
    return {
        "n": len(own),
        "y1": sum(row[1] for row in own),
        "y0": sum(not row[1] for row in own),
        "p1": sum(row[2] for row in own),
        "p0": sum(not row[2] for row in own),
        "tp": sum(row[1] and row[2] for row in own),
        "fp": sum(row[2] and not row[1] for row in own),
        "fn": sum(row[1] and not row[2] for row in own),
        "tn": sum(not row[1] and not row[2] for row in own),
    }


PLAIN: dict[str, Callable[[dict[str, int], dict[str, int]], float]] = {
    "CI": lambda a, d: (a["n"] - d["n"]) / (a["n"] + d["n"]),
    "DPL": lambda a, d: a["y1"] / a["n"] - d["y1"] / d["n"],
    "DPPL": lambda a, d: a["p1"] / a["n"] - d["p1"] / d["n"],
    "DI": lambda a, d: ratio(d["p1"] / d["n"], a["p1"] / a["n"]),
    "DCA": lambda a, d: less(ratio(a["y1"], a["p1"]), ratio(d["y1"], d["p1"])),
    "DCR": lambda a, d: less(ratio(d["y0"], d["p0"]), ratio(a["y0"], a["p0"])),
    "DAR": lambda a, d: ratio(a["tp"], a["p1"]) - ratio(d["tp"], d["p1"]),
    "DRR": lambda a, d: ratio(d["tn"], d["p0"]) - ratio(a["tn"], a["p0"]),
    "RD": lambda a, d: ratio(a["tp"], a["y1"]) - ratio(d["tp"], d["y1"]),
    "SD": lambda a, d: ratio(d["tn"], d["y0"]) - ratio(a["tn"], a["y0"]),
    "AD": lambda a, d: (a["tp"] + a["tn"]) / a["n"] - (d["tp"] + d["tn"]) / d["n"],
    "TE": lambda a, d: less(ratio(d["fn"], d["fp"]), ratio(a["fn"], a["fp"])),
}


@settings(max_examples=80, deadline=None)
@given(rows_of)
def test_each_formula_is_what_it_says_over_rows(rows: list[Row]) -> None:
    a, d = side(rows, sensitive=False), side(rows, sensitive=True)
    for name, plain in PLAIN.items():
        found = value(name, rows)
        if a["n"] and d["n"]:
            assert found == pytest.approx(plain(a, d), abs=1e-12), name
        else:
            assert "sensitive facet" in str(found)


@settings(max_examples=80, deadline=None)
@given(rows_of)
def test_distances_of_the_label_distributions(rows: list[Row]) -> None:
    a, d = side(rows, sensitive=False), side(rows, sensitive=True)
    both = [key for key in ("y0", "y1") if a[key] and d[key]]
    if not both:
        assert isinstance(value("KL", rows), str)
        return
    pa, pd = ([s[key] / s["n"] for key in both] for s in (a, d))
    kl = sum(p * math.log(p / q) for p, q in zip(pa, pd, strict=True))
    middle = [(p + q) / 2 for p, q in zip(pa, pd, strict=True)]
    js = sum(p * math.log(p / m) / 2 for side_ in (pa, pd) for p, m in zip(side_, middle, strict=True))
    apart = [abs(p - q) for p, q in zip(pa, pd, strict=True)]
    assert value("KL", rows) == pytest.approx(kl, abs=1e-12)
    assert value("JS", rows) == pytest.approx(js, abs=1e-12)
    assert value("LP", rows) == pytest.approx(math.hypot(*apart), abs=1e-12)
    assert value("KS", rows) == pytest.approx(max(apart), abs=1e-12)
    assert value("TVD", rows) == pytest.approx(sum(apart) / 2, abs=1e-12)


def test_of_two_labels_dpl_ks_and_tvd_are_one_number_and_lp_is_the_root_of_two_times_it() -> None:
    rows = [(False, i < 70, True, "x") for i in range(100)] + [(True, i < 20, True, "x") for i in range(50)]
    assert value("DPL", rows) == pytest.approx(0.3)
    assert value("KS", rows) == pytest.approx(0.3)
    assert value("TVD", rows) == pytest.approx(0.3)
    assert value("LP", rows) == pytest.approx(0.3 * math.sqrt(2))


@settings(max_examples=60, deadline=None)
@given(rows_of)
def test_demographic_disparity_is_the_weighted_mean_over_groups(rows: list[Row]) -> None:
    for name, place in (("CDDL", 1), ("CDDPL", 2)):
        total = 0.0
        for group in {row[3] for row in rows}:
            own = [row for row in rows if row[3] == group]
            accepted, rejected = ([row for row in own if row[place] is said] for said in (True, False))
            shares = [sum(row[0] for row in part) / len(part) if part else 0.0 for part in (rejected, accepted)]
            total += len(own) * (shares[0] - shares[1])
        if len({row[place] for row in rows}) == 1:
            assert "labels" in str(value(name, rows))
        else:
            assert value(name, rows) == pytest.approx(total / len(rows), abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(rows_of)
def test_generalized_entropy_over_the_benefit_of_rows(rows: list[Row]) -> None:
    benefits = [int(row[2]) - int(row[1]) + 1 for row in rows]
    mean = sum(benefits) / len(benefits)
    if not mean:
        assert "false negatives" in str(value("GE", rows))
    else:
        expected = sum((b / mean) ** 2 - 1 for b in benefits) / (2 * len(benefits))
        assert value("GE", rows) == pytest.approx(expected, abs=1e-12)


def test_infinity_is_a_value_and_two_of_them_differ_by_nought() -> None:
    missed, wrong = (True, True, False, "x"), (True, False, True, "x")
    rest = (False, True, False, "x")
    assert value("TE", [missed, rest, (False, False, True, "x")]) == math.inf
    assert value("TE", [missed, rest]) == 0.0
    assert value("TE", [wrong, rest]) == -math.inf


@given(rows_of, rows_of)
def test_counts_merge_to_those_of_all_rows(one: list[Row], two: list[Row]) -> None:
    merged, whole = counts_of(one).merge(counts_of(two)), counts_of(one + two)
    assert merged.table.tolist() == whole.table.tolist()
    assert {name: table.tolist() for name, table in merged.groups.items()} == {
        name: table.tolist() for name, table in whole.groups.items()
    }


def test_without_groups_conditional_disparity_says_what_it_needs() -> None:
    with pytest.raises(UndefinedError, match="needs a group variable"):
        PRE_TRAINING["CDDL"][1](counts_of([(True, True, True, "x"), (False, False, True, "x")], grouped=False))
