"""Flat JSON: every key with a single value is a feature, but for the topic's envelope keys and what the baseline's roles
say is a time, an id, an entity or a segment.
"""

from __future__ import annotations

from collections.abc import Mapping

from driftline.contracts.cells import is_scalar
from driftline.contracts.events import BadRow, Event, RecordContext
from driftline.contracts.formats.reading import check_names, event_of, model_and_version
from driftline.contracts.shapes import flat_shape


def read(document: Mapping[str, object], context: RecordContext) -> list[Event | BadRow]:
    """The one row of a flat record. Lists and objects under keys that the baseline does not know are passed over."""
    named = model_and_version(document, context)
    schema = context.lookup(*named)
    shape = flat_shape(context.topic, schema)
    known = schema.roles if schema else {}
    values = {
        key: value
        for key, value in document.items()
        if key not in shape.reserved and (key in known or is_scalar(value))
    }
    check_names(values, "$")
    event = event_of(document, values, shape, named, context)
    event.passed = tuple(key for key in document if key not in values and key not in shape.reserved)
    return [event]
