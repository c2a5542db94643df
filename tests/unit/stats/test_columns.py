from __future__ import annotations

import numpy as np

from driftline.stats.columns import Columns
from driftline.stats.profile import Profile
from support.batches import layout_of, normal_batch, rows_of

LAYOUT = layout_of(numeric=2)


def test_taking_rows_moves_what_is_sparse_along() -> None:
    columns = rows_of(LAYOUT, n0=[1.0, [], 3.0, []], c0=["pink", "red", None, "teal"])
    columns.extras = {"x": np.array([0, 3]), "y": np.array([2])}
    taken = columns.take(np.array([3, 0]))
    assert len(taken) == 2
    assert taken.mistyped.tolist() == [[0, 0]]
    assert [(column, row) for column, row, _ in taken.unseen] == [(0, 1), (0, 0)]
    assert {name: rows.tolist() for name, rows in taken.extras.items()} == {"x": [1, 0]}
    assert np.isnan(taken.numeric[0, 0])
    assert taken.numeric[0, 1] == 1.0


def test_parts_that_were_taken_make_the_whole_again() -> None:
    whole = normal_batch(LAYOUT, 100)
    parts = [whole.take(np.arange(low, high)) for low, high in ((0, 30), (30, 30), (30, 100))]
    joined = Columns.concat(parts)
    states = []
    for columns in (whole, joined):
        profile = Profile(LAYOUT)
        profile.update(columns)
        states.append(profile.to_state())
    assert states[0] == states[1]
    assert np.array_equal(joined.numeric, whole.numeric, equal_nan=True)
    assert sorted(joined.unseen) == sorted(whole.unseen)
