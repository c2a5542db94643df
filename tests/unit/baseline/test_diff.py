"""What differs between two baselines, and how it is told."""

import msgspec
import pandas as pd

from driftline.baseline import Baseline, Constraints, create
from driftline.baseline.constraints import ColumnConstraint, ColumnDrift
from driftline.baseline.diff import Difference, diff


def test_a_baseline_does_not_differ_from_itself(baseline: Baseline) -> None:
    assert diff(baseline, msgspec.structs.replace(baseline, created="later")) == []


def test_columns_statistics_and_categories_are_compared() -> None:
    one = create(pd.DataFrame({"x": [1, 2, 3], "c": ["a", "b", "b"], "gone": 1}), model="m", version="1")
    two = create(
        pd.DataFrame({"x": [2.5, None, 3.0], "c": ["a", "z", "z"], "new": 1}),
        model="m",
        version="2",
        roles={"c": "segment"},
    )
    assert diff(one, two) == [
        Difference("", "version", "1", "2"),
        Difference("x", "kind", "Integral", "Fractional"),
        Difference("x", "completeness", "100.00%", "66.67%"),
        Difference("x", "mean", "2", "2.75 (+0.92 σ)"),
        Difference("x", "sigma", "0.816497", "0.25"),
        Difference("x", "range", "1 … 3", "2.5 … 3"),
        Difference("c", "role", "feature", "segment"),
        Difference("c", "categories", "only b", "only z"),
        Difference("gone", "column", "feature, Integral", "–"),
        Difference("new", "column", "–", "feature, Integral"),
    ]


def test_limits_are_compared_by_their_path(baseline: Baseline) -> None:
    limits = Constraints(min_samples=50, columns=(ColumnConstraint("items", drift=ColumnDrift(limit=0.2)),))
    assert diff(baseline, baseline.with_constraints(limits)) == [
        Difference("", "min_samples", "30", "50"),
        Difference("items", "limit drift", "–", "{'limit': 0.2}"),
    ]
