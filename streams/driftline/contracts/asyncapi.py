"""AsyncAPI 3.1.0 from the table of topics: channels, messages, who sends and who receives, and Kafka's settings.

Source: https://www.asyncapi.com/docs/reference/specification/v3.1.0 and the Kafka bindings 0.5.0.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from driftline.contracts.topics import DECIDED_BY_DATA, DEFAULT_PREFIX, TOPICS, TopicSpec

BINDING: Final = "0.5.0"
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_/.-]*")
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})

PAYLOADS: Final[dict[str, tuple[str, ...]]] = {
    "captures": ("capture",),
    "violations": ("violation",),
    "statistics": ("statistics",),
    "control": ("schedule", "schedule-status"),
    "executions": ("execution",),
    "baselines": ("baseline-manifest", "baseline-part"),
}
"""Topic -> its messages that have a schema."""

CLOUD_EVENT: Final[dict[str, str]] = {
    "ce_specversion": "1.0",
    "ce_id": "deterministic id of the event",
    "ce_source": "/driftline/<namespace>/<model>",
    "ce_type": "io.driftline.violation.opened|updated|resolved.v1",
    "ce_time": "end of the window",
    "ce_subject": "<model>/<version>/<feature>",
    "ce_dataschema": "$id of the schema",
    "ce_partitionkey": "<model>",
    "content-type": "application/json",
}


def asyncapi_document(files: Mapping[str, str]) -> dict[str, Any]:
    """The document as plain data; ``files`` maps the name of a message to the file of its schema."""
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "driftline",
            "version": "1.0.0",
            "description": "Streaming drift monitor for machine-learning models. Names are with the default topic prefix.",
        },
        "defaultContentType": "application/json",
        "servers": {"kafka": {"host": "localhost:9092", "protocol": "kafka"}},
        "channels": {spec.name: _channel(spec) for spec in TOPICS},
        "operations": {name: held for spec in TOPICS for name, held in _operations(spec).items()},
        "components": {
            "messages": {name: held for spec in TOPICS for name, held in _messages(spec, files).items()},
        },
    }


def _channel(spec: TopicSpec) -> dict[str, Any]:
    config: dict[str, Any] = {"cleanup.policy": spec.cleanup.split(",")}
    if spec.retention_ms is not None:
        config["retention.ms"] = spec.retention_ms
    binding: dict[str, Any] = {"topic": _address(spec), "topicConfiguration": config, "bindingVersion": BINDING}
    if spec.partitions != DECIDED_BY_DATA:
        binding["partitions"] = spec.partitions
    names = _message_names(spec)
    return {
        "address": _address(spec),
        "description": _description(spec),
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {"kafka": binding},
    }


def _address(spec: TopicSpec) -> str:
    """The topic's name; one that is the user's own has no prefix."""
    return spec.full_name(DEFAULT_PREFIX) if spec.owned else spec.name


def _description(spec: TopicSpec) -> str:
    owner = "" if spec.owned else " The user's own topic; its name is configured."
    inside = " Internal." if spec.internal else ""
    return f"{spec.value}. Key: {spec.key}. Written by {spec.written_by}, read by {', '.join(spec.read_by)}.{owner}{inside}"


def _message_names(spec: TopicSpec) -> tuple[str, ...]:
    return PAYLOADS.get(spec.name, (spec.name,))


def _messages(spec: TopicSpec, files: Mapping[str, str]) -> dict[str, Any]:
    return {name: _message(name, spec, files.get(name)) for name in _message_names(spec)}


def _message(name: str, spec: TopicSpec, file: str | None) -> dict[str, Any]:
    message: dict[str, Any] = {"name": name, "summary": spec.value}
    if spec.internal:
        message["contentType"] = "application/msgpack"
    if name == "violation":
        message["headers"] = {
            "type": "object",
            "properties": {header: {"type": "string", "description": text} for header, text in CLOUD_EVENT.items()},
            "required": list(CLOUD_EVENT),
        }
    if file is not None:
        schema = {"$ref": f"./{file}"}
        message["payload"] = {"schemaFormat": "application/schema+json;version=draft-2020-12", "schema": schema}
    key = {"type": "string", "description": spec.key}
    return message | {"bindings": {"kafka": {"key": key, "bindingVersion": BINDING}}}


def _operations(spec: TopicSpec) -> dict[str, Any]:
    """What driftline does with a topic: an application sends what it writes and receives what it reads."""
    ours = ("agent", "worker", "CLI", "notifier")
    found = {}
    if any(word in spec.written_by for word in ours):
        found[f"send_{spec.name}"] = _operation("send", spec)
    if any(word in reader for reader in spec.read_by for word in ours):
        found[f"receive_{spec.name}"] = _operation("receive", spec)
    return found


def _operation(action: str, spec: TopicSpec) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{spec.name}"},
        "messages": [{"$ref": f"#/channels/{spec.name}/messages/{name}"} for name in _message_names(spec)],
    }


def to_yaml(value: Any, indent: int = 0) -> str:  # noqa: ANN401 - plain data of any shape
    """Plain data as YAML 1.2 in block style; texts are quoted as in JSON unless they are a plain word.

    >>> print(to_yaml({"a": [1, "b c"], "d": {}}), end="")
    a:
      - 1
      - "b c"
    d: {}
    """
    pad = "  " * indent
    if isinstance(value, dict):
        pairs = ((f"{pad}{_scalar(key)}:", held) for key, held in value.items())
    else:
        pairs = ((f"{pad}-", held) for held in value)
    return "".join(f"{head}{_below(held, indent)}" for head, held in pairs)


def _below(value: Any, indent: int) -> str:  # noqa: ANN401 - plain data of any shape
    if isinstance(value, (dict, list)) and value:
        return "\n" + to_yaml(value, indent + 1)
    return f" {_scalar(value)}\n"


def _scalar(value: Any) -> str:  # noqa: ANN401 - plain data of any shape
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)
