"""Joining: captures and their ground truth to rows that have both, by the id of the inference.

The key of a capture is its ``inferenceId``, or its ``eventId`` where it has none; ground truth always calls it ``eventId``.
Merged records (Model Monitor's own, which carry ``groundTruthData`` beside ``captureData``) are rows already. A request of
several rows needs a truth of as many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from driftline.contracts.document import parse_any, read_document, type_name
from driftline.contracts.payload import read_payload
from driftline.contracts.times import event_time
from driftline.errors import ContractError

Row = Sequence[object] | Mapping[str, object]
Document = Mapping[str, object]
Belongs = Callable[[Document], bool]
"""Whether a capture is of the model that is asked about; ContractError when it does not tell."""
_NOTHING: Final[tuple[Row, ...]] = ()
EXAMPLES: Final = 5
"""Refusals that are told in full; chosen: enough to see a pattern."""


@dataclass(frozen=True, slots=True)
class MergedRow:
    """One row: what came, what was answered, what was true. Of a table all three are the whole row."""

    inputs: Row
    outputs: Row
    truth: Row


@dataclass(frozen=True, slots=True)
class Request:
    """The rows of one capture, ground truth or merged record; ``time_ms`` is the inference's, None where it is not told."""

    key: str | None
    time_ms: int | None
    inputs: Sequence[Row]
    outputs: Sequence[Row]
    truth: Sequence[Row]


@dataclass
class Joiner:
    """Takes in records in any order, and yields rows once their truth is known. Memory: what waits for its other half."""

    start_ms: int | None = None
    end_ms: int | None = None
    rows: list[MergedRow] = field(default_factory=list)
    outside: int = 0
    """Captures whose time is not in the range."""
    others: int = 0
    """Captures of other models."""
    refused: int = 0
    """Records that could not be used."""
    repeated: int = 0
    """Records with the id of one that still waits: the first counts."""
    examples: list[str] = field(default_factory=list)
    _captures: dict[str, Request] = field(default_factory=dict)
    _truths: dict[str, Request] = field(default_factory=dict)
    _keyless: int = 0

    def add(self, record: bytes, where: str, belongs: Belongs | None = None) -> None:
        """Take in one record; of captures only those that belong. What cannot be used is counted and told, never raised."""
        try:
            document = document_of(record)
            if belongs is not None and "captureData" in document and not belongs(document):
                self.others += 1
            else:
                self._take(request_of(document))
        except ContractError as error:
            self.refuse(f"{where}: {error}")

    def refuse(self, message: str) -> None:
        """Count a record that could not be used; ``message`` says where and why."""
        self.refused += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(message)

    @property
    def unlabelled(self) -> int:
        """Captures whose ground truth has not come."""
        return len(self._captures) + self._keyless

    @property
    def unmatched(self) -> int:
        """Ground truths whose capture has not come."""
        return len(self._truths)

    def notes(self) -> Iterator[str]:
        """What was left out, in sentences."""
        if self.unlabelled:
            yield f"{self.unlabelled} captures have no ground truth"
        if self.unmatched:
            yield f"{self.unmatched} ground truths belong to no capture in the range"
        if self.outside:
            yield f"{self.outside} captures are outside of the range"
        if self.others:
            yield f"{self.others} captures are of other models"
        if self.repeated:
            yield f"{self.repeated} records repeat an id: the first counts"
        if self.refused:
            yield f"{self.refused} records were refused"
            yield from (f"  {example}" for example in self.examples)

    def _take(self, request: Request) -> None:
        if not request.inputs and not request.outputs:
            self._take_truth(request)
        elif not self._within(request.time_ms):
            self.outside += 1
        elif request.truth:
            self._merge(request, request.truth)
        elif request.key is None:
            self._keyless += 1
        elif request.key in self._truths:
            self._merge(request, self._truths.pop(request.key).truth)
        else:
            self._wait(self._captures, request.key, request)

    def _take_truth(self, request: Request) -> None:
        if request.key is None:
            raise ContractError("must name its capture by eventId, got none", "$.eventMetadata.eventId", "no_id")
        if request.key in self._captures:
            self._merge(self._captures.pop(request.key), request.truth)
        else:
            self._wait(self._truths, request.key, request)

    def _wait(self, waiting: dict[str, Request], key: str, request: Request) -> None:
        if key in waiting:
            self.repeated += 1
        else:
            waiting[key] = request

    def _within(self, time_ms: int | None) -> bool:
        if time_ms is None or (self.start_ms is None and self.end_ms is None):
            return True
        return (self.start_ms is None or time_ms >= self.start_ms) and (self.end_ms is None or time_ms < self.end_ms)

    def _merge(self, request: Request, truth: Sequence[Row]) -> None:
        count = len(request.outputs) or len(request.inputs)
        if len(truth) != count:
            message = f"must have as many rows as the capture ({count}), got {len(truth)}"
            raise ContractError(message, "$.groundTruthData", "row_count")
        inputs, outputs = request.inputs or [[]] * count, request.outputs or [[]] * count
        if len(inputs) != count:
            message = f"must have as many rows as endpointOutput ({count}), got {len(inputs)}"
            raise ContractError(message, "$.captureData.endpointInput", "row_count")
        self.rows += [MergedRow(*parts) for parts in zip(inputs, outputs, truth, strict=True)]


def document_of(record: bytes) -> Document:
    """The JSON object of a record; ContractError, with the place, when it is none."""
    document, _ = read_document(record, parse_any)
    if not isinstance(document, Mapping):
        raise ContractError(f"must be an object, got {type_name(document)}", "$", "capture")
    return document


def request_of(document: Document) -> Request:
    """The rows of one record of Model Monitor's; ContractError, with the place, when it is none."""
    capture, truth = document.get("captureData"), document.get("groundTruthData")
    if not isinstance(capture, Mapping) and not isinstance(truth, Mapping):
        raise ContractError("must hold captureData, groundTruthData or both", "$", "capture")
    metadata = document.get("eventMetadata")
    known = metadata if isinstance(metadata, Mapping) else {}
    sides = capture if isinstance(capture, Mapping) else {}
    transformed = _side(sides, "batchTransformOutput")
    key = known.get("inferenceId") or known.get("eventId") or document.get("eventId")
    time = known.get("inferenceTime")
    return Request(
        None if key is None else str(key),
        None if time is None else event_time(time),
        transformed or _side(sides, "endpointInput"),
        transformed or _side(sides, "endpointOutput"),
        _rows(truth, "$.groundTruthData") if isinstance(truth, Mapping) else _NOTHING,
    )


def _side(capture: Mapping[str, object], name: str) -> Sequence[Row]:
    part = capture.get(name)
    return _rows(part, f"$.captureData.{name}") if isinstance(part, Mapping) else _NOTHING


def _rows(part: Mapping[str, object], path: str) -> Sequence[Row]:
    return list(read_payload(part, path).rows)
