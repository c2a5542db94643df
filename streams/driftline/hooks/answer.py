"""From what ``preprocess_handler`` returned to the capture that is read in place of the original.

| returned | means |
| --- | --- |
| a dict | one row by name; keys are sorted, as Model Monitor does, before they are taken by position |
| a list of dicts, of lists or of CSV lines | several rows |
| a list of values, or a CSV line | one row by position, predictions first |
| an empty list, dict or text | nothing: the record is left out (custom sampling) |
| the record itself | the capture, as the script has left it |

None, NaN and infinity are missing values; numpy's scalars are taken as the numbers that they are. Strings are read as
cells of CSV.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from driftline.hooks.record import CapturedData

ROWS = "ROWS"
"""The encoding of rows that a script made, as ``contracts/payload.py`` reads it: that is not to be loaded here."""

EXPECTED = "must return a dict, a list of dicts or values, a CSV line, the record, or [] to leave it out"


class AnswerError(ValueError):
    """What a handler returned cannot be used; one line that says what was expected and what came."""


def capture_of(answer: object, original: dict[str, Any]) -> bytes | None:
    """The capture to read in place of ``original``, None to leave it out. Raises AnswerError when the answer is neither."""
    if isinstance(answer, CapturedData):
        return _encoded(answer.as_dict())
    if isinstance(answer, Mapping) and isinstance(answer.get("captureData"), Mapping):
        return _encoded({str(key): value for key, value in answer.items()})
    rows = _rows(answer)
    if not rows:
        return None
    data = b"\n".join(map(_encoded, rows)).decode("utf-8")
    side = {"observedContentType": "application/jsonlines", "mode": "INPUT", "encoding": ROWS, "data": data}
    return _encoded({**original, "captureData": {"endpointInput": side}})


def _rows(answer: object) -> list[object]:
    """The rows of an answer; none when the record is to be left out."""
    if isinstance(answer, bytes):
        answer = answer.decode("utf-8")
    if isinstance(answer, str):
        return [line.split(",") if '"' not in line else _quoted(line) for line in answer.splitlines() if line.strip()]
    if isinstance(answer, Mapping):
        return [_by_name(answer)] if answer else []
    if not isinstance(answer, list | tuple):
        raise AnswerError(f"{EXPECTED}; got {_kind(answer)}")
    if any(isinstance(each, Mapping | list | tuple) for each in answer) or _are_lines(answer):
        return [row for each in answer for row in _rows(each)]
    return [list(answer)] if answer else []


def _are_lines(answer: Sequence[object]) -> bool:
    """A list of CSV lines has a comma in each; a list of values is one row."""
    return bool(answer) and all(isinstance(each, str) and "," in each for each in answer)


def _quoted(line: str) -> list[str]:
    return next(iter(csv.reader([line])))


def _by_name(row: Mapping[Any, Any]) -> dict[str, object]:
    """Keys as text, in their lexicographic order."""
    named = {str(key): value for key, value in row.items()}
    return {key: named[key] for key in sorted(named)}


def _plain(value: object) -> object:
    """What JSON has for a value that it does not know: numpy's scalars and arrays say so themselves."""
    for method in ("item", "tolist"):
        if hasattr(value, method):
            try:
                return getattr(value, method)()
            except ValueError:
                continue  # numpy: item() of an array of several
    if isinstance(value, float | int | str):
        return next(kind(value) for kind in (float, int, str) if isinstance(value, kind))
    raise AnswerError(f"values must be numbers, strings, booleans or None; got {_kind(value)}")


_encode = msgspec.json.Encoder(enc_hook=_plain).encode


def _encoded(document: object) -> bytes:
    try:
        return _encode(document)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise AnswerError(f"{EXPECTED}; got what is no JSON: {error}") from None


def _kind(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"
