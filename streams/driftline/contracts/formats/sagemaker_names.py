"""Who a SageMaker capture is about: its model and version.

They are named, first found, by customAttributes (`model=...`, `version=...`, or a JSON object of them), by the Kafka headers
`driftline-model` and `driftline-version`, by `endpointName` and `variantName`, or by the topic's settings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from driftline.contracts import envelope
from driftline.contracts.events import RecordContext

Values = dict[str, object]
HEADERS = {"driftline-model": "model", "driftline-version": "version"}
"""Kafka headers that name the model."""


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
    """`model` and `version` among custom attributes: `key=value` (several by comma or semicolon), a JSON object or its text; a
    list of such or one alone. Anything else is opaque and says nothing.
    """
    found: Values = {}
    for item in attributes if isinstance(attributes, list) else (attributes,):
        if isinstance(item, dict):
            found |= item
        elif not isinstance(item, str):
            continue
        elif item.lstrip().startswith("{"):
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
