"""L-infinity of arrays and of lists is found along two ways, in whole numbers both."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from driftline.stats.distance import linf_simple

COUNT = st.one_of(st.integers(0, 50), st.integers(0, 2**33))


@given(st.lists(st.tuples(COUNT, COUNT), min_size=1, max_size=40), st.booleans())
def test_arrays_and_lists_give_the_same_bits(pairs: list[tuple[int, int]], ordered: bool) -> None:
    baseline, window = ([pair[side] for pair in pairs] for side in (0, 1))
    of_lists = linf_simple(baseline, window, ordered=ordered)
    assert linf_simple(np.array(baseline), np.array(window), ordered=ordered) == of_lists
