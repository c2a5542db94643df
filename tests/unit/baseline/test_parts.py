"""Kafka records of baselines: any order, any repetition, never half a baseline."""

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.baseline import Baseline, Constraints
from driftline.baseline.constraints import ColumnConstraint, ColumnDrift
from driftline.baseline.parts import Assembler, Place, key_of, place_of, split, tombstones
from driftline.errors import BaselineError


@pytest.fixture(scope="session")
def limited(baseline: Baseline) -> Baseline:
    columns = (
        ColumnConstraint("items", off=("data_type_check",)),
        ColumnConstraint("amount", drift=ColumnDrift(limit=0.5)),
    )
    return baseline.with_constraints(Constraints(min_samples=9, columns=columns))


@given(st.integers(0, 10**9), st.lists(st.integers(0, 30), max_size=8))
def test_records_in_any_order_and_repeated_make_each_baseline_once(
    baseline: Baseline, limited: Baseline, seed: int, repeated: list[int]
) -> None:
    records = split(baseline) + split(limited)
    records += [records[index % len(records)] for index in repeated]
    random.Random(seed).shuffle(records)
    assembler = Assembler()
    made = [found for key, value in records if (found := assembler.add(key, value)) is not None]
    assert sorted(made, key=lambda b: b.id) == sorted([baseline, limited], key=lambda b: b.id)
    assert assembler.incomplete == {}


def test_the_manifest_is_written_last_and_deleted_first(baseline: Baseline) -> None:
    keys = [key for key, _ in split(baseline)]
    assert [place_of(key).column for key in keys] == [column.name for column in baseline.columns] + [None]
    assert place_of(tombstones(baseline)[0]).column is None
    assert sorted(tombstones(baseline)) == sorted(keys)


def test_half_a_baseline_is_none(baseline: Baseline) -> None:
    *parts, manifest = split(baseline)
    assembler = Assembler()
    assert all(assembler.add(key, value) is None for key, value in [manifest, *parts[1:]])
    assert list(assembler.incomplete.values()) == [1]
    assert assembler.add(*parts[0]) == baseline


def test_another_effective_time_is_told_and_the_same_record_is_not(baseline: Baseline) -> None:
    assembler = Assembler()
    for record in split(baseline):
        assembler.add(*record)
    assert assembler.add(*split(baseline)[-1]) is None
    later = msgspec.structs.replace(baseline, effective_from=5)
    assert later.id == baseline.id
    assert assembler.add(*split(later)[-1]) == later


def test_a_tombstone_takes_a_baseline_away_and_it_can_come_back(baseline: Baseline) -> None:
    assembler = Assembler()
    for _ in range(2):
        assert [assembler.add(*record) for record in split(baseline)][-1] == baseline
        for key in tombstones(baseline):
            assert assembler.add(key, None) is None
            assert assembler.baselines == {}
        assert assembler.incomplete == {}


def test_a_part_that_was_changed_is_noticed(baseline: Baseline, limited: Baseline) -> None:
    records = dict(split(baseline))
    key = next(key for key in records if key.endswith("/items"))
    records[key] = next(value for other, value in split(limited) if other.endswith("/items"))
    manifest = key_of(Place(baseline.model, baseline.version, baseline.id, None))
    assembler = Assembler()
    for name, value in records.items():
        if name != manifest:
            assembler.add(name, value)
    with pytest.raises(BaselineError, match="the manifest promises"):
        assembler.add(manifest, records[manifest])
    assert assembler.baselines == {}


@given(st.builds(Place, *[st.text(min_size=1)] * 3, st.none() | st.text(min_size=1)))
def test_a_key_leads_back_to_its_place(place: Place) -> None:
    try:
        key = key_of(place)
    except UnicodeEncodeError:
        return  # a lone surrogate is no text that Kafka could hold
    assert place_of(key) == place


@pytest.mark.parametrize("key", ["", "a", "a/b", "a/b/c/d/e", "/b/c"])
def test_other_keys_are_refused(key: str) -> None:
    with pytest.raises(BaselineError, match=r"must be model/version/id"):
        Assembler().add(key, b"{}")


@pytest.mark.parametrize(("value", "message"), [(b"x", "not a record"), (b"{}", "not a record")])
def test_other_values_are_refused(value: bytes, message: str) -> None:
    with pytest.raises(BaselineError, match=message):
        Assembler().add("a/b/c", value)


def test_an_unknown_version_is_refused(baseline: Baseline) -> None:
    key, value = split(baseline)[0]
    with pytest.raises(BaselineError, match="expected format version 1, got 2"):
        Assembler().add(key, value.replace(b'"v":1', b'"v":2', 1))
