"""The payloads of a SageMaker capture: text of CSV, JSON or BASE64 to rows of cells, positional or by name.

One request may hold many rows: CSV lines, JSON lines, a JSON array of rows, `{"instances": [...]}` or `{"predictions": [...]}`.
What text is in BASE64 is told by how it begins, its charset by the content type that was observed.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from driftline.contracts.document import parse_any, read_document, type_name
from driftline.contracts.flatten import flat_array, flat_object
from driftline.contracts.reasons import Reason
from driftline.contracts.texts import text_of_base64
from driftline.errors import ContractError

Row = list[object] | dict[str, object]
WRAPPERS = ("instances", "predictions", "inputs", "outputs")
"""Keys of an object that only wraps a list of rows."""
ROW_WRAPPERS = ("features", "data", "values")
"""Keys of an object that only wraps the values of one row."""
BOM = "\ufeff"
MADE = "ROWS"
"""The encoding of rows that a script of the user's has made of a request: JSON lines whose strings are cells of CSV."""
_LINES = re.compile(r"\r\n|\n|\r")


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
    """The rows of `{"data": ..., "encoding": ...}`; ContractError ``payload`` with what was expected."""
    data, encoding = part.get("data"), part.get("encoding")
    if not isinstance(data, str):
        raise _fault(f"must be a string, got {type_name(data)}", f"{path}.data")
    if encoding == "BASE64":
        return _guess(text_of_base64(data, part.get("observedContentType"), f"{path}.data"), path)
    if encoding == "CSV":
        return _csv(data.removeprefix(BOM), path)
    if encoding == "JSON":
        return _json(data.removeprefix(BOM), path)
    if encoding == MADE:
        return _made(data, path)
    shown = repr(encoding[:20]) if isinstance(encoding, str) else type_name(encoding)
    raise _fault(f"must be CSV, JSON or BASE64, got {shown}", f"{path}.encoding")


def _made(data: str, path: str) -> Payload:
    """JSON lines, each an object or an array."""
    rows: list[Row] = []
    for line in filter(None, data.split("\n")):
        row, _ = _read(line)
        if isinstance(row, dict):
            rows.append(flat_object(row, f"{path}.data"))
        elif isinstance(row, list):
            rows.append(flat_array(row, f"{path}.data"))
        else:
            raise _fault(f"must hold objects or arrays, one a line, got {type_name(row)}", f"{path}.data")
    return Payload(rows, text=True, made=True)


def is_plain_names(names: Collection[str]) -> bool:
    """Whether an object of these names cannot be taken for one that wraps rows."""
    return set(names).isdisjoint((*WRAPPERS, *ROW_WRAPPERS))


def _guess(text: str, path: str) -> Payload:
    """CSV never begins with a brace or a bracket, JSON for us always does."""
    return _json(text, path) if text.lstrip()[:1] in {"{", "["} else _csv(text, path)


def _csv(text: str, path: str) -> Payload:
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True)) if '"' in text else csv_rows(text)
    except csv.Error as error:
        raise _fault(f"must be CSV: {error}", f"{path}.data") from None
    return Payload([[*row] for row in rows if len(row) > 1 or (row and row[0].strip())], text=True)


def csv_rows(text: str) -> list[list[str]]:
    """The cells of lines without quotes; the last line may be one without an end."""
    return [line.split(",") for line in _LINES.split(text)]


def _json(text: str, path: str) -> Payload:
    documents, nonstandard = _documents(text, path)
    if len(documents) == 1:
        documents = _rows_in(documents[0])
    return Payload([_row(document, f"{path}.data") for document in documents], text=False, nonstandard=nonstandard)


def _documents(text: str, path: str) -> tuple[list[object], bool]:
    """The one document of a text, or one a line."""
    try:
        document, nonstandard = _read(text)
    except ContractError as error:
        lines = [line for line in _LINES.split(text) if line.strip()]
        if len(lines) < 2:  # noqa: PLR2004 - JSON lines are several
            raise _fault(f"must be JSON: {error.message}", f"{path}.data") from None
        try:
            read = [_read(line) for line in lines]
        except ContractError as second:
            raise _fault(f"must be JSON or JSON lines: {second.message}", f"{path}.data") from None
        return [document for document, _ in read], any(odd for _, odd in read)
    return [document], nonstandard


def _read(text: str) -> tuple[object, bool]:
    """One document; one that was escaped once too often is read again."""
    document, nonstandard = read_document(text.encode("utf-8", "surrogatepass"), parse_any)
    if isinstance(document, str) and document.lstrip()[:1] in {"{", "["}:
        document, again = read_document(document.encode("utf-8", "surrogatepass"), parse_any)
        return document, nonstandard or again
    return document, nonstandard


def _rows_in(document: object) -> list[object]:
    """The rows in a document: of a wrapper, of an array of rows, or the document as the one row."""
    if isinstance(document, dict):
        wrapped = [key for key in WRAPPERS if isinstance(document.get(key), list)]
        if len(wrapped) == 1:
            return list(document[wrapped[0]])
        inner = _inside(document)
        return _rows_in(inner) if inner is not document else [document]
    if isinstance(document, list) and document and all(isinstance(each, list | dict) for each in document):
        return document
    return [document]


def _inside(document: dict[str, object]) -> object:
    """What an object wraps that has nothing but one key of a wrapper, or several around each other; else the object itself."""
    inner: object = document
    while isinstance(inner, dict) and len(inner) == 1 and next(iter(inner)) in ROW_WRAPPERS:
        within = next(iter(inner.values()))
        if not isinstance(within, list | dict):
            break
        inner = within
    return inner


def _row(document: object, path: str) -> Row:
    if isinstance(document, dict):
        inner = _inside(document)
        return flat_object(document, path) if inner is document else _row(inner, path)
    if isinstance(document, list):
        return flat_array(document, path)
    if document is None or isinstance(document, bool | int | float | str):
        return [document]
    raise _fault(f"must hold rows, got {type_name(document)}", path)


def _fault(message: str, path: str) -> ContractError:
    return ContractError(message, path, Reason.PAYLOAD)
