"""Rows that a script has made: by name, by place, and whatever else somebody may send under their encoding."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.contracts.capture import CaptureTopic, Decoded
from driftline.contracts.payload import MADE
from support.captures import CHURN, decode, lookup_of, monitored, schema_of
from support.hooked import request

LAST = CaptureTopic("captures", output_columns="last")


def made(data: str, **metadata: str) -> bytes:
    """A request whose rows a script has made."""
    return json.dumps(
        {**request(**metadata), "captureData": {"endpointInput": {"data": data, "encoding": MADE}}}
    ).encode()


def row(found: Decoded) -> dict[str, object]:
    """Numbers of the only row by name, and its categories by place."""
    assert found.rejects == [], found.rejects
    (block,) = found.blocks
    layout = schema_of(CHURN).layout
    numbers = dict(zip(layout.numeric, block.columns.numeric[:, 0].tolist(), strict=True))
    return numbers | dict(zip(layout.categorical, block.columns.codes[:, 0].tolist(), strict=True))


@pytest.mark.parametrize(
    "line",
    [
        {"active": True, "age": 41, "income": 12.5, "plan": "free", "score": 0.25},
        {"age": "41", "income": "12.5", "plan": "free", "active": "true", "score": "0.25"},
        {"1": 0.25, "2": 41, "3": 12.5, "4": "free", "5": True},
        {"10": 41, "11": 12.5, "12": "free", "13": True, "1": 0.25},
        [0.25, 41, 12.5, "free", "true"],
    ],
)
def test_by_name_by_sorted_keys_and_by_place_it_is_the_same_row(line: object) -> None:
    expected = row(decode(made(json.dumps({"age": 41, "income": 12.5, "plan": "free", "active": True, "score": 0.25}))))
    assert expected["age"] == 41.0
    assert expected["score"] == 0.25
    assert row(decode(made(json.dumps(line)))) == expected


def test_without_predictions_and_with_them_last() -> None:
    features = row(decode(made('[41, 12.5, "free", true]')))
    assert features["age"] == 41.0
    assert features["score"] != features["score"], "NaN: nobody has said it"
    assert row(decode(made('[41, 12.5, "free", true, 0.25]'), topic=LAST))["score"] == 0.25


def test_another_number_of_values_is_a_reject_that_says_which() -> None:
    (reject,) = decode(made("[1, 2]")).rejects
    assert reject.reason == "column_count"
    assert "must have 4 input and 1 output columns" in reject.message


def test_under_model_monitors_rules_types_are_those_of_the_text() -> None:
    names = {"endpointName": "watched", "variantName": "1"}
    line = '{"score": 0.5, "age": 41.0, "income": "x", "plan": 7, "active": "true"}'
    found = decode(made(line, **names), lookup=lookup_of(monitored()))
    (block,) = found.blocks
    forms = block.columns.forms
    assert forms is not None
    assert forms.width.tolist() == [5]
    assert block.columns.mistyped.tolist() == [[2, 0]], "income is no number"
    assert forms.fractional[0].tolist()[:2] == [1, 0], "41.0 is Fractional"


def test_nested_values_are_columns() -> None:
    found = decode(made('{"a": {"b": 1}, "c": [2, 3]}', endpointName="none"), lookup=lambda *_: None)
    (block,) = found.blocks
    assert block.columns.rows == [{"a.b": 1.0, "c[0]": 2.0, "c[1]": 3.0}]


@pytest.mark.parametrize(
    "data", ["5", "{", '"x"', "", "\n", "[[{}]]", "null", "[" * 200, '{"a": ' * 100 + "1" + "}" * 100]
)
def test_what_no_script_would_make_is_a_reject(data: str) -> None:
    found = decode(made(data))
    assert len(found.rejects) == 1
    assert found.blocks == [] or all(len(block) == 0 for block in found.blocks)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(VALUES, min_size=1, max_size=3))
def test_every_line_ends_as_a_row_or_a_reject(lines: list[object]) -> None:
    found = decode(made("\n".join(map(json.dumps, lines))))
    rows = sum(len(block) for block in found.blocks)
    assert rows + sum(reject.rows for reject in found.rejects) >= 1
    assert rows <= len(lines)
