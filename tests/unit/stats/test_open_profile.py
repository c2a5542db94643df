from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from driftline.stats.columns import Columns
from driftline.stats.open_profile import OpenProfile
from support.batches import layout_of

BLANK = layout_of(numeric=0, categories=())


@dataclass
class Batch:
    rows: list[dict[str, object]]
    latency: NDArray[np.float64] = field(init=False)
    error: NDArray[np.bool_] = field(init=False)
    status: NDArray[np.int8] = field(init=False)
    entity: NDArray[np.uint64] = field(init=False)
    first: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        blank = Columns.blank(BLANK, len(self.rows))
        for name in ("latency", "error", "status", "entity", "first"):
            setattr(self, name, getattr(blank, name))

    def __len__(self) -> int:
        return len(self.rows)


def folded(*rows: dict[str, object], cap: int = 1000) -> OpenProfile:
    profile = OpenProfile.empty(cap)
    profile.update(Batch(list(rows)))
    return profile


def test_values_are_counted_by_type() -> None:
    values = [1, 2.5, True, "x", None, [1], {"a": 1}, float("nan"), float("inf"), 10**400, 1e200]
    profile = folded(*({"a": value} for value in values), {})
    column = profile.columns["a"]
    assert (column.numbers, column.booleans, column.strings, column.nulls, column.other) == (2, 1, 1, 1, 6)
    assert column.present == 10
    assert profile.missing("a") == 2
    assert profile.rows == 12


def test_moments_are_of_the_numbers() -> None:
    column = folded({"a": 1}, {"a": 2.0}, {"a": 4}, {"a": "x"}).columns["a"]
    assert column.mean == pytest.approx(7 / 3)
    assert column.std == pytest.approx(np.std([1, 2, 4]))
    assert (column.min, column.max) == (1.0, 4.0)


def test_a_column_without_numbers_has_no_spread() -> None:
    profile = folded({"a": "x"})
    assert profile.columns["a"].std is None
    back = OpenProfile.from_state(profile.to_state())
    back.update(Batch([{"a": 3}]))
    assert (back.columns["a"].min, back.columns["a"].max) == (3.0, 3.0)


def test_moments_far_from_nought_do_not_cancel() -> None:
    profile = OpenProfile.empty()
    for value in (1e9 + 1, 1e9 + 2, 1e9 + 3):
        profile.iadd(folded({"a": value}))
    assert profile.columns["a"].std == pytest.approx(np.sqrt(2 / 3))


def test_columns_beyond_the_cap_are_dropped_by_name_whatever_came_first() -> None:
    forward = folded({"a": 1, "b": 1}, {"c": 1, "d": None}, {"a": 2}, cap=2)
    backward = folded({"d": None, "c": 1}, {"b": 1}, {"a": 2}, {"a": 1}, cap=2)
    for profile in (forward, backward):
        assert sorted(profile.columns) == ["a", "b"]
        assert profile.overflow == 2
        assert profile.columns["a"].numbers == 2


def test_state_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="open profile state must be of version 1, got None"):
        OpenProfile.from_state({})


def test_unlike_caps_are_refused() -> None:
    with pytest.raises(ValueError, match="equal caps to be merged, got 3 and 4"):
        OpenProfile(3).merge(OpenProfile(4))
