"""From a baseline to the layout its rows are folded onto."""

import math

import numpy as np
import pandas as pd
import pytest

from driftline.baseline import Baseline, Constraints, create
from driftline.baseline.constraints import DISTANCES, Bounds, ColumnConstraint
from driftline.baseline.layout import layout_of


def test_features_and_predictions_of_a_known_kind_are_laid_out(baseline: Baseline, frame: pd.DataFrame) -> None:
    layout = layout_of(baseline)
    assert layout.numeric == ("amount", "items", "fixed", "prediction")
    assert layout.categorical == ("plan/tier", "new")
    assert layout.integral.tolist() == [False, True, True, False]
    assert layout.center[0] == pytest.approx(frame["amount"].mean(), rel=1e-12)
    assert layout.scale.tolist()[2] == 7.0
    assert layout.low.tolist() == [frame[name].min() for name in layout.numeric]
    assert layout.categories[1] == ("false", "true")
    assert set(layout.categories[0]) == {"free", "päid", "x y"}


def test_constraints_move_bounds_and_add_categories(baseline: Baseline) -> None:
    limits = Constraints(
        columns=(
            ColumnConstraint("items", bounds=Bounds(min=-1, max=99)),
            ColumnConstraint("plan/tier", categories=("gold", "free")),
        )
    )
    layout = layout_of(baseline.with_constraints(limits))
    assert (layout.low[1], layout.high[1]) == (-1.0, 99.0)
    assert layout.categories[0][-1] == "gold"
    assert len(layout.categories[0]) == 4


@pytest.mark.parametrize("values", [[0.0], [1e200, -1e200], [5e-324], [-3.0, -3.0]])
def test_any_numbers_give_a_usable_layout(values: list[float]) -> None:
    layout = layout_of(create(pd.DataFrame({"x": values}), model="m", version="1"))
    assert layout.scale[0] > 0
    assert math.isfinite(layout.scale[0])
    assert np.isfinite(layout.edges[0]).all()


def test_limits_fall_back_to_the_defaults() -> None:
    limits = Constraints().limits("anything")
    assert (limits.drift.distance, limits.drift.limit, limits.completeness.max_drop) == (DISTANCES[0], 0.1, 0.05)
    assert (limits.low, limits.high, limits.max_outside, limits.categories) == (None, None, 0.01, ())
