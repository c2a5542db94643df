"""What a profile says of rows that a person can count by hand."""

from __future__ import annotations

import dataclasses
import functools

import msgspec
import numpy as np
import pytest

from driftline.stats.columns import Columns
from driftline.stats.names import NameCounts
from driftline.stats.profile import Profile
from support.batches import layout_of, normal_batch, rows_of

LAYOUT = layout_of(numeric=2)  # n0 any number, n1 integral; edges and bounds -1, 0, 0.5, 1
NAN = float("nan")


def folded(**values: list[object]) -> Profile:
    profile = Profile.empty(LAYOUT)
    profile.update(rows_of(LAYOUT, **values))
    return profile


def test_presence_tells_missing_mistyped_and_fractional_apart() -> None:
    presence = folded(
        n0=[1.5, None, [], 2.0, -0.5],
        n1=[1.5, 2.0, None, [], -0.0],
        c0=["red", "pink", None, 7, "red"],
        c1=[None, None, None, None, None],
    ).presence
    assert presence.present.tolist() == [4, 4, 4, 0]
    assert presence.missing.tolist() == [1, 1, 1, 5]
    assert presence.mistyped.tolist() == [1, 1, 1, 0]
    assert presence.fractional.tolist() == [0, 1, 0, 0]
    assert presence.wrong_type.tolist() == [1, 2, 1, 0]


def test_bins_are_half_open_with_under_and_overflow() -> None:
    profile = folded(n0=[-1e308, -1.0000001, -1.0, -0.0, 0.0, 0.4999, 0.5, 1.0, 1e308, None])
    #                    (-inf,-1)           [-1,0) [0,.5)            [.5,1) [1,inf)
    assert profile.bins.of(0).tolist() == [2, 1, 3, 1, 2]
    assert profile.bins.of(1).tolist() == [0, 0, 0, 0, 0]


def test_bounds_are_closed() -> None:
    bounds = folded(n0=[-1.0, 1.0, np.nextafter(1.0, 2.0), np.nextafter(-1.0, -2.0), 7.0, None]).bounds
    assert (bounds.below[0], bounds.above[0], bounds.outside[0]) == (1, 2, 3)


def test_no_bounds_are_never_crossed() -> None:
    layout = dataclasses.replace(LAYOUT, low=np.full(2, -np.inf), high=np.full(2, np.inf))
    profile = Profile(layout)
    profile.update(rows_of(layout, n0=[-1e308, 1e308, None]))
    assert profile.bounds.outside.tolist() == [0, 0]


def test_categories_count_the_known_by_name_and_the_unknown_together() -> None:
    profile = folded(c0=["blue", "red", "pink", "teal", "blue", None, 3], c1=["true"] * 3 + ["false"] * 4)
    assert profile.categories.of(0).tolist() == [1, 0, 2, 2]
    assert profile.categories.of(1).tolist() == [4, 3, 0]
    assert profile.categories.unseen().tolist() == [2, 0]


def test_distinct_values_are_of_each_column_known_and_unknown() -> None:
    profile = folded(
        n0=[0.0, -0.0, 1.0, 1.0, None],
        c0=["blue", "red", "pink", "teal", "pink"],
        c1=["true", None, 3, "true", "true"],
    )
    assert [profile.distinct.count(column) for column in range(4)] == [2, 0, 4, 1]


def test_moments_are_of_finite_values_only() -> None:
    moments = folded(n0=[1.0, 2.0, 4.0, None, []]).moments
    assert moments.n.tolist() == [3, 0]
    assert moments.mean(0) == pytest.approx(7 / 3, abs=2**-20)
    assert moments.std(0) == pytest.approx(np.std([1, 2, 4]), abs=1e-5)
    assert (moments.min[0], moments.max[0]) == (1.0, 4.0)
    assert moments.mean(1) is None
    assert moments.std(1) is None
    assert np.isnan(moments.min[1])


def test_values_far_out_are_clipped_in_the_sums_and_counted_and_exact_in_the_extremes() -> None:
    moments = folded(n0=[512.0, 513.0, -1e308, 1e308, 0.0]).moments
    assert moments.clipped.tolist() == [3, 0]
    assert (moments.min[0], moments.max[0]) == (-1e308, 1e308)
    assert moments.mean(0) == pytest.approx((512 + 512 - 512 + 512) / 5)


def test_a_constant_has_its_own_mean_and_no_spread() -> None:
    moments = folded(n0=[0.1, 0.1, 0.1]).moments
    assert (moments.mean(0), moments.std(0)) == (0.1, 0.0)


def test_sums_of_squares_do_not_overflow() -> None:
    profile = folded(n0=[511.3] * 20000 + [-511.3] * 20000)
    for _ in range(30):  # 2**30 copies of 40,000 values of 2**38 steps each
        profile.iadd(profile.copy())
    assert profile.rows == 40000 * 2**30
    assert profile.moments.mean(0) == 0.0
    assert profile.moments.std(0) == pytest.approx(511.3)


def test_large_sums_have_one_form_however_they_were_added_up() -> None:
    parts = [folded(n0=[500.1 + index] * 7) for index in range(10)]
    whole = folded(n0=[500.1 + index for index in range(10) for _ in range(7)])
    assert functools.reduce(Profile.merge, parts).to_state() == whole.to_state()


def test_the_sign_of_nought_depends_on_no_order() -> None:
    values: list[object] = [-0.0] * 40 + [0.0] * 40
    ways = [folded(n0=values), folded(n0=values[::-1]), folded(n0=values[:40]), folded(n0=values[40:])]
    assert [str(extreme) for way in ways for extreme in (way.moments.min[0], way.moments.max[0])] == ["0.0"] * 8


def test_names_beyond_the_cap_are_dropped_by_name_whatever_came_first() -> None:
    forward, backward = NameCounts(cap=2), NameCounts(cap=2)
    for name in "abcd":
        forward.update({name: 1})
    for name in "dcba":
        backward.update({name: 1})
    assert forward.to_state() == backward.to_state() == {"counts": {"a": 1, "b": 1}, "overflow": 2}


def test_extra_columns_are_counted_by_row() -> None:
    columns = rows_of(LAYOUT, n0=[1.0, 2.0])
    columns.extras = {"b": np.array([0, 1]), "a": np.array([1])}
    profile = Profile(LAYOUT)
    profile.update(columns)
    assert (profile.extras.counts, profile.extras.overflow) == ({"b": 2, "a": 1}, 0)


def test_names_of_extra_columns_are_capped_and_the_rest_counted() -> None:
    columns = rows_of(LAYOUT, n0=[1.0, 2.0])
    columns.extras = {f"x{index:04}": np.array([0, 1]) for index in range(1000)}
    profile = Profile(LAYOUT)
    profile.update(columns)
    assert len(profile.extras.counts) == 64
    assert profile.extras.overflow == 2 * (1000 - 64)


def test_a_batch_of_no_rows_changes_nothing() -> None:
    profile = Profile.empty(LAYOUT)
    profile.update(Columns.blank(LAYOUT, 0))
    assert profile.is_empty
    assert profile.to_state() == Profile.empty(LAYOUT).to_state()


@pytest.mark.parametrize(("numeric", "categories"), [(0, (("a",),)), (2, ()), (0, ()), (1, ((),))])
def test_models_without_some_kind_of_column_are_folded(numeric: int, categories: tuple[tuple[str, ...], ...]) -> None:
    layout = layout_of(numeric=numeric, categories=categories)
    profile = Profile(layout)
    profile.update(normal_batch(layout, 50))
    assert profile.rows == 50
    assert Profile.from_state(layout, profile.to_state()).to_state() == profile.to_state()
    assert profile.merge(profile).rows == 100


def test_state_of_25_columns_and_52_bins_is_compact() -> None:
    rng = np.random.default_rng(5)
    edges = tuple(np.quantile(rng.normal(size=5000), np.arange(51) / 50).tolist())
    layout = layout_of(numeric=20, categories=tuple(tuple(f"v{i}" for i in range(8)) for _ in range(5)), edges=edges)
    profile = Profile(layout)
    profile.update(normal_batch(layout, 1000))
    assert len(msgspec.msgpack.encode(profile.to_state())) < 5000
    empty = Profile(layout).to_state()
    assert len(msgspec.msgpack.encode(empty)) < 300


def test_state_of_another_version_or_layout_is_refused() -> None:
    state = Profile(LAYOUT).to_state()
    with pytest.raises(ValueError, match="must be of version 1, got 2"):
        Profile.from_state(LAYOUT, state | {"v": 2})
    with pytest.raises(ValueError, match="profile state is of layout"):
        Profile.from_state(layout_of(numeric=3), state)


def test_state_of_the_wrong_size_is_refused_by_name() -> None:
    state = Profile(LAYOUT).to_state()
    with pytest.raises(ValueError, match=r"BinCounts.counts must hold 10 integers, got 3"):
        Profile.from_state(LAYOUT, state | {"bins": {"counts": b"\x00\x01\x02\x03"}})


def test_merging_refuses_another_layout() -> None:
    with pytest.raises(ValueError, match="profiles of unlike layouts cannot be merged"):
        Profile(LAYOUT).merge(Profile(layout_of(numeric=3)))
