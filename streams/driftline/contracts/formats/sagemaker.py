"""SageMaker data capture: one request a record, of one or many rows, input and output as CSV, JSON or BASE64 of either.

The model is named, first found, by customAttributes (`model=…`, `version=…`, or a JSON object of them), by the Kafka headers
`driftline-model` and `driftline-version`, by `endpointName` and `variantName`, or by the topic's settings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from driftline.contracts import envelope
from driftline.contracts.document import type_name
from driftline.contracts.events import BadRow, Event, RecordContext
from driftline.contracts.formats.reading import check_names, record_time
from driftline.contracts.made import whole_row
from driftline.contracts.payload import Payload, Row, read_payload
from driftline.contracts.positions import positional_names
from driftline.contracts.reasons import Reason
from driftline.contracts.schema import Schema
from driftline.contracts.shapes import SAGEMAKER_MARK
from driftline.errors import ContractError

Values = dict[str, object]
_EMPTY = Payload([], text=False)
HEADERS = {"driftline-model": "model", "driftline-version": "version"}
"""Kafka headers that name the model."""


def read(document: Mapping[str, object], context: RecordContext) -> list[Event | BadRow]:
    """The rows of one request; ContractError when it cannot be used as a whole.

    Of several rows each has the request's id with "#" and its place, so that they are not each other's duplicates. Where one
    side is CSV, strings of the other are read as cells of CSV.
    """
    capture = _object(document, SAGEMAKER_MARK, "$")
    metadata = _object(document, "eventMetadata", "$")
    model, version = named_by(document, metadata, context)
    time_ms = record_time(metadata, ("inferenceTime",), context)
    inputs, outputs = _side(capture, "endpointInput", context), _side(capture, "endpointOutput", context)
    rows = _row_count(inputs, outputs, context)
    identity = metadata.get("inferenceId") or metadata.get("eventId")
    event_id = envelope.event_id(identity, context.topic.limits, context.count)
    schema = context.lookup(model, version)
    text = inputs.text or outputs.text
    found: list[Event | BadRow] = []
    first = True
    for place in range(rows):
        index = context.next_index()
        try:
            values = _row_values(inputs, outputs, place, schema, context)
        except ContractError as error:
            found.append(BadRow(index, error))
            continue
        own = event_id if rows == 1 or event_id is None else f"{event_id}#{place}"
        found.append(Event(context.offset, index, model, version, time_ms, values, text=text, id=own, first=first))
        first = False
    return found


def _object(document: Mapping[str, object], key: str, path: str) -> Mapping[str, object]:
    value = document.get(key)
    if not isinstance(value, Mapping):
        raise ContractError(f"must be an object, got {type_name(value)}", f"{path}.{key}", Reason.CAPTURE)
    return value


def _side(capture: Mapping[str, object], key: str, context: RecordContext) -> Payload:
    """One side of the request; nothing when only the other was captured."""
    if capture.get(key) is None:
        return _EMPTY
    payload = read_payload(_object(capture, key, "$.captureData"), f"$.captureData.{key}")
    context.nonstandard |= payload.nonstandard
    if not payload.rows:
        raise ContractError("must hold at least one row, got none", f"$.captureData.{key}", Reason.NO_ROWS)
    return payload


def _row_count(inputs: Payload, outputs: Payload, context: RecordContext) -> int:
    came, answered = len(inputs.rows), len(outputs.rows)
    if came and answered and came != answered:
        message = f"must have as many rows as endpointInput ({came}), got {answered}"
        raise ContractError(message, "$.captureData.endpointOutput", Reason.ROW_COUNT)
    rows = came or answered
    if not rows:
        raise ContractError("must hold endpointInput or endpointOutput", "$.captureData", Reason.CAPTURE)
    if context.index + rows > context.topic.limits.rows:
        message = f"must hold at most {context.topic.limits.rows} rows, got {rows}"
        raise ContractError(message, "$.captureData", Reason.TOO_MANY_ROWS)
    return rows


def _row_values(inputs: Payload, outputs: Payload, place: int, schema: Schema | None, context: RecordContext) -> Values:
    came: Row = inputs.rows[place] if inputs.rows else []
    if inputs.made:
        values = whole_row(came, schema, context.topic.output_columns)
        check_names(values, "$.captureData")
        return values
    answered: Row = outputs.rows[place] if outputs.rows else []
    positional = [len(row) if isinstance(row, list) else 0 for row in (came, answered)]
    names = positional_names(schema, positional[0], positional[1], context.topic.output_columns)
    values = _cells(answered, names[1])
    if isinstance(answered, dict):
        columns = schema.predictions if schema else ()
        values = {key if key in columns else f"prediction.{key}": value for key, value in values.items()}
    values |= _cells(came, names[0])
    check_names(values, "$.captureData")
    return values


def _cells(row: Row, names: list[str]) -> Values:
    """Values by name, without those that have none."""
    if isinstance(row, dict):
        return dict(row)
    return {name: value for name, value in zip(names, row, strict=True) if name}


def named_by(document: Mapping[str, object], metadata: Mapping[str, object], context: RecordContext) -> tuple[str, str]:
    """Model and version of a request; ContractError ``no_model`` when nothing tells."""
    topic = context.topic
    sources = (
        _attributes(metadata.get("customAttributes")),
        _from_headers(context),
        {"model": metadata.get("endpointName"), "version": metadata.get("variantName")},
        {"model": document.get("endpointName"), "version": document.get("variantName")},
    )
    model, version = _first_given(sources, "model"), _first_given(sources, "version")
    named = envelope.model_name(model, topic.model, topic.limits)
    return named, envelope.version_name(version, topic.version, topic.limits)


def _first_given(sources: Sequence[Values], part: str) -> object:
    return next((source[part] for source in sources if source.get(part) is not None and source[part] != ""), None)


def _attributes(attributes: object) -> Values:
    """`model` and `version` among custom attributes: `key=value` (several by comma or semicolon) or a JSON object."""
    found: Values = {}
    for item in attributes if isinstance(attributes, list) else ():
        if not isinstance(item, str):
            continue
        if item.lstrip().startswith("{"):
            found |= _json_object(item)
        else:
            pairs = (pair.partition("=") for pair in item.replace(";", ",").split(","))
            found |= {key.strip(): value.strip() for key, _, value in pairs}
    return {key: found[key] for key in ("model", "version") if isinstance(found.get(key), str | int)}


def _json_object(text: str) -> Values:
    try:
        return msgspec.json.decode(text, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return {}


def _from_headers(context: RecordContext) -> Values:
    found: Values = {}
    for name, value in context.headers:
        part = HEADERS.get(name.lower())
        if part and value:
            found[part] = value.decode("utf-8", "replace")
    return found
