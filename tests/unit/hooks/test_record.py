"""The object that scripts see."""

from __future__ import annotations

from driftline.hooks.record import CapturedData
from support.hooked import request


def test_every_attribute_of_the_contract() -> None:
    whole = request(customAttributes=["trace=1"], inferenceId="17")
    whole["groundTruthData"] = {"data": "1", "encoding": "CSV"}
    whole["captureData"]["batchTransformOutput"] = {"data": "0.3", "encoding": "CSV"}
    record = CapturedData(whole)
    side = record.endpoint_input
    assert side is not None
    assert (side.data, side.encoding, side.observedContentType, side.mode) == (
        "41,12.5,free,true",
        "CSV",
        "text/csv",
        "INPUT",
    )
    assert record.endpoint_output is not None
    assert record.endpoint_output.data == "0.25\n"
    assert record.batch_transform_output is not None
    assert record.batch_transform_output.data == "0.3"
    assert record.ground_truth is not None
    assert record.ground_truth.data == "1"
    metadata = record.event_metadata
    assert metadata is not None
    assert (metadata.event_id, metadata.event_time) == ("e-1", "2026-05-01T12:00:00Z")
    assert metadata.custom_attribute == ["trace=1"]
    assert record.event_version == "0"
    assert record.as_dict()["captureData"]["endpointOutput"]["data"] == "0.25\n"
    assert "endpointInput" in str(record)


def test_what_a_capture_lacks_is_none() -> None:
    record = CapturedData({"captureData": {"endpointInput": None, "endpointOutput": 5}})
    assert record.endpoint_input is None
    assert record.endpoint_output is None
    assert record.batch_transform_output is None
    assert record.ground_truth is None
    assert record.event_metadata is None
    assert record.as_dict() == {"captureData": {"endpointInput": None, "endpointOutput": 5}}
