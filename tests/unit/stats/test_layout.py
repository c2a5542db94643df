from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from support.batches import layout_of


def test_equal_content_gives_equal_keys_and_any_change_another() -> None:
    layout = layout_of()
    assert layout.key == layout_of().key
    changes = {
        "numeric": ("n0", "n1", "other"),
        "edges": (*layout.edges[:2], np.array([-1.0, 0.0, 0.5, 1.5])),
        "center": np.array([0.0, 0.0, 1.0]),
        "scale": np.array([1.0, 1.0, 2.0]),
        "integral": np.array([False, False, False]),
        "categorical": ("c0", "other"),
        "categories": (("red", "green", "blue"), ("true", "false")),
        "low": np.array([-1.0, -1.0, -2.0]),
        "high": np.array([1.0, 1.0, np.inf]),
    }
    assert set(changes) == {field.name for field in dataclasses.fields(layout)}
    keys = {dataclasses.replace(layout, **{name: value}).key for name, value in changes.items()}
    assert len(keys | {layout.key}) == len(changes) + 1


def test_moving_an_edge_from_one_column_to_the_next_is_a_change() -> None:
    layout = layout_of(numeric=2)
    one = dataclasses.replace(layout, edges=(np.array([0.0]), np.array([1.0, 2.0])))
    other = dataclasses.replace(layout, edges=(np.array([0.0, 1.0]), np.array([2.0])))
    assert one.key != other.key


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"edges": (np.array([0.0]),)}, "edges must be 3 arrays, one a numeric column, got 1"),
        ({"edges": (np.array([0.0]), np.array([]), np.array([1.0]))}, "edges of 'n1' must be finite and strictly inc"),
        (
            {"edges": (np.array([0.0]), np.array([1.0, 1.0]), np.array([1.0]))},
            "edges of 'n1' must be finite and strict",
        ),
        (
            {"edges": (np.array([np.inf]), np.array([1.0]), np.array([1.0]))},
            "edges of 'n0' must be finite and strictly",
        ),
        ({"scale": np.array([1.0, 0.0, 1.0])}, r"scale of 'n1' must be in \[1e-290, 1e290\], got 0.0"),
        ({"scale": np.array([1.0, 1.0])}, r"scale must have shape \(3,\), got \(2,\)"),
        ({"center": np.array([1.0, np.nan, 1.0])}, "center of 'n1' must be finite, got nan"),
        ({"low": np.array([0.0, 2.0, 0.0])}, "bounds of 'n1' must be low <= high, got 2.0, 1.0"),
        ({"categorical": ("c0", "n0")}, "column names must differ"),
        ({"categorical": ("c0",)}, "categories must be 1 tuples, got 2"),
        ({"categories": (("a", "a"), ())}, "categories of 'c0' must differ"),
    ],
)
def test_what_cannot_be_folded_onto_is_refused_by_name(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(layout_of(), **change)


def test_its_arrays_are_its_own_and_cannot_be_written() -> None:
    center = np.zeros(3)
    layout = dataclasses.replace(layout_of(), center=center)
    center[0] = 5.0
    assert layout.center[0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        layout.edges[0][0] = 9.0


def test_a_model_may_have_no_numeric_or_no_categorical_columns() -> None:
    assert layout_of(numeric=0).bin_starts.tolist() == [0]
    assert layout_of(categories=()).category_starts.tolist() == [0]
    assert layout_of(numeric=0, categories=()).names == ()
