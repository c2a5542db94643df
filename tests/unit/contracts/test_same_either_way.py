"""The typed path and the careful path make the same of every record, whatever the decoder has learned before."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from driftline.contracts.capture import CaptureTopic
from driftline.contracts.decoder import CaptureDecoder
from support.captures import TIME, batch_of, encoded, plain, slowly
from support.records import LOOKUP, records


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    documents=st.lists(records, min_size=1, max_size=6),
    format_name=st.sampled_from(["auto", "auto", "auto", "native", "flat"]),
    static=st.sampled_from([(None, None), ("churn", "3"), ("map", None)]),
    keys=st.sampled_from([None, [b"k"], [b"a", b"b"]]),
)
def test_typed_and_careful_path_agree(documents: list[Any], format_name: object, static: object, keys: object) -> None:
    topic = CaptureTopic("captures", format=format_name, model=static[0], version=static[1])
    values = [json.dumps(document).encode() for document in documents]
    batch = batch_of(
        *values, keys=None if keys is None else (keys * 6)[: len(values)], timestamps=[TIME + 5] * len(values)
    )
    wanted = plain(slowly(batch, topic, LOOKUP))
    decoder = CaptureDecoder(topic, LOOKUP)
    assert plain(decoder.decode(batch)) == wanted
    for _ in range(9):  # long enough for unknown names to be learned
        decoder.decode(batch)
    assert plain(decoder.decode(batch)) == wanted


@settings(max_examples=60, deadline=None)
@given(documents=st.lists(records, min_size=2, max_size=8), cut=st.integers(1, 7))
def test_batches_do_not_matter(documents: list[Any], cut: int) -> None:
    values = [json.dumps(document).encode() for document in documents]
    cut = min(cut, len(values) - 1)
    decoder = CaptureDecoder(CaptureTopic("captures"), LOOKUP)
    whole = plain(CaptureDecoder(CaptureTopic("captures"), LOOKUP).decode(batch_of(*values)))
    parts = [
        plain(decoder.decode(batch_of(*values[:cut]))),
        plain(decoder.decode(batch_of(*values[cut:], start=100 + cut))),
    ]
    assert [reject for part in parts for reject in part["rejects"]] == whole["rejects"]
    for named in {block["named"] for block in whole["blocks"]}:
        pieces = [block for part in parts for block in part["blocks"] if block["named"] == named]
        joined = [block for block in whole["blocks"] if block["named"] == named]
        for field in ("places", "times", "ids"):
            assert [each for piece in pieces for each in piece[field]] == joined[0][field]


TRICKY = [
    {"latency": -1},
    {"latency": True},
    {"id": ""},
    {"id": "x" * 129},
    {"id": 10**200},
    {"captureData": {}},
    {"captureData": None},
    {"prediction": [0.5]},
    {"prediction": {"score": 0.5}},
    {"prediction": {"other": 0.5}},
    {"segment": {"a": 1, "b": "x" * 201, "c": True, "d": None}},
    {"segment": {str(place): "v" for place in range(9)}},
    {"time": 1_700_000_000},
    {"time": 1_700_000_000.5},
    {"time": 10**19},
    {"version": 3.0},
    {"status": 200.0},
    {"features": {"age": 1, "churned": True, "customer": "c"}},
    {"features": {"age": 1, "x" * 257: 1}},
    {"features": {f"extra{place}": place for place in range(70)}},
    {"features": {"age": 1, "plan": "x" * 2000}},
]


@pytest.mark.parametrize("change", TRICKY, ids=repr)
def test_tricky_records_are_judged_alike(change: dict[str, Any]) -> None:
    topic = CaptureTopic("captures")
    batch = batch_of(*[encoded(**change)] * 10, encoded())
    wanted = plain(slowly(batch, topic, LOOKUP))
    decoder = CaptureDecoder(topic, LOOKUP)
    assert plain(decoder.decode(batch)) == wanted
    assert plain(decoder.decode(batch)) == wanted


@pytest.mark.parametrize(
    "value",
    [
        encoded().replace(b'"model"', b'"model": "other", "model"'),
        encoded().replace(b'"age"', b'"age": "old", "age"'),
        encoded().replace(b'"features"', b'"features": null, "features"'),
        encoded().replace(b'"age"', b'"\\u0061ge"'),
    ],
    ids=["model twice", "feature twice", "features twice", "escaped key"],
)
def test_of_a_key_that_comes_twice_the_last_counts(value: bytes) -> None:
    topic = CaptureTopic("captures")
    wanted = plain(CaptureDecoder(topic, LOOKUP).decode(batch_of(encoded())))
    assert plain(CaptureDecoder(topic, LOOKUP).decode(batch_of(value))) == wanted
    assert plain(slowly(batch_of(value), topic, LOOKUP)) == wanted


@pytest.mark.parametrize(
    "document", [b'{"unknown": "\xff"}', b'{"unknown": 1e400}', b'{"unknown": ' + b"1" * 5000 + b"}"]
)
def test_what_the_typed_path_skips_is_judged_alike(document: bytes) -> None:
    rest = b'"model":"churn","version":"3","time":1714564800000,"features":{"age":1},"prediction":0.5}'
    value = document[:-1] + b"," + rest
    topic = CaptureTopic("captures")
    assert plain(CaptureDecoder(topic, LOOKUP).decode(batch_of(value))) == plain(slowly(batch_of(value), topic, LOOKUP))
