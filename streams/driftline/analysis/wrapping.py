"""Rows in an envelope that the capture decoder knows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

_CSV: Final = ("text/csv", "CSV")
_JSON: Final = ("application/json", "JSON")
_DIGITS: Final = re.compile(r"\d{1,19}", re.ASCII)
_NOTHING: Final[Mapping[str, object]] = {}
_PARTS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


def csv_capture(rows: Sequence[Sequence[str]], time: str | None = None) -> bytes:
    """A request of these rows as CSV, in data capture's form; without ``time`` it has none of its own."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return _request(text.getvalue(), *_CSV, {} if time is None else {"inferenceTime": _moment(time)})


def json_capture(line: bytes, time: str | None = None, *, keep: bool = True) -> bytes:
    """A request of one JSON document, in the same form: its numbers keep their spelling. What is a capture stays one.

    ``time`` is the key whose value is the event time; it stays among the values with ``keep`` alone.
    """
    if not _is_row(line):
        return line
    if time is None:
        return _request(line.decode(), *_JSON)
    parts = _PARTS.decode(line)
    told = _told_time(parts, time)
    if not keep:
        parts.pop(time, None)
    return _request(msgspec.json.encode(parts).decode(), *_JSON, {"inferenceTime": told})


def named_capture(values: Mapping[str, object], time: str | None = None, *, keep: bool = True) -> bytes:
    """Driftline's own capture of a row; ``time`` is the column whose value is the event time, and a feature with ``keep``."""
    capture: dict[str, object] = {"features": values}
    if time is not None:
        capture["time"] = _moment(values.get(time))
        if not keep:
            capture["features"] = {name: value for name, value in values.items() if name != time}
    return msgspec.json.encode(capture)


def own_capture(line: bytes, time: str | None = None, *, keep: bool = True) -> bytes:
    """Driftline's own capture of a line that is a JSON object of features; what is a capture stays one. See `named_capture`."""
    if not _is_row(line):
        return line
    if time is None:
        return b'{"features":' + line + b"}"
    parts = _PARTS.decode(line)
    told = _told_time(parts, time)
    if not keep:
        parts.pop(time, None)
    return msgspec.json.encode({"features": parts, "time": told})


def _told_time(parts: Mapping[str, msgspec.Raw], time: str) -> object:
    """The event time of a row; None, which is refused in words, where it has none."""
    return _moment(msgspec.json.decode(parts[time])) if time in parts else None


def _moment(told: object) -> object:
    """Milliseconds that are written as text or with a point are numbers; anything else is left to be judged."""
    if isinstance(told, str):
        text = told.strip()
        return int(text) if _DIGITS.fullmatch(text) else text
    return int(told) if isinstance(told, float) and told.is_integer() else told


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


def _request(data: str, content_type: str, encoding: str, metadata: Mapping[str, object] = _NOTHING) -> bytes:
    side = {"observedContentType": content_type, "mode": "INPUT", "data": data, "encoding": encoding}
    document = {"captureData": {"endpointInput": side}, "eventMetadata": metadata, "eventVersion": "0"}
    return msgspec.json.encode(document)
