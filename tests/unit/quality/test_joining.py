"""Joining: captures and ground truth, in any order, to rows; nothing is lost without being told."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.errors import ConfigError
from driftline.quality.joining import Joiner
from driftline.quality.selectors import selected, selector


def side(data: str, encoding: str = "CSV") -> dict[str, str]:
    return {"data": data, "encoding": encoding}


def capture(key: str, output: str = "1,0.9", inference_id: str | None = None, **more: object) -> bytes:
    metadata = {"eventId": key, "inferenceTime": "2026-11-21T06:00:00Z"}
    if inference_id is not None:
        metadata["inferenceId"] = inference_id
    data = {"endpointInput": side(",".join(["5"] * 3)), "endpointOutput": side(output)}
    return json.dumps({"captureData": data, "eventMetadata": metadata, "eventVersion": "0", **more}).encode()


def truth(key: str, data: str = "1") -> bytes:
    return json.dumps({"groundTruthData": side(data), "eventMetadata": {"eventId": key}, "eventVersion": "0"}).encode()


def joined(records: list[bytes], **window: int) -> Joiner:
    joiner = Joiner(**window)
    for place, record in enumerate(records):
        joiner.add(record, f"file:{place + 1}")
    return joiner


@given(
    st.permutations([*(capture(f"id{i}", f"{i},0.5") for i in range(4)), *(truth(f"id{i}", str(i)) for i in range(4))])
)
def test_the_order_of_records_does_not_matter(records: list[bytes]) -> None:
    found = joined(records)
    assert sorted(row.outputs[0] for row in found.rows) == ["0", "1", "2", "3"]
    assert all(row.outputs[0] == row.truth[0] for row in found.rows)
    assert (found.unlabelled, found.unmatched, found.refused) == (0, 0, 0)


def test_the_key_is_the_inference_id_where_there_is_one() -> None:
    found = joined([capture("event", inference_id="17"), truth("17", "0"), truth("event", "1")])
    assert [row.truth for row in found.rows] == [["0"]]
    assert found.unmatched == 1


def test_merged_records_are_rows_already() -> None:
    found = joined([capture("a", groundTruthData=side("0"))])
    assert [(row.inputs, row.outputs, row.truth) for row in found.rows] == [(["5", "5", "5"], ["1", "0.9"], ["0"])]


def test_merged_records_of_batch_transform() -> None:
    record = {
        "captureData": {"batchTransformOutput": side('{"SageMakerOutput": [0.7], "x": 3}', "JSON")},
        "groundTruthData": side("1"),
        "eventMetadata": {"eventId": "a"},
    }
    (row,) = joined([json.dumps(record).encode()]).rows
    assert selector("SageMakerOutput[0]", "").find(row.outputs) == 0.7


def test_a_request_of_several_rows_needs_as_many_truths() -> None:
    data = {"endpointInput": side("1\n2"), "endpointOutput": side("0\n1")}
    record = {"captureData": data, "eventMetadata": {"eventId": "a"}}
    whole = joined([json.dumps({**record, "groundTruthData": side("0\n1\n")}).encode()])
    assert [row.truth for row in whole.rows] == [["0"], ["1"]]
    short = joined([json.dumps({**record, "groundTruthData": side("0")}).encode()])
    assert not short.rows
    assert list(short.notes()) == [
        "1 records were refused",
        "  file:1: $.groundTruthData: must have as many rows as the capture (2), got 1",
    ]


def test_what_is_left_out_is_told() -> None:
    records = [
        capture("alone"),
        capture("alone"),
        truth("nobody"),
        b"\xff\xfe{",
        b"[1]",
        json.dumps({"x": 1}).encode(),
        json.dumps({"groundTruthData": side("1")}).encode(),
    ]
    found = joined(records)
    assert not found.rows
    assert (found.unlabelled, found.unmatched, found.repeated, found.refused) == (1, 1, 1, 4)
    notes = list(found.notes())
    assert notes[:4] == [
        "1 captures have no ground truth",
        "1 ground truths belong to no capture in the range",
        "1 records repeat an id: the first counts",
        "4 records were refused",
    ]
    assert "file:4: " in notes[4]
    assert "must hold captureData, groundTruthData or both" in notes[6]
    assert "must name its capture by eventId" in notes[7]


def test_the_range_is_of_the_inference_time() -> None:
    at = 1_795_240_800_000  # 2026-11-21T06:00:00Z
    assert len(joined([capture("a"), truth("a")], start_ms=at, end_ms=at + 1).rows) == 1
    assert joined([capture("a"), truth("a")], end_ms=at).outside == 1
    found = joined([capture("a"), truth("a")], start_ms=at + 1)
    assert (len(found.rows), found.outside, found.unmatched) == (0, 1, 1)


@pytest.mark.parametrize(
    ("text", "row", "cell"),
    [
        ("0", ["a", "b"], "a"),
        ("1", {"x": 1, "y": 2}, 2),
        ("prediction", {"prediction": 3}, 3),
        ("$.prediction", {"prediction": 3}, 3),
        ("a.b[1]", {"a": {"b": [1, 4]}}, 4),
        ("a.b", {"a.b": 5}, 5),
        ("$.a.b[1]", {"a.b[0]": 5, "a.b[1]": 8}, 8),
        ("predictions[0].label.x[0]", {"label.x[0]": 9}, 9),
        ("$['odd name']", {"odd name": 6}, 6),
        ("predictions[0].score", {"score": 7}, 7),
        ("predictions[*].score", {"score": 7}, 7),
        ("instances[0].features[2]", [1, 2, 3], 3),
        ("9", ["a"], None),
        ("absent", {"x": 1}, None),
    ],
)
def test_ways_to_a_cell(text: str, row: object, cell: object) -> None:
    assert selector(text, "--inference-attribute").find(row) == cell


@pytest.mark.parametrize("text", ["", "$", "a[", "a..b", "a[-1]"])
def test_a_way_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="--inference-attribute: expected a column's place"):
        selector(text, "--inference-attribute")


def test_a_column_that_no_row_has_is_told_with_those_there_are() -> None:
    wanted = selector("label", "--ground-truth-attribute")
    with pytest.raises(ConfigError, match="--ground-truth-attribute: no row has 'label'; the rows have x, y"):
        selected([{"x": 1, "y": None}], wanted)
    with pytest.raises(ConfigError, match="the rows have 2 columns by place, 0 to 1"):
        selected([["a", "b"]], wanted)
    assert selected([{"label": None}], wanted) == [None]
