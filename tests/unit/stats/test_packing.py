from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.stats.packing import pack_floats, pack_ints, unpack_floats, unpack_ints


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=300))
def test_any_integers_come_back(values: list[int]) -> None:
    array = np.array(values, dtype=np.int64)
    assert unpack_ints(pack_ints(array) if values else b"", len(values), "x").tolist() == values


@pytest.mark.parametrize(("largest", "width"), [(255, 1), (256, 2), (2**16, 4), (2**32 - 1, 4), (2**32, 8), (-1, 8)])
def test_the_narrowest_type_is_taken(largest: int, width: int) -> None:
    assert len(pack_ints(np.array([largest, 0, 1]))) == 1 + 3 * width


def test_counts_in_the_usual_range_are_deflated() -> None:
    counts = np.random.default_rng(0).poisson(3, 1000)
    packed = pack_ints(counts)
    assert len(packed) < 500
    assert unpack_ints(packed, 1000, "x").tolist() == counts.tolist()


@given(st.lists(st.floats(), max_size=5))
def test_any_floats_come_back(values: list[float]) -> None:
    back = unpack_floats(pack_floats(np.array(values, dtype=np.float64)), len(values), "x")
    assert np.array_equal(back, values, equal_nan=True)


@pytest.mark.parametrize("packed", [None, "text", b"\x07", b"\x00\x01", b"\x13notdeflated", 7])
def test_what_was_not_packed_is_refused_by_name(packed: object) -> None:
    with pytest.raises(ValueError, match="bins"):
        unpack_ints(packed, 3, "bins")
    with pytest.raises(ValueError, match="extremes"):
        unpack_floats(packed, 3, "extremes")


def test_a_small_state_cannot_inflate_beyond_its_size() -> None:
    bomb = pack_ints(np.tile(np.array([7], dtype=np.int64), 1_000_000))
    with pytest.raises(ValueError, match="must hold 10 integers, got 11"):
        unpack_ints(bomb, 10, "bins")
