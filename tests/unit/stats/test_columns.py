from __future__ import annotations

import numpy as np

from driftline.stats.columns import Columns
from driftline.stats.forms import Forms
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


def test_forms_move_along_with_their_rows() -> None:
    columns = rows_of(LAYOUT, n0=[1.0, 2.0, 3.0, 4.0])
    columns.forms = Forms(
        np.array([2, 2, 5, 2], dtype=np.int32),
        np.array([True, True, False, True]),
        np.array([[0, 1], [0, 3]]),
        {"+1 n1": np.array([1]), "-1 n0": np.array([0])},
    )
    taken = columns.take(np.array([3, 2, 1])).forms
    assert taken is not None
    assert taken.width.tolist() == [2, 5, 2]
    assert taken.folded.tolist() == [True, False, True]
    assert sorted(taken.fractional.tolist()) == [[0, 0], [0, 2]]
    assert {name: rows.tolist() for name, rows in taken.shifted.items()} == {"+1 n1": [2]}
    both = Columns.concat([Columns.blank(LAYOUT, 2), columns]).forms
    assert both is not None
    assert both.width.tolist() == [-1, -1, 2, 2, 5, 2]
    assert both.fractional.tolist() == [[0, 3], [0, 5]]


def test_rows_that_are_not_folded_count_as_requests_and_in_the_widths_alone() -> None:
    columns = rows_of(LAYOUT, n0=[1.0, None, 3.0], c0=["red", None, "blue"])
    columns.extras = {"x": np.array([1])}
    columns.forms = Forms(np.array([4, 5, 4], dtype=np.int32), np.array([True, False, True]), np.array([[0, 2]]))
    profile = Profile(LAYOUT)
    profile.update(columns)
    assert profile.rows == 3
    assert profile.widths.counts == {4: 2, 5: 1}
    assert (profile.presence.present + profile.presence.missing).tolist() == [2, 2, 2, 2]
    assert profile.presence.fractional.tolist() == [1, 0, 0, 0]
    assert not profile.extras.counts


def test_without_forms_the_state_holds_nothing_of_them() -> None:
    profile = Profile(LAYOUT)
    profile.update(rows_of(LAYOUT, n0=[1.0]))
    assert not profile.to_state().keys() & {"widths", "shifted"}
