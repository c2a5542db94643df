"""Batch transform: rows of output and input put together, as files have them and as captures read them."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.contracts.batch_transform import Encoding, batch_captures
from driftline.contracts.capture import CaptureTopic, Columns
from driftline.errors import ContractError
from support.captures import TIME, decode, lookup_of, monitored, only

ONE, TWO = "1f1d57b1-2e6f-488c-8c30-db4e6d757861", "22445434-0c67-45e9-bb4d-bd1bf26561e6"
STAMP = "2024-05-01T12:00:00Z"
ASKED = "41,12.5,free,true\n42,13.5,paid,false\n"
TOPIC = CaptureTopic("captures", model="watched", version="1")
FEATURES = [
    {"age": 41, "income": 12.5, "plan": "free", "active": "true"},
    {"age": 42, "income": 13.5, "plan": "paid", "active": "false"},
]


def lines(*documents: object) -> str:
    return "".join(f"{json.dumps(document)}\n" for document in documents)


CASES: dict[str, tuple[Encoding, str, str | None]] = {
    "CSV": ("CSV", "0.25\n0.75\n", ASKED),
    "CSV with ids": ("CSV", f"0.25, {ONE},{STAMP}\r\n0.75, {TWO},{STAMP}\r\n", ASKED),
    "CSV joined": ("CSV", f"0.25,41,12.5,free,true,{ONE},{STAMP}\n0.75,42,13.5,paid,false,{TWO},{STAMP}\n", None),
    "CSV with blank lines": ("CSV", "\n0.25\n\n0.75", "41,12.5,free,true\n\n42,13.5,paid,false"),
    "JSON lines": ("JSON", lines({"score": 0.25}, {"score": 0.75}), lines(*FEATURES)),
    "JSON lines with ids": (
        "JSON",
        lines(*({"p": p, "SageMakerInferenceId": ONE, "SageMakerInferenceTime": STAMP} for p in (0.25, 0.75))),
        lines(*FEATURES),
    ),
    "JSON joined": (
        "JSON",
        lines(
            *(
                {**row, "SageMakerOutput": p, "SageMakerInferenceId": ONE, "SageMakerInferenceTime": STAMP}
                for row, p in zip(FEATURES, ([0.25], {"predictions": [0.75]}), strict=True)
            )
        ),
        None,
    ),
}


@pytest.mark.parametrize(("encoding", "outputs", "inputs"), CASES.values(), ids=CASES)
def test_rows_of_both_files_are_captures(encoding: Encoding, outputs: str, inputs: str | None) -> None:
    files = [None if text is None else io.StringIO(text, newline="") for text in (outputs, inputs)]
    assert files[0] is not None
    records = list(batch_captures(files[0], files[1], encoding, "a.csv.out"))
    block = only(decode(*records, topic=TOPIC, lookup=lookup_of(monitored()), timestamps=[TIME, TIME]))
    assert isinstance(block.columns, Columns)
    assert block.columns.numeric.tolist() == [[0.25, 0.75], [41.0, 42.0], [12.5, 13.5]]
    assert block.columns.codes[0].tolist() == [0, 1]
    assert block.time_ms.tolist() == [TIME, TIME]
    assert block.ids[0] == (ONE if ONE in outputs else "a.csv.out#1")


@pytest.mark.parametrize(
    ("outputs", "inputs", "words"),
    [
        ("1\n2\n", "1\n", "for each of the output, the input ends before row 2"),
        ("1\n", "1\n2\n", "for each of the input, the output ends before row 2"),
    ],
)
def test_files_of_unlike_length_are_refused(outputs: str, inputs: str, words: str) -> None:
    with pytest.raises(ContractError, match=words):
        list(batch_captures(outputs.splitlines(), inputs.splitlines(), "CSV", "a.csv.out"))


def test_a_line_that_is_no_json_is_named() -> None:
    with pytest.raises(ContractError, match=r"a\.out:2: must be one JSON document a line"):
        list(batch_captures(['{"p": 1}', '{"p": '], None, "JSON", "a.out"))


def test_a_quoted_cell_may_run_over_lines() -> None:
    (record,) = batch_captures(["0.5\n"], ['1,"a\n', 'b",c\n'], "CSV", "x")
    assert json.loads(record)["captureData"]["endpointInput"]["data"] == '1,"a\nb",c'


@given(st.lists(st.text("abc,1.\"'\n\r {}[]é\x85", max_size=30), max_size=5), st.sampled_from(["CSV", "JSON"]))
def test_no_text_breaks_it(texts: list[str], encoding: Encoding) -> None:
    try:
        records = list(batch_captures(io.StringIO("\n".join(texts)), None, encoding, "x"))
    except ContractError:
        return
    decoded = decode(*records, topic=TOPIC, lookup=lookup_of(monitored()), timestamps=[TIME] * len(records))
    assert sum(map(len, decoded.blocks)) + sum(reject.rows for reject in decoded.rejects) >= len(records)


MERGED_TIME = {"inferenceTime": STAMP}


def merged(label: str | None = "1", **sides: object) -> bytes:
    document: dict[str, object] = {"captureData": sides, "eventMetadata": {"eventId": "e", **MERGED_TIME}}
    if label is not None:
        document["groundTruthData"] = {"data": label, "encoding": "CSV"}
    return json.dumps({**document, "eventVersion": "0"}).encode()


@pytest.mark.parametrize(
    "record",
    [
        merged(
            endpointInput={"data": "41,12.5,free,true", "encoding": "CSV"},
            endpointOutput={"data": "0.25", "encoding": "CSV"},
        ),
        merged(batchTransformOutput={"data": f"0.25,41,12.5,free,true,{ONE},{STAMP}", "encoding": "CSV"}),
        merged(
            batchTransformOutput={
                "data": json.dumps({**FEATURES[0], "SageMakerOutput": 0.25, "SageMakerInferenceId": ONE}),
                "encoding": "JSON",
            }
        ),
        merged(
            None,
            endpointInput={"data": "41,12.5,free,true", "encoding": "CSV"},
            batchTransformOutput={"data": f"0.25, {ONE},{STAMP}", "encoding": "CSV"},
        ),
    ],
    ids=["endpoint", "batch joined", "batch JSON", "batch with input"],
)
def test_records_that_model_monitor_merged_are_captures(record: bytes) -> None:
    block = only(decode(record, topic=TOPIC, lookup=lookup_of(monitored())))
    assert isinstance(block.columns, Columns)
    assert block.columns.numeric[:, 0].tolist() == [0.25, 41.0, 12.5]


def test_a_label_for_each_row_or_none() -> None:
    sides = {"endpointInput": {"data": "41,12.5,free,true\n41,12.5,free,true", "encoding": "CSV"}}
    (reject,) = decode(merged("1", **sides), topic=TOPIC, lookup=lookup_of(monitored())).rejects
    assert reject.reason == "row_count"
    assert "as many rows as captureData (2), got 1" in reject.message
