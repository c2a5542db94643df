"""The payloads of a SageMaker capture: text of CSV, JSON or BASE64 to rows of cells, positional or by name.

One request may hold many rows: CSV lines, JSON lines, a JSON array, `{"instances": […]}` or `{"predictions": […]}`.
"""

from __future__ import annotations

import base64
import binascii
import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass

from driftline.contracts.document import parse_any, read_document, type_name
from driftline.contracts.reasons import Reason
from driftline.errors import ContractError

Row = list[object] | dict[str, object]
WRAPPERS = ("instances", "predictions", "inputs", "outputs")
"""Keys of an object that only wraps a list of rows."""
ROW_WRAPPERS = ("features", "data", "values")
"""Keys of an object that only wraps the positional values of one row."""

MADE = "ROWS"
"""The encoding of rows that a script of the user's has made of a request: JSON lines whose strings are cells of CSV."""


@dataclass(frozen=True, slots=True)
class Payload:
    """The rows of one side of a request. ``text``: the cells come from CSV; ``nonstandard``: JSON only for Python.

    ``made``: whole rows that a script of the user's has made, outputs and inputs together.
    """

    rows: list[Row]
    text: bool
    nonstandard: bool = False
    made: bool = False


def read_payload(part: Mapping[str, object], path: str) -> Payload:
    """The rows of `{"data": …, "encoding": …}`; ContractError ``payload`` with what was expected."""
    data, encoding = part.get("data"), part.get("encoding")
    if not isinstance(data, str):
        raise _fault(f"must be a string, got {type_name(data)}", f"{path}.data")
    if encoding == "BASE64":
        return _guess(_from_base64(data, path), path)
    if encoding == "CSV":
        return _csv(data, path)
    if encoding == "JSON":
        return _json(data, path)
    if encoding == MADE:
        return _made(data, path)
    shown = repr(encoding[:20]) if isinstance(encoding, str) else type_name(encoding)
    raise _fault(f"must be CSV, JSON or BASE64, got {shown}", f"{path}.encoding")


def _made(data: str, path: str) -> Payload:
    """JSON lines, each an object or an array."""
    rows: list[Row] = []
    for line in filter(None, data.split("\n")):
        row, _ = _read(line)
        if not isinstance(row, dict | list):
            raise _fault(f"must hold objects or arrays, one a line, got {type_name(row)}", f"{path}.data")
        rows.append(row)
    return Payload(rows, text=True, made=True)


def _from_base64(data: str, path: str) -> str:
    try:
        return base64.b64decode(data, validate=True).decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise _fault(f"must be BASE64 of UTF-8 text: {type(error).__name__}", f"{path}.data") from None


def _guess(text: str, path: str) -> Payload:
    """CSV never begins with a brace or a bracket, JSON for us always does."""
    return _json(text, path) if text.lstrip()[:1] in {"{", "["} else _csv(text, path)


def _csv(text: str, path: str) -> Payload:
    lines = text.splitlines()
    try:
        rows = list(csv.reader(lines, strict=True)) if '"' in text else [line.split(",") for line in lines]
    except csv.Error as error:
        raise _fault(f"must be CSV: {error}", f"{path}.data") from None
    return Payload([[*row] for row, line in zip(rows, lines, strict=False) if line.strip()], text=True)


def _json(text: str, path: str) -> Payload:
    documents, nonstandard = _documents(text, path)
    if len(documents) == 1:
        documents = _unwrapped(documents[0])
    return Payload([_row(document, path) for document in documents], text=False, nonstandard=nonstandard)


def _documents(text: str, path: str) -> tuple[list[object], bool]:
    """The one document of a text, or one a line."""
    try:
        document, nonstandard = _read(text)
    except ContractError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2:  # noqa: PLR2004 - JSON lines are several
            raise _fault(f"must be JSON: {error.message}", f"{path}.data") from None
        try:
            read = [_read(line) for line in lines]
        except ContractError as second:
            raise _fault(f"must be JSON or JSON lines: {second.message}", f"{path}.data") from None
        return [document for document, _ in read], any(odd for _, odd in read)
    return [document], nonstandard


def _read(text: str) -> tuple[object, bool]:
    return read_document(text.encode("utf-8", "surrogatepass"), parse_any)


def _unwrapped(document: object) -> list[object]:
    """The rows in a document: of a wrapper, of an array of rows, or the document as the one row."""
    if isinstance(document, dict):
        wrapped = [key for key in WRAPPERS if isinstance(document.get(key), list)]
        if len(wrapped) == 1:
            return list(document[wrapped[0]])
    if isinstance(document, list) and document and all(isinstance(each, list | dict) for each in document):
        return document
    return [document]


def _row(document: object, path: str) -> Row:
    if isinstance(document, dict):
        key = next(iter(document), None)
        inner = document.get(key) if len(document) == 1 and key in ROW_WRAPPERS else None
        return inner if isinstance(inner, list) else document
    if isinstance(document, list):
        return document
    if document is None or isinstance(document, bool | int | float | str):
        return [document]
    raise _fault(f"must hold rows, got {json.dumps(type_name(document))}", f"{path}.data")


def _fault(message: str, path: str) -> ContractError:
    return ContractError(message, path, Reason.PAYLOAD)
