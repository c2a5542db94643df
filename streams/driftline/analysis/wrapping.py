"""Rows in an envelope that the capture decoder knows."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

_CSV: Final = ("text/csv", "CSV")
_JSON: Final = ("application/json", "JSON")


def csv_capture(rows: Sequence[Sequence[str]]) -> bytes:
    """A request of these rows as CSV, in data capture's form and without a time of its own."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return _request(text.getvalue(), *_CSV)


def json_capture(line: bytes) -> bytes:
    """A request of one JSON document, in the same form: its numbers keep their spelling."""
    return _request(line.decode("utf-8", "surrogateescape"), *_JSON) if _is_text(line) else line


def named_capture(values: Mapping[str, object], time: str | None = None) -> bytes:
    """Driftline's own capture of a row; ``time`` is the column whose value is the event time."""
    capture: dict[str, object] = {"features": values}
    if time is not None:
        told = values.get(time)
        capture["time"] = int(told) if isinstance(told, float) and told.is_integer() else told
    return msgspec.json.encode(capture)


def own_capture(line: bytes) -> bytes:
    """Driftline's own capture of a line that is a JSON object of features, unless it is a capture already."""
    return b'{"features":' + line + b"}"


def _is_text(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _request(data: str, content_type: str, encoding: str) -> bytes:
    side = {"observedContentType": content_type, "mode": "INPUT", "data": data, "encoding": encoding}
    document = {"captureData": {"endpointInput": side}, "eventMetadata": {}, "eventVersion": "0"}
    return msgspec.json.encode(document)
