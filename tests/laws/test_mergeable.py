"""One list of laws, faced by every statistic that merges; a new one is one line in CASES."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.stats.bins import BinCounts
from driftline.stats.block import BLOCK_VALUES
from driftline.stats.bounds import BoundCounts
from driftline.stats.categories import CategoryCounts
from driftline.stats.columns import Columns
from driftline.stats.distinct import Distinct
from driftline.stats.forms import Forms
from driftline.stats.mergeable import Mergeable, State
from driftline.stats.moments import ExactMoments
from driftline.stats.names import NameCounts
from driftline.stats.open_profile import OpenProfile
from driftline.stats.operations import Operations
from driftline.stats.presence import Presence
from driftline.stats.profile import Profile
from driftline.stats.sparse import SparseCounts
from driftline.stats.unseen import UnseenCounts
from driftline.stats.widths import WidthCounts
from support.batches import batches, layout_of, normal_batch
from support.datasets import DISTRIBUTIONS, draw

LAYOUT = layout_of()
OTHER = layout_of(numeric=4, edges=(-1.0, 0.0, 0.5, 1.5))
#: As many edges as Model Monitor's sketches have: bins are counted in another way.
WIDE_LAYOUT = layout_of(edges=tuple(np.linspace(-2.0, 2.0, 700).tolist()))
FEW_NAMES = 2


@dataclass
class OpenBatch:
    """A batch as an open profile takes it: the same rows, by name."""

    columns: Columns
    rows: list[dict[str, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for row in range(len(self.columns)):
            numbers = self.columns.numeric[:, row].tolist()
            codes = self.columns.codes[:, row].tolist()
            values: dict[str, object] = {
                f"n{place}": value for place, value in enumerate(numbers) if not math.isnan(value)
            }
            values |= {f"c{place}": "text" if code >= 0 else None for place, code in enumerate(codes)}
            values |= {name: True for name, held in self.columns.extras.items() if row in held}
            self.rows.append(values)

    def __getattr__(self, name: str) -> object:
        return getattr(self.columns, name)

    def __len__(self) -> int:
        return len(self.columns)


@dataclass(frozen=True)
class Case:
    """How a statistic is made of batches, read back, and what it must not be merged with."""

    name: str
    empty: Callable[[], Any]
    update: Callable[[Any, Columns], None]
    restore: Callable[[Any], Any]
    unlike: Callable[[], Any] | None
    view: Callable[[Any], Any] = Mergeable.to_state

    def of(self, *parts: Columns) -> Any:  # noqa: ANN401 -- any statistic
        made = self.empty()
        for part in parts:
            self.update(made, part)
        return made


def part_of_profile(name: str, restore: Callable[[Any], Any], unlike: Callable[[], Any] | None) -> Case:
    """A statistic that a profile updates: its batches go through a profile, to whose place it is put."""

    def update(statistic: Mergeable, columns: Columns) -> None:
        whole = Profile(LAYOUT)
        setattr(whole, name, statistic)
        whole.update(columns)

    return Case(type(fresh(name)).__name__, lambda: fresh(name), update, restore, unlike)


def fresh(name: str) -> Mergeable:
    return getattr(Profile(LAYOUT), name)


def with_forms(columns: Columns) -> Columns:
    """The same rows as Model Monitor would look at them; how each looked hangs on the row alone."""
    width = (columns.entity % 90).astype(np.int32) - 1
    folded = columns.entity % 3 > 0
    whole = np.isfinite(columns.numeric) & (np.rint(columns.numeric) == columns.numeric) & folded
    moved = np.flatnonzero(columns.entity % 5 == 0)
    forms = Forms(width, folded, np.argwhere(whole).astype(np.int64), {"+1 c0": moved} if len(moved) else {})
    return replace(columns, forms=forms)


def exact_part(profile: OpenProfile) -> State:
    """All but the floating-point moments (fields 5 and 6), which are held to a tolerance below."""
    state = profile.to_state()
    state["columns"] = {name: [*held[:5], *held[7:]] for name, held in state["columns"].items()}
    return state


CASES = [
    part_of_profile("presence", lambda s: Presence.from_state(LAYOUT, s), lambda: Presence(OTHER)),
    part_of_profile("moments", lambda s: ExactMoments.from_state(LAYOUT, s), lambda: ExactMoments(OTHER)),
    part_of_profile("bins", lambda s: BinCounts.from_state(LAYOUT, s), lambda: BinCounts(OTHER)),
    part_of_profile("bounds", lambda s: BoundCounts.from_state(LAYOUT, s), lambda: BoundCounts(OTHER)),
    part_of_profile("categories", lambda s: CategoryCounts.from_state(LAYOUT, s), lambda: CategoryCounts(OTHER)),
    part_of_profile("distinct", lambda s: Distinct.from_state(len(LAYOUT.names), s), lambda: Distinct(2)),
    part_of_profile("operations", Operations.from_state, None),
    Case(
        "NameCounts",
        lambda: NameCounts(FEW_NAMES),
        lambda names, columns: names.update({name: len(held) for name, held in columns.extras.items()}),
        lambda state: NameCounts.from_state(state, FEW_NAMES),
        lambda: NameCounts(FEW_NAMES + 1),
    ),
    Case(
        "SparseCounts",
        lambda: SparseCounts(400),
        lambda counts, columns: counts.hit((columns.entity % 97).astype(np.int64), 200, 300),
        lambda state: SparseCounts.from_state(400, state),
        lambda: SparseCounts(399),
    ),
    Case(
        "Profile",
        lambda: Profile(WIDE_LAYOUT),
        Profile.update,
        lambda s: Profile.from_state(WIDE_LAYOUT, s),
        lambda: Profile(LAYOUT),
    ),
    Case(
        "Profile",
        lambda: Profile(LAYOUT),
        Profile.update,
        lambda s: Profile.from_state(LAYOUT, s),
        lambda: Profile(OTHER),
    ),
    Case(
        "Profile",
        lambda: Profile(LAYOUT),
        lambda profile, columns: profile.update(with_forms(columns)),
        lambda s: Profile.from_state(LAYOUT, s),
        lambda: Profile(OTHER),
    ),
    Case(
        "WidthCounts",
        WidthCounts,
        lambda widths, columns: widths.update(with_forms(columns).forms.width),
        WidthCounts.from_state,
        None,
    ),
    Case(
        "UnseenCounts",
        lambda: UnseenCounts(FEW_NAMES),
        lambda unseen, columns: unseen.update(columns.unseen),
        lambda state: UnseenCounts.from_state(state, FEW_NAMES),
        lambda: UnseenCounts(FEW_NAMES + 1),
    ),
    Case(
        "OpenProfile",
        lambda: OpenProfile(FEW_NAMES),
        lambda profile, columns: profile.update(OpenBatch(columns)),
        OpenProfile.from_state,
        lambda: OpenProfile(FEW_NAMES + 1),
        exact_part,
    ),
]

every = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
some_batch = batches(LAYOUT)
slow = settings(deadline=None, max_examples=25)


def test_every_statistic_of_the_package_faces_the_laws() -> None:
    def leaves(kind: type) -> set[str]:
        below = kind.__subclasses__()
        return set.union(*map(leaves, below)) if below else {kind.__name__}

    assert leaves(Mergeable) == {case.name for case in CASES}


@every
@slow
@given(a=some_batch)
def test_merging_with_an_empty_one_changes_nothing(case: Case, a: Columns) -> None:
    whole, empty = case.of(a), case.empty()
    before = case.view(whole)
    assert case.view(whole.merge(empty)) == before
    assert case.view(empty.merge(whole)) == before
    assert case.view(empty.merge(case.empty())) == case.view(case.empty())


@every
@slow
@given(a=some_batch, b=some_batch)
def test_merging_commutes(case: Case, a: Columns, b: Columns) -> None:
    assert case.view(case.of(a).merge(case.of(b))) == case.view(case.of(b).merge(case.of(a)))


@every
@slow
@given(a=some_batch, b=some_batch, c=some_batch)
def test_merging_associates(case: Case, a: Columns, b: Columns, c: Columns) -> None:
    left = case.of(a).merge(case.of(b)).merge(case.of(c))
    assert case.view(left) == case.view(case.of(a).merge(case.of(b).merge(case.of(c))))


@every
@slow
@given(a=some_batch, b=some_batch, seed=st.integers(0, 2**32))
def test_merging_is_updating_with_the_rows_of_both_in_any_order(case: Case, a: Columns, b: Columns, seed: int) -> None:
    both = Columns.concat([a, b])
    shuffled = both.take(np.random.default_rng(seed).permutation(len(both)))
    merged = case.view(case.of(a).merge(case.of(b)))
    assert merged == case.view(case.of(both))
    assert merged == case.view(case.of(shuffled))
    assert merged == case.view(case.of(*(shuffled.take(np.array([row])) for row in range(len(both)))))


@every
@slow
@given(a=some_batch, b=some_batch)
def test_merging_leaves_its_argument_and_itself_untouched(case: Case, a: Columns, b: Columns) -> None:
    mine, other = case.of(a), case.of(b)
    before = mine.to_state(), other.to_state()
    merged = mine.merge(other)
    case.update(merged, a)
    assert (mine.to_state(), other.to_state()) == before
    mine.iadd(other)
    case.update(mine, a)
    assert other.to_state() == before[1]


@every
@slow
@given(a=some_batch)
def test_a_copy_shares_nothing(case: Case, a: Columns) -> None:
    mine = case.of(a)
    before = mine.to_state()
    case.update(mine.copy(), normal_batch(LAYOUT, 5))
    assert mine.to_state() == before


@every
@slow
@given(a=some_batch)
def test_updating_leaves_the_batch_untouched(case: Case, a: Columns) -> None:
    before = a.take(np.arange(len(a)))
    case.of(a)
    assert np.array_equal(a.numeric, before.numeric, equal_nan=True)
    assert np.array_equal(a.codes, before.codes)
    assert np.array_equal(a.entity, before.entity)
    assert np.array_equal(a.latency, before.latency, equal_nan=True)


@every
@pytest.mark.parametrize("rows", [0, 1, 1000])
def test_its_state_comes_back_equal(case: Case, rows: int) -> None:
    made = case.of(normal_batch(LAYOUT, rows))
    sent = msgspec.msgpack.decode(msgspec.msgpack.encode(made.to_state()))
    back = case.restore(sent)
    assert back.to_state() == made.to_state()
    more = normal_batch(LAYOUT, 10, seed=1)
    case.update(back, more)
    case.update(made, more)
    assert back.to_state() == made.to_state()


@every
@slow
@given(a=some_batch)
def test_any_state_comes_back_equal(case: Case, a: Columns) -> None:
    made = case.of(a)
    assert case.restore(made.to_state()).to_state() == made.to_state()


@every
def test_rows_of_nothing_but_nan_merge_like_any_other(case: Case) -> None:
    holes, full = Columns.blank(LAYOUT, 7), normal_batch(LAYOUT, 9)
    merged = case.of(holes).merge(case.of(full))
    assert case.view(merged) == case.view(case.of(Columns.concat([full, holes])))


@every
def test_unlike_parameters_are_refused(case: Case) -> None:
    if case.unlike is None:
        pytest.skip("has no parameters")
    with pytest.raises(ValueError, match=r"merged, got|cannot be merged"):
        case.empty().merge(case.unlike())


@every
@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_batches_of_every_shape_add_up_to_the_whole(case: Case, name: str) -> None:
    whole = normal_batch(LAYOUT, 700)
    whole.numeric[0], whole.numeric[2] = draw(name, 700), draw(name, 700, seed=1)
    cuts = [0, 1, 2, 65, 300, 301, 700]
    parts = [whole.take(np.arange(low, high)) for low, high in pairwise(cuts)]
    merged = case.empty()
    for part in reversed(parts):
        merged.iadd(case.of(part))
    assert case.view(merged) == case.view(case.of(whole))


def test_batches_longer_and_wider_than_a_block_are_folded_like_short_ones() -> None:
    wide = layout_of(numeric=70)
    rows = BLOCK_VALUES + 500
    batch = normal_batch(LAYOUT, rows)
    short = [batch.take(np.arange(low, min(low + 997, rows))) for low in range(0, rows, 997)]
    assert CASES[-2].of(batch).to_state() == CASES[-2].of(*short).to_state()
    many = normal_batch(wide, 1500)
    folded, pieces = Profile(wide), Profile(wide)
    folded.update(many)
    for low in range(0, 1500, 100):
        pieces.update(many.take(np.arange(low, low + 100)))
    assert folded.to_state() == pieces.to_state()


@slow
@given(a=some_batch, b=some_batch)
def test_moments_of_an_open_profile_agree_to_float_precision(a: Columns, b: Columns) -> None:
    case = CASES[-1]
    merged, whole = case.of(a).merge(case.of(b)), case.of(Columns.concat([a, b]))
    for name, column in whole.columns.items():
        other = merged.columns[name]
        reach = max(abs(column.min), abs(column.max)) if column.numbers else 0.0
        assert other.mean == pytest.approx(column.mean, rel=1e-9, abs=1e-12 * reach)
        assert other.m2 == pytest.approx(column.m2, rel=1e-9, abs=1e-12 * reach**2)
