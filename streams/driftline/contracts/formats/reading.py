"""What native and flat records have in common: the parts of their envelope, read by the keys of a shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from driftline.contracts import envelope
from driftline.contracts.events import ABSENT, Event, RecordContext
from driftline.contracts.reasons import Reason
from driftline.contracts.shapes import Shape
from driftline.contracts.times import event_time
from driftline.errors import ContractError


def model_and_version(document: Mapping[str, object], context: RecordContext) -> tuple[str, str]:
    """The model and version of a native or flat record; ContractError without a model."""
    topic = context.topic
    model = envelope.model_name(document.get(topic.keys.model), topic.model, topic.limits)
    return model, envelope.version_name(document.get(topic.keys.version), topic.version, topic.limits)


def event_of(
    document: Mapping[str, object],
    values: Mapping[str, object],
    shape: Shape,
    named: tuple[str, str],
    context: RecordContext,
) -> Event:
    """The row of a record whose model and version are known and whose features have been picked out."""
    limits, count = context.topic.limits, context.count

    def first(part: str) -> object:
        return _first(document, shape.parts[part])

    segment = first("segment")
    if segment is None and shape.segments:
        segment = {key: document[key] for key in shape.segments if document.get(key) is not None}
    status = envelope.status_class(first("status"), count)
    prediction = shape.parts["prediction"]
    return Event(
        context.offset,
        context.next_index(),
        *named,
        record_time(document, shape.parts["time"], context),
        values,
        document.get(prediction[0], ABSENT) if prediction else ABSENT,
        id=envelope.event_id(first("id"), limits, count),
        latency=envelope.latency_seconds(first("latency"), count),
        status=status,
        error=envelope.error_flag(first("error"), count),
        entity=envelope.entity_key(first("entity"), count),
        segment=envelope.segment_map(segment, limits, count),
    )


def record_time(document: Mapping[str, object], keys: Sequence[str], context: RecordContext) -> int:
    """The event time that a record states, else its Kafka timestamp; ContractError when both are wanting."""
    for key in keys:
        if key in document:
            return event_time(document[key])
    return kafka_time(context.timestamp)


def kafka_time(timestamp: int) -> int:
    """The time of a record that states none."""
    if timestamp < 0:
        raise ContractError("must be there, as the record has no Kafka timestamp either", "$.time", Reason.NO_TIME)
    return timestamp


def check_names(values: Mapping[str, object], path: str) -> None:
    """ContractError if a feature has no name."""
    if "" in values:
        raise ContractError("must not hold an empty feature name", path, Reason.EMPTY_NAME)


def _first(document: Mapping[str, object], keys: Sequence[str]) -> object:
    for key in keys:
        value = document.get(key)
        if value is not None:
            return value
    return None
