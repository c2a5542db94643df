"""Payloads of captures: nested JSON, wrappers, charsets, lines, and every kind of damage."""

from __future__ import annotations

import base64
import codecs
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.contracts.capture import CaptureTopic, Columns, OpenRows
from driftline.contracts.flatten import MAX_COLUMNS, MAX_DEPTH, flat_array, flat_object
from driftline.contracts.payload import read_payload
from driftline.contracts.texts import content_type
from driftline.errors import ContractError
from support.captures import TIME, batch_of, decode, lookup_of, monitored, only, plain, schema_of, slowly

CHURN = CaptureTopic("captures", model="churn", version="3")
WATCHED = CaptureTopic("captures", model="watched", version="1")
LOOKUP = lookup_of(monitored(), schema_of({}, "none", ""))


def rows(data: str, encoding: str = "JSON", observed: object = None) -> list[Any]:
    return read_payload({"data": data, "encoding": encoding, "observedContentType": observed}, "$").rows


@pytest.mark.parametrize(
    ("document", "wanted"),
    [
        ({"a": {"b": 1, "c": {"d": 2}}}, {"a.b": 1, "a.c.d": 2}),
        ({"a": [1, [2, 3]], "b": {}}, {"a[0]": 1, "a[1][0]": 2, "a[1][1]": 3, "b": None}),
        ({"a.b": 1, "a": {"b": 2}}, {"a.b": 2}),
        ({"": {"": 1}}, {".": 1}),
    ],
)
def test_nested_objects_are_flattened_by_rule(document: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert flat_object(document, "$") == wanted
    assert rows(json.dumps(document)) == [wanted]


@pytest.mark.parametrize(
    ("document", "wanted"),
    [
        ([1, 2], [[1, 2]]),
        ([[1, 2], [3, 4]], [[1, 2], [3, 4]]),
        ({"instances": [[1, 2], [3, 4]]}, [[1, 2], [3, 4]]),
        ({"instances": [1, 2]}, [[1], [2]]),
        ({"instances": [{"features": [1, 2]}], "parameters": {"x": 1}}, [[1, 2]]),
        ({"instances": [{"data": {"features": {"values": [1, 2]}}}]}, [[1, 2]]),
        ({"features": [1, 2]}, [[1, 2]]),
        ({"features": [[1, 2], [3, 4]]}, [[1, 2], [3, 4]]),
        ({"features": {"a": 1, "b": [2]}}, [{"a": 1, "b[0]": 2}]),
        ({"features": 5}, [{"features": 5}]),
        ({"predictions": [{"score": 0.3, "predicted_label": 1}]}, [{"score": 0.3, "predicted_label": 1}]),
        ({"predictions": [[0.1, 0.9]]}, [[0.1, 0.9]]),
        ([[1, [2, 3]]], [[1, 2, 3]]),
        (0.5, [[0.5]]),
        ("a", [["a"]]),
        ([], [[]]),
    ],
    ids=repr,
)
def test_what_wraps_rows_is_taken_off(document: object, wanted: list[Any]) -> None:
    assert rows(json.dumps(document)) == wanted


def test_json_lines_are_rows() -> None:
    assert rows('{"a": 1}\r\n\n{"a": {"b": 2}}\n') == [{"a": 1}, {"a.b": 2}]
    assert rows('{"features": [1, 2]}\n{"features": [3, 4]}\n') == [[1, 2], [3, 4]]


def test_json_that_was_escaped_twice_is_read() -> None:
    assert rows(json.dumps(json.dumps({"a": 1}))) == [{"a": 1}]
    assert rows(json.dumps("1,2")) == [["1,2"]]


@pytest.mark.parametrize("text", ["1,2\n3,4", "1,2\r\n3,4\r\n", "1,2\r3,4", "\n1,2\n\n3,4\n", '"1",2\r\n3,"4"\r\n'])
def test_lines_of_csv_end_in_any_way(text: str) -> None:
    assert rows(text, "CSV") == [["1", "2"], ["3", "4"]]


@pytest.mark.parametrize("sign", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_other_signs_do_not_end_a_line(sign: str) -> None:
    assert rows(f"a{sign}b,2", "CSV") == [[f"a{sign}b", "2"]]


def test_a_quoted_cell_may_hold_commas_and_lines() -> None:
    assert rows('1,"a,\nb"\n2,c', "CSV") == [["1", "a,\nb"], ["2", "c"]]


@pytest.mark.parametrize(
    ("raw", "observed"),
    [
        ("é,1".encode(), None),
        ("é,1".encode(), "text/csv; charset=UTF-8"),
        ("é,1".encode("latin-1"), "text/csv;charset=iso-8859-1"),
        ("é,1".encode("cp1252"), 'text/csv; header=absent; charset="windows-1252"'),
        ("é,1".encode("utf-16"), "text/csv"),
        (codecs.BOM_UTF16_BE + "é,1".encode("utf-16-be"), None),
        ("é,1".encode("utf-8-sig"), None),
        ("é,1".encode("utf-16-le"), "text/csv; charset=utf-16le"),
    ],
    ids=repr,
)
def test_base64_heeds_the_charset(raw: bytes, observed: str | None) -> None:
    assert rows(base64.b64encode(raw).decode(), "BASE64", observed) == [["é", "1"]]


@pytest.mark.parametrize("data", ["\ufeff1,2", "1,2"])
def test_a_mark_before_the_text_is_no_part_of_it(data: str) -> None:
    assert rows(data, "CSV") == [["1", "2"]]
    assert rows("\ufeff[1, 2]" if data[0] == "\ufeff" else "[1, 2]") == [[1, 2]]


def test_a_content_type_that_says_nothing_is_none() -> None:
    assert [content_type(value) for value in (None, "", " ", 5)] == [("", "")] * 4


REFUSED: dict[str, tuple[object, str, object, str]] = {
    "an image": (base64.b64encode(b"\x89PNG\r\n\x1a\n\xff").decode(), "BASE64", "image/png", "image/png, which is not"),
    "an array of numpy": (base64.b64encode(b"\x93NUMPY").decode(), "BASE64", "application/x-npy", "preprocessing hook"),
    "bytes": (base64.b64encode(b"\xff\x00").decode(), "BASE64", None, "bytes that are not"),
    "a charset": (
        base64.b64encode(b"1").decode(),
        "BASE64",
        "text/csv; charset=klingon",
        "known charset, got 'klingon'",
    ),
    "not base64": ("MTIz!", "BASE64", None, "must be BASE64"),
    "too deep": (json.dumps({"a": json.loads("[" * 40 + "]" * 40)}), "JSON", None, "at most 32 levels deep"),
    "too deep a vector": ("[1," + "[" * 40 + "1" + "]" * 41, "JSON", None, "at most 32 levels deep"),
    "too wide": (json.dumps({"a": [0] * 10_001}), "JSON", None, "at most 10000 columns, got 10001"),
    "too long": (json.dumps([0] * 10_001), "JSON", None, "at most 10000 columns, got 10001"),
    "objects in a vector": (json.dumps([1, {"a": 2}]), "JSON", None, "got an object at place 1"),
    "truncated": ('{"a": 1', "JSON", None, "must be JSON"),
    "garbage": ("\x00\x01", "JSON", None, "must be JSON"),
    "no text": (None, "JSON", None, "must be a string, got null"),
}


@pytest.mark.parametrize(("data", "encoding", "observed", "words"), REFUSED.values(), ids=REFUSED)
def test_refused_with_what_was_expected(data: str, encoding: str, observed: object, words: str) -> None:
    with pytest.raises(ContractError) as caught:
        rows(data, encoding, observed)
    assert caught.value.reason == "payload"
    assert words in str(caught.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(json_values)
def test_no_value_is_lost_in_flattening(document: object) -> None:
    def leaves(value: object) -> int:
        parts = list(value.values()) if isinstance(value, dict) else value
        return sum(map(leaves, parts)) or 1 if isinstance(parts, list) else 1

    if isinstance(document, dict) and not any(set(".[") & set(name) for name in str(document).split("'")[1::2]):
        assert len(flat_object(document, "$")) == sum(map(leaves, document.values()))
    assert MAX_DEPTH < MAX_COLUMNS


@given(st.lists(st.lists(st.integers(), max_size=4) | st.integers(), max_size=5))
def test_a_vector_keeps_its_order(document: list[Any]) -> None:
    assert flat_array(document, "$") == [v for part in document for v in (part if isinstance(part, list) else [part])]


# ------------------------------------------------------------------------------------------------ whole records
def capture(came: object = "41,12.5,free,true", went: object = "0.25", **changes: object) -> dict[str, Any]:
    sides = {
        side: {
            "data": data if isinstance(data, str) else json.dumps(data),
            "encoding": "CSV" if isinstance(data, str) else "JSON",
        }
        for side, data in (("endpointInput", came), ("endpointOutput", went))
    }
    metadata = {"inferenceTime": "2024-05-01T12:00:00Z", "eventId": "e"}
    return {"captureData": sides, "eventMetadata": metadata, "eventVersion": "0", **changes}


@pytest.mark.parametrize("topic", [CHURN, WATCHED], ids=["own", "monitored"])
@pytest.mark.parametrize("went", ["0.1,0.2", [0.1, 0.2], {"predictions": [0.1, 0.2]}, "0.1\n0.2"], ids=repr)
def test_answers_of_several_rows_may_stand_in_one_line(topic: CaptureTopic, went: object) -> None:
    record = json.dumps(capture("41,1,free,true\n42,2,paid,false", went)).encode()
    lookup = LOOKUP if topic is WATCHED else None
    found = only(decode(record, topic=topic, lookup=lookup)).columns
    assert isinstance(found, Columns)
    assert sorted(map(sorted, found.numeric.tolist())) == [[0.1, 0.2], [1.0, 2.0], [41.0, 42.0]]


def test_nested_features_are_columns_without_a_baseline() -> None:
    record = json.dumps(capture({"user": {"age": 41}, "tags": ["a", "b"]}, {"score": 0.5})).encode()
    found = only(decode(record, topic=CaptureTopic("captures", model="new"))).columns
    assert isinstance(found, OpenRows)
    assert found.rows == [{"user.age": 41, "tags[0]": "a", "tags[1]": "b", "prediction.score": 0.5}]


@pytest.mark.parametrize("version", ["1", 0, None, "2.0"])
def test_another_event_version_is_read_and_counted(version: object) -> None:
    record = json.dumps(capture(eventVersion=version)).encode()
    decoded = decode(record, record, topic=CHURN)
    assert len(only(decoded)) == 2
    assert decoded.counted["other_event_version"] == 2


@pytest.mark.parametrize(
    "attributes",
    [
        "model=other,version=9",
        ["model=other; version=9"],
        {"model": "other", "version": 9},
        [{"model": "other", "version": "9"}],
        ['{"model": "other"}', "version=9"],
        ["opaque", 5, None, "model=other", "version=9"],
    ],
    ids=repr,
)
def test_custom_attributes_name_the_model_in_many_forms(attributes: object) -> None:
    document = capture()
    document["eventMetadata"]["customAttributes"] = attributes
    decoded = decode(json.dumps(document).encode(), topic=CHURN)
    assert [(block.model, block.version) for block in decoded.blocks] == [("other", "9")]


GOOD = json.dumps(capture()).encode()
HOSTILE: dict[str, tuple[bytes, str, str]] = {
    "truncated": (GOOD[:-30], "not_json", "must be JSON in UTF-8"),
    "UTF-16": (GOOD.decode().encode("utf-16"), "not_utf8", "looks like UTF-16"),
    "latin-1": (json.dumps(capture("é,1"), ensure_ascii=False).encode("latin-1"), "not_utf8", "is not UTF-8"),
    "a mark": (codecs.BOM_UTF8 + GOOD, "not_json", "UTF-8 byte order mark"),
    "gzip": (b"\x1f\x8b" + GOOD, "not_utf8", "looks like gzip"),
    "two records in a line": (GOOD + GOOD, "not_json", "Extra data"),
    "escaped twice": (json.dumps(GOOD.decode()).encode(), "not_object", "escaped once too often"),
    "ground truth": (
        json.dumps({"groundTruthData": {"data": "1", "encoding": "CSV"}, "eventMetadata": {}}).encode(),
        "capture",
        "belongs on the labels topic",
    ),
}


@pytest.mark.parametrize(("record", "reason", "words"), HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize(
    "topic", [CHURN, WATCHED, CaptureTopic("c", "sagemaker", "watched", "1")], ids=["own", "monitored", "said"]
)
def test_damaged_records_are_refused_with_a_reason(record: bytes, reason: str, words: str, topic: CaptureTopic) -> None:
    decoded = decode(record, GOOD, record, GOOD, topic=topic, lookup=None if topic is CHURN else LOOKUP)
    assert [(reject.offset, reject.reason) for reject in decoded.rejects] == [(100, reason), (102, reason)]
    assert all(words in reject.message for reject in decoded.rejects), decoded.rejects[0].message
    assert sum(map(len, decoded.blocks)) == 2


@settings(max_examples=150, deadline=None)
@given(
    cut=st.integers(0, len(GOOD)),
    put=st.binary(max_size=4),
    drop=st.integers(0, 4),
    topic=st.sampled_from([CHURN, WATCHED]),
)
def test_no_damage_goes_unanswered(cut: int, put: bytes, drop: int, topic: CaptureTopic) -> None:
    record = GOOD[:cut] + put + GOOD[cut + drop :]
    lookup = lookup_of(monitored(), schema_of({}, "none", ""))
    batch = batch_of(record, GOOD, timestamps=[TIME, TIME])
    decoded = slowly(batch, topic, lookup)
    assert sum(map(len, decoded.blocks)) + sum(reject.rows for reject in decoded.rejects) >= 2
    assert not any(reject.reason == "internal" for reject in decoded.rejects)
    assert plain(decode(record, GOOD, topic=topic, lookup=lookup, timestamps=[TIME, TIME], keys=[None, None])) == plain(
        decoded
    )
