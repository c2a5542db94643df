"""SageMaker data capture: one request a record, of one or many rows, input and output as CSV, JSON or BASE64 of either.

Also what Model Monitor itself makes of captures: records of batch transform (`batchTransformOutput`), and records merged with
their ground truth (`groundTruthData`), whose label goes to the baseline's label column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from driftline.baseline.model import Role
from driftline.contracts import envelope
from driftline.contracts.batch_rows import without_inference_id
from driftline.contracts.document import type_name
from driftline.contracts.events import BadRow, Event, RecordContext
from driftline.contracts.formats.reading import check_names, record_time
from driftline.contracts.formats.sagemaker_names import named_by
from driftline.contracts.made import whole_row
from driftline.contracts.payload import Payload, Row, read_payload
from driftline.contracts.placed import Placed, placed_row
from driftline.contracts.positions import positional_names
from driftline.contracts.reasons import Reason
from driftline.contracts.schema import Schema
from driftline.contracts.shapes import SAGEMAKER_LABEL, SAGEMAKER_MARK
from driftline.errors import ContractError

_EMPTY = Payload([], text=False)
VERSION = "0"
"""The eventVersion that Model Monitor has ever written; others are read alike, and counted."""


def read(document: Mapping[str, object], context: RecordContext) -> list[Event | BadRow]:
    """The rows of one request; ContractError when it cannot be used as a whole.

    Of several rows each has the request's id with "#" and its place, so that they are not each other's duplicates. Where one
    side is CSV, strings of the other are read as cells of CSV.
    """
    request = _request(document, context)
    metadata = _object(document, "eventMetadata", "$")
    if document.get("eventVersion", VERSION) != VERSION:
        context.count("other_event_version")
    model, version = named_by(document, metadata, context)
    time_ms = record_time(metadata, ("inferenceTime",), context)
    rows = request.count(context)
    identity = metadata.get("inferenceId") or metadata.get("eventId")
    event_id = envelope.event_id(identity, context.topic.limits, context.count)
    schema = context.lookup(model, version)
    found: list[Event | BadRow] = []
    first = True
    for place in range(rows):
        index = context.next_index()
        try:
            row = request.row(place, schema, context)
        except ContractError as error:
            found.append(BadRow(index, error))
            continue
        own = event_id if rows == 1 or event_id is None else f"{event_id}#{place}"
        event = Event(
            context.offset, index, model, version, time_ms, row.values, text=request.text, id=own, first=first
        )
        event.width, event.folded, event.cells, event.stranger = row.width, row.folded, row.cells, row.stranger
        found.append(event)
        first = False
    return found


@dataclass(frozen=True, slots=True)
class _Request:
    """The sides of a request, and its labels if it has been merged with them."""

    inputs: Payload
    outputs: Payload
    labels: Payload

    @property
    def text(self) -> bool:
        """Whether strings are cells of CSV."""
        return self.inputs.text or self.outputs.text

    def count(self, context: RecordContext) -> int:
        """Rows of the request; ContractError if the sides do not agree on it."""
        came, answered, labels = (len(side.rows) for side in (self.inputs, self.outputs, self.labels))
        rows = came or answered
        if answered not in {0, rows} and not self._is_one_line(came):
            message = f"must have as many rows as endpointInput ({came}), got {answered}"
            raise ContractError(message, "$.captureData.endpointOutput", Reason.ROW_COUNT)
        if labels not in {0, rows}:
            message = f"must have as many rows as captureData ({rows}), got {labels}"
            raise ContractError(message, f"$.{SAGEMAKER_LABEL}", Reason.ROW_COUNT)
        if not rows:
            raise ContractError("must hold endpointInput or endpointOutput", "$.captureData", Reason.CAPTURE)
        if context.index + rows > context.topic.limits.rows:
            message = f"must hold at most {context.topic.limits.rows} rows, got {rows}"
            raise ContractError(message, "$.captureData", Reason.TOO_MANY_ROWS)
        return rows

    def _is_one_line(self, came: int) -> bool:
        """Whether the answers of several rows stand in one line, as XGBoost's container writes them."""
        answers = self.outputs.rows
        return len(answers) == 1 and isinstance(answers[0], list) and len(answers[0]) == came

    def row(self, place: int, schema: Schema | None, context: RecordContext) -> Placed:
        """The row at a place, named; ContractError if that cannot be done."""
        came: Row = self.inputs.rows[place] if self.inputs.rows else []
        if schema is not None and schema.monitor is not None:
            row = placed_row(came, self._answer(place), schema, context.topic.output_columns)
        elif self.inputs.made:
            row = Placed(whole_row(came, schema, context.topic.output_columns))
        else:
            row = Placed(_named(came, self._answer(place), schema, context))
        check_names(row.values, "$.captureData")
        return row if schema is None else self._labelled(row, place, schema)

    def _answer(self, place: int) -> Row:
        answers = self.outputs.rows
        if len(answers) == 1 and place < len(self.inputs.rows) > 1 and isinstance(answers[0], list):
            return [answers[0][place]]
        return answers[place] if answers else []

    def _labelled(self, row: Placed, place: int, schema: Schema) -> Placed:
        """The row with its label, if the baseline has a column for it."""
        names = schema.with_role(Role.LABEL)
        if not self.labels.rows or not names:
            return row
        label = self.labels.rows[place]
        values = label if isinstance(label, dict) else dict(zip(names, label, strict=False))
        known = {name: value for name, value in values.items() if name in names}
        return replace(row, values={**row.values, **known})


def _request(document: Mapping[str, object], context: RecordContext) -> _Request:
    """The payloads of a record; ContractError if one cannot be read."""
    if SAGEMAKER_MARK not in document and SAGEMAKER_LABEL in document:
        raise ContractError("must be a capture, got ground truth: it belongs on the labels topic", "$", Reason.CAPTURE)
    capture = _object(document, SAGEMAKER_MARK, "$")
    inputs = _side(capture, "endpointInput", "$.captureData", context)
    outputs = _side(capture, "endpointOutput", "$.captureData", context)
    if capture.get("batchTransformOutput") is not None:
        whole = _side(capture, "batchTransformOutput", "$.captureData", context)
        parts = [without_inference_id(row) for row in whole.rows]
        outputs = Payload([part.answer for part in parts], whole.text)
        if not inputs.rows and any(part.came for part in parts):
            inputs = Payload([part.came for part in parts], whole.text)
    return _Request(inputs, outputs, _side(document, SAGEMAKER_LABEL, "$", context))


def _object(document: Mapping[str, object], key: str, path: str) -> Mapping[str, object]:
    value = document.get(key)
    if not isinstance(value, Mapping):
        raise ContractError(f"must be an object, got {type_name(value)}", f"{path}.{key}", Reason.CAPTURE)
    return value


def _side(parent: Mapping[str, object], key: str, path: str, context: RecordContext) -> Payload:
    """One side of the request; nothing when it was not captured."""
    if parent.get(key) is None:
        return _EMPTY
    payload = read_payload(_object(parent, key, path), f"{path}.{key}")
    context.nonstandard |= payload.nonstandard
    if not payload.rows:
        raise ContractError("must hold at least one row, got none", f"{path}.{key}", Reason.NO_ROWS)
    return payload


def _named(came: Row, answered: Row, schema: Schema | None, context: RecordContext) -> dict[str, object]:
    """A row by the roles of the baseline's columns."""
    positional = [len(row) if isinstance(row, list) else 0 for row in (came, answered)]
    names = positional_names(schema, positional[0], positional[1], context.topic.output_columns)
    values = _cells(answered, names[1])
    if isinstance(answered, dict):
        columns = schema.predictions if schema else ()
        values = {key if key in columns else f"prediction.{key}": value for key, value in values.items()}
    return values | _cells(came, names[0])


def _cells(row: Row, names: list[str]) -> dict[str, object]:
    """Values by name, without those that have none."""
    if isinstance(row, dict):
        return dict(row)
    return {name: value for name, value in zip(names, row, strict=True) if name}
