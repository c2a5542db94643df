"""A row as bytes of the native envelope (`driftline.contracts.native`), which the decoder accepts."""

from __future__ import annotations

from typing import Any

import msgspec

from driftline.capture import limits, parts
from driftline.capture.entries import Row
from driftline.capture.features import features, prediction
from driftline.contracts.native import NativeCapture
from driftline.errors import ContractError

_ENCODE = msgspec.json.Encoder().encode


def encoded(row: Row, count: parts.Count) -> bytes:
    """The record. ContractError when it cannot be made: no names of features, no readable time, too large. 10 us and up.

    ``count`` is told of what was left out.
    """
    capture = envelope(row, count)
    try:
        value = _ENCODE(capture)
    except UnicodeEncodeError:  # half of a surrogate pair somewhere
        parts_there = {name: part for name, part in msgspec.structs.asdict(capture).items() if part is not None}
        value = _ENCODE(_whole(parts_there))
    if len(value) > limits.RECORD_BYTES:
        raise ContractError(f"must have at most {limits.RECORD_BYTES} bytes, got {len(value)}", "record")
    return value


def envelope(row: Row, count: parts.Count) -> NativeCapture:
    """The row as the wire type."""
    subject = row.subject
    return NativeCapture(
        features=features(row.features, subject, count),
        model=subject.model,
        version=subject.version or None,
        time=parts.event_ms(row.time, row.called_ms),
        id=parts.identifier(row.id, count),
        prediction=prediction(row.prediction, count),
        latency=parts.latency_seconds(row.latency, count),
        status=parts.status(row.status, count),
        error=parts.error(row.error),
        entity=parts.label(row.entity, count, limits.ID),
        segment=parts.segment(row.segment, count),
        weight=subject.weight,
    )


def _whole(value: Any) -> Any:  # noqa: ANN401 - JSON
    """The same with a question mark for what is no character."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_whole(key): _whole(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_whole(part) for part in value]
    return value
