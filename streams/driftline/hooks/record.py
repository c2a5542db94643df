"""The ``inference_record`` that ``preprocess_handler`` is given: a capture as an object, with Model Monitor's attributes.

Source: the class structure in the developer guide, "Preprocessing and Postprocessing". A part that a capture lacks is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SIDES = {
    "endpoint_input": "endpointInput",
    "endpoint_output": "endpointOutput",
    "batch_transform_output": "batchTransformOutput",
}
"""Attributes of a record by the key of ``captureData`` that they stand for."""


class EventMetadata:
    """``eventMetadata``: ``event_id``, ``event_time`` (inferenceTime, as it is written), ``custom_attribute`` (a list)."""

    def __init__(self, metadata: Mapping[str, Any]) -> None:
        """What is not there is None."""
        self.event_id = metadata.get("eventId")
        self.event_time = metadata.get("inferenceTime")
        self.custom_attribute = metadata.get("customAttributes")
        self.inference_id = metadata.get("inferenceId")


class EventData:
    """One side of a request, or its label: ``data`` is text as it was captured, ``encoding`` CSV, JSON or BASE64."""

    def __init__(self, part: Mapping[str, Any]) -> None:
        """What is not there is None."""
        self.encoding = part.get("encoding")
        self.data = part.get("data")
        self.observedContentType = part.get("observedContentType")
        self.mode = part.get("mode")

    def as_dict(self) -> dict[str, Any]:
        """As it stands in a capture, with what a script has changed; ``mode`` is left out, as there."""
        return {"encoding": self.encoding, "data": self.data, "observedContentType": self.observedContentType}


class CapturedData:
    """One capture. ``as_dict`` is the capture again, with what a script has changed."""

    endpoint_input: EventData | None
    endpoint_output: EventData | None
    batch_transform_output: EventData | None

    def __init__(self, event_dict: dict[str, Any]) -> None:
        """``event_dict`` is the JSON object of the capture; parts that are no objects count as missing."""
        self.event_dict = event_dict
        metadata = event_dict.get("eventMetadata")
        self.event_metadata = EventMetadata(metadata) if isinstance(metadata, dict) else None
        self.event_version = event_dict.get("eventVersion")
        self.event_data = event_dict.get("captureData")
        for attribute, key in SIDES.items():
            setattr(self, attribute, _part(self.event_data, key))
        self.ground_truth = _part(event_dict, "groundTruthData")

    def as_dict(self) -> dict[str, Any]:
        """The capture with its sides as they are now."""
        if isinstance(self.event_data, dict):
            for attribute, key in SIDES.items():
                side = getattr(self, attribute)
                if key in self.event_data and side is not None:
                    self.event_data[key] = side.as_dict()
        return self.event_dict

    def __str__(self) -> str:
        return str(self.as_dict())


def _part(of: object, key: str) -> EventData | None:
    part = of.get(key) if isinstance(of, dict) else None
    return EventData(part) if isinstance(part, dict) else None
