"""Whatever a model server hands over, the decoder accepts every record that comes of it, and finds in it what went in."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import jsonschema_rs
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from driftline.capture.encoding import encoded
from driftline.capture.entries import Row, Subject
from driftline.contracts.capture import OpenRows
from driftline.contracts.native import NativeCapture
from driftline.contracts.schemas import MESSAGES, json_schema
from driftline.errors import ContractError
from driftline.stats.columns import Columns
from support.captures import CHURN, TIME, decode, lookup_of, only, schema_of

CALLED = TIME + 5
SCHEMA = jsonschema_rs.validator_for(json_schema(next(one for one in MESSAGES if one.type is NativeCapture)))

texts = st.one_of(st.text(), st.text(st.characters(codec=None), max_size=5), st.just("x" * 2_000))
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    texts,
    st.decimals(),
    st.fractions(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.uuids(),
    st.binary(),
    st.floats(width=32).map(np.float32),
    st.integers(-(2**63), 2**63 - 1).map(np.int64),
    st.complex_numbers(),
)
anything = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3))
rows = st.builds(
    Row,
    subject=st.builds(
        Subject,
        model=st.sampled_from(["churn", "other"]),
        version=st.sampled_from(["3", "", "canary"]),
        weight=st.sampled_from([None, 10.0]),
    ),
    called_ms=st.just(CALLED),
    id=st.one_of(st.none(), texts, scalars),
    features=st.dictionaries(
        st.one_of(st.sampled_from(["age", "income", "plan", "active", "score", "customer"]), texts, st.integers()),
        anything,
    ),
    prediction=anything,
    latency=scalars,
    status=scalars,
    error=scalars,
    entity=scalars,
    segment=st.one_of(st.none(), scalars, st.dictionaries(texts, scalars)),
    time=st.one_of(st.none(), st.integers(TIME, TIME + 1000), st.datetimes(timezones=st.just(UTC)), scalars),
)


def made(row: Row) -> bytes | None:
    """The record, or None for one that is refused because of its time: nothing else is a reason."""
    try:
        return encoded(row, lambda name: None)
    except ContractError as error:
        assert error.path == "time"  # noqa: PT017 - the only reason there is for these rows
        return None


@given(rows)
def test_every_record_is_accepted_by_the_decoder_and_by_the_schema(row: Row) -> None:
    value = made(row)
    if value is not None:
        SCHEMA.validate(json.loads(value.replace(b"1e999", b"0")))
        decoded = decode(value, lookup=lookup_of(schema_of(CHURN)))
        block = only(decoded)
        assert (block.model, block.version) == (row.subject.model, row.subject.version)
        if row.time is None:
            assert block.time_ms.tolist() == [CALLED]
        assert not any(name.startswith("invalid") for name in decoded.counted)


plain = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_infinity=False), st.text(max_size=50)
)
names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


@given(st.dictionaries(names, plain), st.one_of(st.none(), st.floats(0, 100)), st.text(max_size=20))
def test_what_went_in_comes_out(features: Mapping[str, Any], latency: float | None, event_id: str) -> None:
    row = Row(Subject("open", "1"), CALLED, event_id, features, latency=latency)
    found = only(decode(encoded(row, lambda name: None)))
    assert isinstance(found.columns, OpenRows)
    kept = {key: None if isinstance(value, float) and math.isnan(value) else value for key, value in features.items()}
    assert {key: found.columns.rows[0].get(key) for key in kept} == kept
    assert np.array_equal(found.columns.latency, [math.nan if latency is None else latency], equal_nan=True)
    assert found.ids == [event_id or None]


def test_a_row_arrives_in_every_part() -> None:
    row = Row(
        Subject("churn", "3", weight=4.0),
        CALLED,
        "e-1",
        {"age": np.int64(41), "income": Decimal("12.5"), "plan": "free", "active": np.bool_(True)},
        np.array([0.25]),
        0.5,
        503,
        TimeoutError("of 10.0.0.7"),
        "customer-17",
        {"country": "de"},
        datetime.fromtimestamp(TIME / 1000, UTC),
    )
    value = encoded(row, lambda name: None)
    assert b"10.0.0.7" not in value
    block = only(decode(value))
    columns = block.columns
    assert isinstance(columns, Columns)
    assert (block.ids, block.time_ms.tolist(), block.segments) == (["e-1"], [TIME], [{"country": "de"}])
    assert columns.numeric[:, 0].tolist() == [41.0, 12.5, 0.25]
    assert columns.codes[:, 0].tolist() == [0, 1]
    assert (columns.latency.tolist(), columns.error.tolist(), columns.status.tolist()) == ([0.5], [True], [3])
    assert columns.entity.tolist() != [0]


def test_infinity_is_a_wrong_value_and_no_missing_one() -> None:
    block = only(decode(encoded(Row(Subject("churn", "3"), CALLED, "e", {"income": math.inf}), lambda name: None)))
    assert isinstance(block.columns, Columns)
    assert block.columns.mistyped.tolist() == [[1, 0]]
    nan = only(decode(encoded(Row(Subject("churn", "3"), CALLED, "e", {"income": math.nan}), lambda name: None)))
    assert isinstance(nan.columns, Columns)
    assert nan.columns.mistyped.tolist() == []


def test_a_record_that_no_broker_would_take_is_refused() -> None:
    wide = {f"feature {n}": "x" * 1000 for n in range(1_000)}
    try:
        encoded(Row(Subject("churn"), CALLED, "e", wide), lambda name: None)
    except ContractError as error:
        assert str(error).startswith("record: must have at most 1000000 bytes, got 10")  # noqa: PT017 - the text is the point
    else:
        raise AssertionError("accepted")
