"""Counts on many places are those of a plain table, however they came and however they are held."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.stats.profile import Profile
from driftline.stats.sparse import SparseCounts
from support.batches import layout_of, normal_batch

SIZE = 3000
#: One batch: so many hits, on places up to a bound (few places, or many).
BATCHES = st.lists(
    st.tuples(st.sampled_from([0, 1, 7, 500, 9000]), st.integers(1, SIZE), st.integers(0, 99)), max_size=4
)


def counted(batches: list[tuple[int, int, int]]) -> tuple[SparseCounts, np.ndarray]:
    sparse, plain = SparseCounts(SIZE), np.zeros(SIZE, dtype=np.int64)
    for hits, bound, seed in batches:
        places = np.random.default_rng(seed).integers(0, bound, hits)
        start = min(10, SIZE - bound)
        sparse.hit(places, start, start + bound)
        plain += np.bincount(places + start, minlength=SIZE)
    return sparse, plain


@settings(max_examples=60)
@given(BATCHES, BATCHES)
def test_counts_are_those_of_a_plain_table(
    first: list[tuple[int, int, int]], second: list[tuple[int, int, int]]
) -> None:
    one, plain = counted(first)
    two, more = counted(second)
    copied = one.copy()
    one.iadd(two)
    assert one.between(0, SIZE).tolist() == (plain + more).tolist()
    assert two.between(3, 70).tolist() == more[3:70].tolist()
    assert copied.between(0, SIZE).tolist() == plain.tolist()


@settings(max_examples=60)
@given(BATCHES)
def test_equal_counts_have_equal_states_however_they_came(batches: list[tuple[int, int, int]]) -> None:
    whole, plain = counted(batches)
    merged = SparseCounts(SIZE)
    for batch in reversed(batches):
        merged.iadd(counted([batch])[0])
    again = SparseCounts.from_state(SIZE, whole.to_state())
    assert whole.to_state() == merged.to_state() == again.to_state()
    assert again.between(0, SIZE).tolist() == plain.tolist()


def test_few_places_take_few_bytes() -> None:
    counts = SparseCounts(250_000)
    counts.hit(np.arange(0, 250_000, 250), 0, 250_000)
    state = counts.to_state()
    assert len(state["at"]) + len(state["counts"]) < 1500


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": 11}, "places of counts must be from 0 to 10, got 11"),
        ({"n": -1}, "places of counts must be from 0 to 10, got -1"),
        ({"at": b"\x00\x05\x05"}, "places of counts must increase and be below 10"),
        ({"at": b"\x00\x05\x00"}, "places of counts must increase and be below 10"),
        ({"counts": b"\x00\x01"}, "counts must hold 2 integers, got 1"),
    ],
)
def test_a_spoilt_state_is_refused(change: dict[str, object], message: str) -> None:
    counts = SparseCounts(10)
    counts.hit(np.array([2, 7]), 0, 10)
    with pytest.raises(ValueError, match=message):
        SparseCounts.from_state(10, counts.to_state() | change)


def test_unlike_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="of equal sizes to be merged, got 10 and 11"):
        SparseCounts(10).iadd(SparseCounts(11))


@pytest.mark.parametrize("rows", [1, 40, 3000, 9000])
def test_bins_of_wide_columns_and_their_narrow_neighbours_are_the_data_on_the_edges(rows: int) -> None:
    wide, narrow = layout_of(edges=tuple(np.linspace(-2, 2, 900).tolist())), layout_of()
    mixed = type(wide)(
        **{
            name: getattr(wide, name)
            for name in ("numeric", "center", "scale", "integral", "categorical", "categories")
        },
        edges=(wide.edges[0], narrow.edges[1], wide.edges[2]),
        low=wide.low,
        high=wide.high,
    )
    columns, profile = normal_batch(mixed, rows, 4), Profile(mixed)
    columns.numeric[0, ::3] = mixed.edges[0][17]
    profile.update(columns)
    assert mixed.wide
    for column, edges in enumerate(mixed.edges):
        values = columns.numeric[column]
        values = values[~np.isnan(values)]
        expected = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
        assert profile.bins.of(column).tolist() == expected.tolist()
        assert profile.bounds.below[column] == (values < mixed.low[column]).sum()
        assert profile.bounds.above[column] == (values > mixed.high[column]).sum()
