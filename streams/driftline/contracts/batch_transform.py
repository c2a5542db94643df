"""Files of a batch transform to captures: what was asked and what was answered, put together row by row.

An output file has a row for each of its input file, in their order; both are CSV, or both JSON lines. Pure: lines in, records
out; opening files, and following the manifests that name them, is the caller's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final, Literal

import msgspec

from driftline.contracts.batch_rows import ID, OUTPUT, TIME, line_without_inference_id
from driftline.contracts.document import parse_any, read_document
from driftline.contracts.reasons import Reason
from driftline.errors import ContractError

Encoding = Literal["CSV", "JSON"]
_MEDIA: Final = {"CSV": "text/csv", "JSON": "application/jsonlines"}
_LONGEST: Final = 10_000
"""Lines that one quoted cell may run over. Chosen, because a quote that is never closed must not take in the whole file."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """A row of the output: texts of answer and, where it was joined to it, of input; "" for what is not there."""

    text: str
    came: str = ""
    id: str = ""
    time: str = ""


def batch_captures(
    outputs: Iterable[str], inputs: Iterable[str] | None, encoding: Encoding, name: str
) -> Iterator[bytes]:
    """One capture for each row of an output file, with what was asked: the row of ``inputs``, or what was joined to the output.

    Its id and its time are those that SageMaker added to the row (``GenerateInferenceId``); without, ``name#row`` and none.
    Raises ContractError ``row_count`` where one file ends before the other, ``payload`` for a line that is no JSON. 6 us a row.
    """
    rows = _rows(outputs, encoding)
    asked: Iterable[str | None] = iter(()) if inputs is None else _rows(inputs, encoding)
    for number, (answer, came) in enumerate(zip_longest(rows, asked), 1):
        if answer is None or (inputs is not None and came is None):
            fewer, more = ("output", "input") if answer is None else ("input", "output")
            message = f"must have a row for each of the {more}, the {fewer} ends before row {number}"
            raise ContractError(message, name, Reason.ROW_COUNT)
        row = _answer(answer, encoding, f"{name}:{number}")
        yield _capture(row, came or row.came, encoding, f"{name}#{number}")


def _rows(lines: Iterable[str], encoding: Encoding) -> Iterator[str]:
    """Lines that are not blank, without their ends; of CSV, lines that a quoted cell runs over together."""
    held: list[str] = []
    is_open = False
    for line in lines:
        text = line.rstrip("\r\n")
        if not held and not text.strip():
            continue
        held.append(text)
        is_open ^= encoding == "CSV" and text.count('"') % 2 == 1
        if not is_open or len(held) >= _LONGEST:
            yield "\n".join(held)
            held, is_open = [], False
    if held:
        yield "\n".join(held)


def _answer(line: str, encoding: Encoding, where: str) -> _Answer:
    if encoding == "CSV":
        text, identity, time = line_without_inference_id(line)
        return _Answer(text, "", identity, time)
    try:
        document, _ = read_document(line.encode("utf-8", "surrogatepass"), parse_any)
    except ContractError as error:
        raise ContractError(f"must be one JSON document a line: {error.message}", where, Reason.PAYLOAD) from None
    if not isinstance(document, dict) or not document.keys() & {ID, TIME, OUTPUT}:
        return _Answer(line)
    told = [str(document.pop(key, None) or "") for key in (ID, TIME)]
    if OUTPUT not in document:
        return _Answer(_json(document), "", *told)
    answer = document.pop(OUTPUT)
    return _Answer(_json(answer), _json(document) if document else "", *told)


def _capture(row: _Answer, came: str, encoding: Encoding, event_id: str) -> bytes:
    sides = {"endpointOutput": _side(row.text, "OUTPUT", encoding)}
    if came:
        sides["endpointInput"] = _side(came, "INPUT", encoding)
    metadata = {"eventId": row.id or event_id}
    metadata |= {key: value for key, value in (("inferenceId", row.id), ("inferenceTime", row.time)) if value}
    return msgspec.json.encode({"captureData": sides, "eventMetadata": metadata, "eventVersion": "0"})


def _side(data: str, mode: str, encoding: Encoding) -> dict[str, str]:
    return {"observedContentType": _MEDIA[encoding], "mode": mode, "data": data, "encoding": encoding}


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
