from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from driftline.stats.hashing import hash_text, hash_texts

KNOWN = ["64952424897b2307", "b320f947c7815bee", "235312294074e8d1"]
texts = st.lists(st.text(alphabet=st.characters(exclude_characters="\x00"), max_size=100), min_size=1, max_size=8)


@given(texts)
def test_a_text_has_the_same_hash_alone_and_in_any_company(values: list[str]) -> None:
    together = hash_texts(values).tolist()
    assert together == [hash_text(value) for value in values]
    assert all(together)


def test_hashes_are_the_same_in_every_release() -> None:
    assert hash_text("") == 1
    assert [f"{hash_text(text):016x}" for text in ("a", "credit-risk", "x" * 200)] == KNOWN


def test_many_texts_do_not_collide() -> None:
    values = [f"user-{index}" for index in range(200_000)]
    assert len(np.unique(hash_texts(values))) == len(values)


def test_no_texts_have_no_hashes() -> None:
    assert len(hash_texts([])) == 0
