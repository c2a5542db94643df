"""One record of a captures topic to rows or refusals, by what docs and formats say, with json and csv of the standard library."""

from __future__ import annotations

import base64
import binascii
import csv
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from oracle.setup import Baseline, Topic
from oracle.times import BadTimeError, event_time

InForce = Callable[[str, str, int], Baseline | None]
"""The baseline of a model and version at an event time."""
MANY = 10_000


@dataclass(frozen=True)
class Record:
    """One Kafka record as it was read back."""

    topic: str
    partition: int
    offset: int
    value: bytes | None
    timestamp: int = -1


@dataclass
class Row:
    """One row of a record. ``values`` are JSON values, or cells of a CSV line where ``text``."""

    index: int
    model: str
    version: str
    time: int
    values: dict[str, object]
    prediction: object = None
    text: bool = False
    id: str | None = None
    latency: float | None = None
    status: int = 0
    error: bool = False
    first: bool = True


@dataclass
class Refusal:
    """A record (``index`` None) or a row of it that cannot be used."""

    index: int | None
    reason: str
    rows: int = 1


@dataclass
class Read:
    """What a record holds."""

    rows: list[Row] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


class UnfitError(Exception):
    """The argument is the reason code."""


def read(record: Record, topic: Topic, in_force: InForce) -> Read:
    """Everything in one record; a tombstone holds nothing."""
    if record.value is None:
        return Read()
    if len(record.value) > topic.max_record_bytes:
        return Read(refused=[Refusal(None, "too_large")])
    try:
        document = _parsed(record.value)
    except UnfitError as error:
        return Read(refused=[Refusal(None, str(error))])
    if not isinstance(document, list):
        return _element(document, None, 0, record, topic, in_force)
    if not 0 < len(document) <= MANY:
        return Read(refused=[Refusal(None, "too_many_rows" if document else "no_rows")])
    whole, index = Read(), 0
    for element in document:
        found = _element(element, index, index, record, topic, in_force)
        whole.rows += found.rows
        whole.refused += found.refused
        index += max(1, len(found.rows) + sum(refusal.index is not None for refusal in found.refused))
    return whole


def _parsed(value: bytes) -> object:
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        raise UnfitError("not_utf8") from None
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise UnfitError("not_json") from None


def _element(document: object, place: int | None, index: int, record: Record, topic: Topic, in_force: InForce) -> Read:
    try:
        return _by_format(document, index, record, topic, in_force)
    except (UnfitError, BadTimeError) as error:
        return Read(refused=[Refusal(place, str(error))])


def _by_format(document: object, index: int, record: Record, topic: Topic, in_force: InForce) -> Read:
    if not isinstance(document, dict):
        raise UnfitError("not_object")
    kind = topic.format
    if kind == "auto":
        kind = "sagemaker" if "captureData" in document else "native" if "features" in document else "flat"
    if kind == "sagemaker":
        return _sagemaker(document, index, record, topic, in_force)
    return Read([_single(document, kind, index, record, topic, in_force)])


# -- native and flat ------------------------------------------------------------------------------------------------

ENVELOPE = (
    "id",
    "event_id",
    "time",
    "model",
    "version",
    "prediction",
    "latency",
    "status",
    "error",
    "entity",
    "segment",
)


def _single(document: dict[str, Any], kind: str, index: int, record: Record, topic: Topic, in_force: InForce) -> Row:
    model = _name(document.get("model"), topic.model, "model")
    version = _name(document.get("version"), topic.version or "", "version")
    if kind == "native":
        values = document.get("features")
        if not isinstance(values, dict):
            raise UnfitError("features")
    else:
        values = _flat_values(document, in_force(model, version, _time(document, "time", record)))
    if "" in values:
        raise UnfitError("empty_name")
    status = _status(document.get("status"))
    return Row(
        index,
        model,
        version,
        _time(document, "time", record),
        values,
        document.get("prediction"),
        id=_text(document.get("id")) or _text(document.get("event_id")),
        latency=_latency(document.get("latency")),
        status=status,
        error=(isinstance(document.get("error"), bool | str) and bool(document["error"])) or status == 3,
    )


def _flat_values(document: dict[str, Any], baseline: Baseline | None) -> dict[str, Any]:
    """Single values, and whatever the baseline knows; the envelope's keys and what is no feature anyway left out."""
    known = [column.name for column in baseline.columns] if baseline else []
    aside = [*ENVELOPE, "label", "variant", "weight", "captureData", "features"]
    if baseline:
        aside += baseline.with_role("time", "id", "entity", "segment")
    return {k: v for k, v in document.items() if k not in aside and (k in known or not isinstance(v, list | dict))}


def _name(value: object, default: str | None, part: str) -> str:
    if value is None or value == "":
        value = default
    if value is None:
        raise UnfitError("no_model")
    if part == "version" and isinstance(value, int | float) and not isinstance(value, bool):
        value = repr(value)
    if not isinstance(value, str) or len(value) > 200 or any(ord(sign) < 32 or ord(sign) == 127 for sign in value):
        raise UnfitError(part)
    return value


def _time(holder: Mapping[str, Any], key: str, record: Record) -> int:
    if key in holder:
        return event_time(holder[key])
    if record.timestamp < 0:
        raise UnfitError("no_time")
    return record.timestamp


def _text(value: object) -> str | None:
    if value is None or value == "" or isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value)


def _latency(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        return None
    return float(value)


def _status(value: object) -> int:
    """0 none, 1 ok, 2 client error, 3 server error, 4 other; HTTP codes only."""
    if value is None or isinstance(value, bool):
        return 0
    code = int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdigit()) else 999
    return 1 if 100 <= code < 400 else 2 if 400 <= code < 500 else 3 if 500 <= code < 600 else 4


# -- SageMaker ------------------------------------------------------------------------------------------------------


def _sagemaker(document: dict[str, Any], index: int, record: Record, topic: Topic, in_force: InForce) -> Read:
    capture, metadata = (_object(document, key) for key in ("captureData", "eventMetadata"))
    model, version = _endpoint(document, metadata, topic)
    time = _time(metadata, "inferenceTime", record)
    came, answered = _side(capture, "endpointInput"), _side(capture, "endpointOutput")
    if came and answered and len(came[0]) != len(answered[0]):
        raise UnfitError("row_count")
    whole = came or answered
    if whole is None:
        raise UnfitError("capture")
    identity = _text(metadata.get("inferenceId") or metadata.get("eventId"))
    rows = len(whole[0])
    text = any(side[1] for side in (came, answered) if side)
    found = Read()
    for place in range(rows):
        sides = [side[0][place] if side else [] for side in (came, answered)]
        try:
            values = _named(sides[0], sides[1], in_force(model, version, time))
        except UnfitError as error:
            found.refused.append(Refusal(index + place, str(error)))
            continue
        own = identity if rows == 1 or identity is None else f"{identity}#{place}"
        found.rows.append(Row(index + place, model, version, time, values, None, text, own, first=not found.rows))
    return found


def _object(document: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = document.get(key)
    if not isinstance(value, dict):
        raise UnfitError("capture")
    return value


def _endpoint(document: dict[str, Any], metadata: dict[str, Any], topic: Topic) -> tuple[str, str]:
    stated: dict[str, object] = {}
    for item in metadata.get("customAttributes") or []:
        stated |= dict(pair.split("=", 1) for pair in item.replace(";", ",").split(",") if "=" in pair)
    model = stated.get("model") or metadata.get("endpointName") or document.get("endpointName")
    version = stated.get("version") or metadata.get("variantName") or document.get("variantName")
    return _name(model, topic.model, "model"), _name(version, topic.version or "", "version")


def _side(capture: dict[str, Any], key: str) -> tuple[list[Any], bool] | None:
    """The rows of one side, and whether they are CSV; None where only the other was captured."""
    if capture.get(key) is None:
        return None
    part = _object(capture, key)
    data, encoding = part.get("data"), part.get("encoding")
    if not isinstance(data, str) or encoding not in {"CSV", "JSON", "BASE64"}:
        raise UnfitError("payload")
    if encoding == "BASE64":
        try:
            data = base64.b64decode(data, validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            raise UnfitError("payload") from None
        encoding = "JSON" if data.lstrip()[:1] in {"{", "["} else "CSV"
    rows = _csv_rows(data) if encoding == "CSV" else _json_rows(data)
    if not rows:
        raise UnfitError("no_rows")
    return rows, encoding == "CSV"


def _csv_rows(data: str) -> list[Any]:
    return [row for row in csv.reader(data.splitlines()) if len(row) > 1 or (row and row[0].strip())]


def _json_rows(data: str) -> list[Any]:
    try:
        documents = [json.loads(data)]
    except json.JSONDecodeError:
        try:
            documents = [json.loads(line) for line in data.splitlines() if line.strip()]
        except json.JSONDecodeError:
            raise UnfitError("payload") from None
        if len(documents) < 2:
            raise UnfitError("payload") from None
    if len(documents) == 1:
        documents = _unwrapped(documents[0])
    rows = []
    for document in documents:
        inner = document
        if isinstance(document, dict) and len(document) == 1:
            held = document.get("features", document.get("data", document.get("values")))
            inner = held if isinstance(held, list) else document
        rows.append(inner if isinstance(inner, list | dict) else [inner])
    return rows


def _unwrapped(document: object) -> list[Any]:
    if isinstance(document, dict):
        lists = [
            document[key]
            for key in ("instances", "predictions", "inputs", "outputs")
            if isinstance(document.get(key), list)
        ]
        return lists[0] if len(lists) == 1 else [document]
    if isinstance(document, list) and document and all(isinstance(each, list | dict) for each in document):
        return document
    return [document]


def _named(came: Any, answered: Any, baseline: Baseline | None) -> dict[str, object]:  # noqa: ANN401 - as it was parsed
    """Values by column name: positions by the baseline's features and predictions, in its order."""
    inputs, outputs = ([] if isinstance(side, dict) else side for side in (came, answered))
    if baseline is None:
        names = [f"_c{place}" for place in range(len(outputs) + len(inputs))]
        output_names, input_names = names[: len(outputs)], names[len(outputs) :]
    else:
        input_names, output_names = baseline.with_role("feature"), baseline.with_role("prediction")
        known = [column.name for column in baseline.columns if column.role not in {"prediction", "label"}]
        if len(inputs) == len(known) != len(input_names):
            input_names = known
        if len(inputs) not in {0, len(input_names)} or len(outputs) not in {0, len(output_names)}:
            raise UnfitError("column_count")
    columns = baseline.with_role("prediction") if baseline else []
    values: dict[str, object] = {}
    if isinstance(answered, dict):
        values |= {key if key in columns else f"prediction.{key}": value for key, value in answered.items()}
    else:
        values |= dict(zip(output_names, outputs, strict=False))
    values |= came if isinstance(came, dict) else dict(zip(input_names, inputs, strict=False))
    if "" in values:
        raise UnfitError("empty_name")
    return values
