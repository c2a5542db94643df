"""SageMaker data capture: golden records, rows of one request, names by position, and what is refused."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

import pytest

from driftline.baseline.model import Kind, Role
from driftline.contracts.capture import CaptureTopic, Columns, OpenRows
from driftline.contracts.decoder import CaptureDecoder
from driftline.contracts.events import Lookup
from driftline.stats.columns import UNSEEN
from support.captures import CHURN, NUMBER, TIME, WHOLE, batch_of, decode, lookup_of, only, schema_of

TOPIC = CaptureTopic("captures", model="churn", version="3")
GOLDEN = (
    b'{"captureData":{"endpointInput":{"observedContentType":"text/csv","mode":"INPUT","data":"132,10,182.9,54",'
    b'"encoding":"CSV"},"endpointOutput":{"observedContentType":"text/csv; charset=utf-8","mode":"OUTPUT","data":"0.0364",'
    b'"encoding":"CSV"}},"eventMetadata":{"eventId":"f04a","inferenceId":"17","inferenceTime":"2022-04-18T00:21:48Z"},'
    b'"eventVersion":"0"}'
)
ROWS = dict.fromkeys(("days", "calls", "minutes", "eve"), (Role.FEATURE, NUMBER)) | {"p": (Role.PREDICTION, NUMBER)}


def part(data: object, encoding: str = "CSV") -> dict[str, Any]:
    if encoding == "BASE64":
        data = base64.b64encode(data.encode()).decode()
    return {"observedContentType": None, "mode": "INPUT", "data": data, "encoding": encoding}


def request(came: object = "41,12.5,free,true", answered: object = "0.25", **changes: object) -> bytes:
    """A record of one request; text stands for CSV, other values for JSON, None for a side that was not captured."""
    sides = {"endpointInput": came, "endpointOutput": answered}
    capture = {
        side: data
        if isinstance(data, dict) and "encoding" in data
        else part(data)
        if isinstance(data, str)
        else part(json.dumps(data), "JSON")
        for side, data in sides.items()
        if data is not None
    }
    metadata = {"eventId": "e-1", "inferenceTime": "2024-05-01T12:00:00Z", **changes.pop("metadata", {})}
    return json.dumps({"captureData": capture, "eventMetadata": metadata, "eventVersion": "0", **changes}).encode()


def columns(value: bytes, topic: CaptureTopic = TOPIC, lookup: Lookup | None = None) -> Columns:
    found = only(decode(value, topic=topic, lookup=lookup)).columns
    assert isinstance(found, Columns)
    return found


def test_the_published_example() -> None:
    block = only(decode(GOLDEN, topic=TOPIC, lookup=lookup_of(schema_of(ROWS))))
    assert block.ids == ["17"]
    assert block.time_ms.tolist() == [1_650_241_308_000]
    assert dict(zip(("days", "calls", "minutes", "eve", "p"), block.columns.numeric[:, 0].tolist(), strict=True)) == {
        "days": 132.0,
        "calls": 10.0,
        "minutes": 182.9,
        "eve": 54.0,
        "p": 0.0364,
    }


@pytest.mark.parametrize(
    ("came", "answered"),
    [
        ("41,12.5,free,true", "0.25"),
        ("41,12.5,free,true\n", "0.25\n"),
        ('41,12.5,"free",true', "0.25"),
        (part("41,12.5,free,true", "BASE64"), part("0.25", "BASE64")),
        (part('[41,12.5,"free",true]', "BASE64"), part("[0.25]", "BASE64")),
        ([41, 12.5, "free", True], 0.25),
        ([[41, 12.5, "free", True]], [0.25]),
        ({"instances": [[41, 12.5, "free", True]]}, {"predictions": [0.25]}),
        ({"instances": [{"features": [41, 12.5, "free", True]}]}, {"predictions": [{"score": 0.25}]}),
        ({"age": 41, "income": 12.5, "plan": "free", "active": True}, {"score": 0.25}),
        ("41,12.5,free,true", [0.25]),
        ("c-1,41,12.5,free,true", "0.25"),
    ],
    ids=repr,
)
def test_every_encoding_says_the_same(came: object, answered: object) -> None:
    found = columns(request(came, answered))
    assert found.numeric[:, 0].tolist() == [41.0, 12.5, 0.25]
    assert found.codes[:, 0].tolist() == [0, 1]
    assert not found.extras
    assert not len(found.mistyped)


@pytest.mark.parametrize(
    ("came", "answered"),
    [
        ("41,1,free,true\n42,2,paid,false\n43,3,free,true", "0.1\n0.2\n0.3\n"),
        ([[41, 1, "free", True], [42, 2, "paid", False], [43, 3, "free", True]], [[0.1], [0.2], [0.3]]),
        (
            {"instances": [[41, 1, "free", True], [42, 2, "paid", False], [43, 3, "free", True]]},
            {"predictions": [0.1, 0.2, 0.3]},
        ),
        (
            part('[41,1,"free",true]\n[42,2,"paid",false]\n[43,3,"free",true]\n', "JSON"),
            part("[0.1]\n[0.2]\n[0.3]\n", "JSON"),
        ),
    ],
    ids=["CSV", "arrays", "instances", "JSON lines"],
)
def test_a_request_of_many_rows(came: object, answered: object) -> None:
    block = only(decode(request(came, answered), topic=TOPIC))
    assert block.offset.tolist() == [100, 100, 100]
    assert block.index.tolist() == [0, 1, 2]
    assert block.ids == ["e-1#0", "e-1#1", "e-1#2"]
    assert block.columns.first.tolist() == [True, False, False]
    assert block.columns.numeric.tolist() == [[41.0, 42.0, 43.0], [1.0, 2.0, 3.0], [0.1, 0.2, 0.3]]


@pytest.mark.parametrize("text", ["1_000", "１２", "NaN", "Infinity", ".5", "5.", "0x10", " 7 ", "1e400", "true", "x"])
def test_what_is_no_number_for_deequ_is_mistyped(text: str) -> None:
    found = columns(request(f"41,{text},free,true"))
    assert found.mistyped.tolist() == [[1, 0]]
    assert math.isnan(found.numeric[1, 0])


@pytest.mark.parametrize(
    ("text", "value"),
    [("12.5", 12.5), ("-3", -3.0), ("+3", 3.0), (" 7", 7.0), ("- 3", -3.0), ("1e3", 1000.0), ("1.5E-2", 0.015)],
)
def test_what_is_a_number_for_deequ(text: str, value: float) -> None:
    assert columns(request(f"41,{text},free,true")).numeric[1, 0] == value


def test_an_empty_cell_is_missing_and_the_word_null_is_a_category() -> None:
    found = columns(request(",,null,"))
    assert all(math.isnan(value) for value in found.numeric[:2, 0].tolist())
    assert not len(found.mistyped)
    assert found.codes[:, 0].tolist() == [UNSEEN, -1]


def test_one_side_may_not_have_been_captured() -> None:
    assert columns(request(answered=None)).numeric[:2, 0].tolist() == [41.0, 12.5]
    assert columns(request(came=None)).numeric[2, 0] == 0.25


def test_without_a_baseline_columns_are_numbered_as_model_monitor_does() -> None:
    value = request("41,12.5,free,true", "0.25")
    for order, wanted in (
        ("first", {"_c0": 0.25, "_c1": 41.0, "_c2": 12.5, "_c3": "free", "_c4": True}),
        ("last", {"_c0": 41.0, "_c1": 12.5, "_c2": "free", "_c3": True, "_c4": 0.25}),
    ):
        topic = CaptureTopic("captures", model="new", output_columns=order)  # type: ignore[arg-type]
        rows = only(decode(value, topic=topic)).columns
        assert isinstance(rows, OpenRows)
        assert rows.rows == [wanted]


def test_a_baseline_without_roles_is_read_as_one_row() -> None:
    roleless = {"label": (Role.FEATURE, NUMBER), "a": (Role.FEATURE, WHOLE), "b": (Role.FEATURE, NUMBER)}
    found = columns(request("1,2", "0.5"), lookup=lookup_of(schema_of(roleless)))
    assert found.numeric[:, 0].tolist() == [0.5, 1.0, 2.0]
    last = CaptureTopic("captures", model="churn", version="3", output_columns="last")
    assert columns(request("1,2", "0.5"), last, lookup=lookup_of(schema_of(roleless))).numeric[:, 0].tolist() == [
        1,
        2,
        0.5,
    ]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"metadata": {"customAttributes": ["model=other,version=9"]}}, ("other", "9")),
        ({"metadata": {"customAttributes": [json.dumps({"model": "other", "version": 9})]}}, ("other", "9")),
        ({"metadata": {"customAttributes": ["{bad", 5, "testIndicator=true"]}}, ("churn", "3")),
        ({"metadata": {"endpointName": "ep", "variantName": "AllTraffic"}}, ("ep", "AllTraffic")),
        ({"endpointName": "ep"}, ("ep", "3")),
        ({}, ("churn", "3")),
    ],
)
def test_who_names_the_model(changes: dict[str, Any], named: tuple[str, str]) -> None:
    decoded = decode(request(**changes), topic=TOPIC)
    assert [(block.model, block.version) for block in decoded.blocks] == [named]


def test_headers_name_the_model() -> None:
    headers = [[("Driftline-Model", b"other"), ("driftline-version", b"8"), ("x", None)]]
    (block,) = decode(request(), topic=TOPIC, headers=headers).blocks
    assert (block.model, block.version) == ("other", "8")


REFUSED: list[tuple[str, bytes, str, str]] = [
    ("columns", request("1,2"), "column_count", "4 input and 1 output columns, as the baseline has; got 2 and 1"),
    ("rows", request("41,1,free,true\n42,2,free,true", "0.1"), "row_count", "as many rows as endpointInput (2), got 1"),
    ("no sides", request(None, None), "capture", "endpointInput or endpointOutput"),
    ("no data", request(""), "no_rows", "at least one row"),
    ("encoding", request(part("1", "XML")), "payload", "CSV, JSON or BASE64, got 'XML'"),
    ("base64", request({"data": "!!", "encoding": "BASE64"}), "payload", "BASE64"),
    ("base64 of bytes", request({"data": "/w==", "encoding": "BASE64"}), "payload", "UTF-8"),
    ("JSON", request(part("{x", "JSON")), "payload", "must be JSON"),
    ("JSON lines", request(part("[1]\n{x", "JSON")), "payload", "JSON lines"),
    ("deep JSON", request(part("[" * 100_000, "JSON")), "payload", "nested"),
    ("data", request({"data": 5, "encoding": "CSV"}), "payload", "must be a string, got a number"),
    ("quotes", request('41,"1,free,true'), "payload", "must be CSV"),
    ("captureData", json.dumps({"captureData": 5}).encode(), "capture", "must be an object, got a number"),
    ("eventMetadata", json.dumps({"captureData": {}}).encode(), "capture", "$.eventMetadata"),
    ("time", request(metadata={"inferenceTime": "2024-05-01"}), "time", "RFC 3339"),
    ("rows beyond the cap", request("1\n" * 10_001, None), "too_many_rows", "at most 10000 rows, got 10001"),
    ("model", request(metadata={"endpointName": ["x"]}), "model", "must be a string, got an array"),
]


@pytest.mark.parametrize(
    ("value", "reason", "words"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_refused_with_what_was_expected(value: bytes, reason: str, words: str) -> None:
    (reject,) = decode(value, topic=TOPIC).rejects
    assert reject.reason == reason
    assert words in reject.message


def test_no_model_is_refused() -> None:
    (reject,) = decode(request(), topic=CaptureTopic("captures")).rejects
    assert reject.reason == "no_model"


def test_a_bad_row_is_refused_alone() -> None:
    decoded = decode(request("41,1,free,true\n42\n43,3,free,true", "0.1\n0.2\n0.3"), topic=TOPIC)
    assert [(reject.offset, reject.index, reject.reason) for reject in decoded.rejects] == [(100, 1, "column_count")]
    (block,) = decoded.blocks
    assert block.index.tolist() == [0, 2]
    assert block.columns.first.tolist() == [True, False]


def test_nan_in_a_payload_is_missing_and_counted() -> None:
    decoded = decode(request(part('[NaN, 1, "free", true]', "JSON"), [0.5]), topic=TOPIC)
    assert math.isnan(only(decoded).columns.numeric[0, 0])
    assert decoded.nonstandard == 1


def test_a_topic_of_all_formats() -> None:
    flat = {"model": "churn", "version": 3, "time": TIME, "age": 41}
    native = {"model": "churn", "version": 3, "time": TIME, "features": {"age": 42}}
    decoder = CaptureDecoder(CaptureTopic("captures", model="churn", version="3"), lookup_of(schema_of(CHURN)))
    for _ in range(2):
        values = [request(), json.dumps(flat).encode(), json.dumps(native).encode()]
        block = only(decoder.decode(batch_of(*values)))
        assert block.columns.numeric[0].tolist() == [41.0, 41.0, 42.0]


def test_kinds_are_taken_from_the_baseline() -> None:
    texts = {"code": (Role.FEATURE, Kind.STRING)}
    found = columns(request("0012", None), lookup=lookup_of(schema_of(texts)))
    assert found.codes[0, 0] == UNSEEN
