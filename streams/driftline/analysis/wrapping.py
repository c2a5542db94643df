"""Rows in an envelope that the capture decoder knows."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

_CSV: Final = ("text/csv", "CSV")
_JSON: Final = ("application/json", "JSON")
_PARTS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


def csv_capture(rows: Sequence[Sequence[str]]) -> bytes:
    """A request of these rows as CSV, in data capture's form and without a time of its own."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return _request(text.getvalue(), *_CSV)


def json_capture(line: bytes) -> bytes:
    """A request of one JSON document, in the same form: its numbers keep their spelling. What is a capture stays one."""
    return _request(line.decode(), *_JSON) if _is_row(line) else line


def named_capture(values: Mapping[str, object], time: str | None = None) -> bytes:
    """Driftline's own capture of a row; ``time`` is the column whose value is the event time."""
    capture: dict[str, object] = {"features": values}
    if time is not None:
        told = values.get(time)
        capture["time"] = int(told) if isinstance(told, float) and told.is_integer() else told
    return msgspec.json.encode(capture)


def own_capture(line: bytes) -> bytes:
    """Driftline's own capture of a line that is a JSON object of features; what is a capture stays one."""
    return b'{"features":' + line + b"}" if _is_row(line) else line


def _is_row(line: bytes) -> bool:
    """Whether a line is a JSON object of values. One that is broken is left as it is, so that its fault is told as it stands."""
    try:
        parts = _PARTS.decode(line)
        line.decode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    features = parts.get("features")
    is_native = features is not None and bytes(features).lstrip()[:1] == b"{"
    return not is_native and "captureData" not in parts


def _request(data: str, content_type: str, encoding: str) -> bytes:
    side = {"observedContentType": content_type, "mode": "INPUT", "data": data, "encoding": encoding}
    document = {"captureData": {"endpointInput": side}, "eventMetadata": {}, "eventVersion": "0"}
    return msgspec.json.encode(document)
