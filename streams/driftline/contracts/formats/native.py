"""driftline's own envelope: `{"id", "time", "model", "version", "features": {name: value}, "prediction", …}`.

`prediction` is a value, a vector or a map of class to value. `latency` (seconds), `status` (HTTP code or gRPC name), `error`
(boolean or text), `entity`, `segment` (map of strings) may be there; other keys are passed over.
"""

from __future__ import annotations

from collections.abc import Mapping

from driftline.contracts.document import type_name
from driftline.contracts.events import BadRow, Event, RecordContext
from driftline.contracts.formats.reading import check_names, event_of, model_and_version
from driftline.contracts.reasons import Reason
from driftline.contracts.shapes import native_shape
from driftline.errors import ContractError


def read(document: Mapping[str, object], context: RecordContext) -> list[Event | BadRow]:
    """The one row of a native capture. A model without features in it is one whose values are all missing."""
    keys = context.topic.keys
    named = model_and_version(document, context)
    features = document.get(keys.features)
    if not isinstance(features, Mapping):
        raise ContractError(f"must be an object, got {type_name(features)}", f"$.{keys.features}", Reason.FEATURES)
    check_names(features, f"$.{keys.features}")
    return [event_of(document, features, native_shape(keys), named, context)]
