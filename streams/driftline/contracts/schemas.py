"""The published contracts, made from the types: a JSON Schema 2020-12 per message, AsyncAPI 3.1.0 over the topics, and
the schema of the configuration for editors.

``python -m driftline.contracts.schemas FOLDER`` writes them; the repository keeps them in ``schemas/``, and a test says when
they are not what this module makes. What driftline writes is closed (a field that the schema does not know is a mistake of
ours), what it reads is open.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from driftline.baseline.parts import Manifest, Part
from driftline.config.schema import config_schema
from driftline.contracts.asyncapi import asyncapi_document, to_yaml
from driftline.contracts.cloudevents import schema_id
from driftline.contracts.control import Schedule, ScheduleAnswer
from driftline.contracts.execution import Execution
from driftline.contracts.native import NativeCapture
from driftline.contracts.statistics import WindowStatistics
from driftline.contracts.violation import Violation

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True)
class Message:
    """A message with a schema: its name, its wire type, and whether fields beyond those of the type are allowed."""

    name: str
    type: type[msgspec.Struct]
    is_open: bool

    @property
    def file(self) -> str:
        """File of the schema, as ``$ref`` in the AsyncAPI document."""
        return f"{self.name}.v1.json"


MESSAGES: Final = (
    Message("capture", NativeCapture, is_open=True),
    Message("violation", Violation, is_open=False),
    Message("statistics", WindowStatistics, is_open=False),
    Message("schedule", Schedule, is_open=False),
    Message("schedule-status", ScheduleAnswer, is_open=False),
    Message("execution", Execution, is_open=False),
    Message("baseline-manifest", Manifest, is_open=True),
    Message("baseline-part", Part, is_open=True),
)


def json_schema(message: Message) -> dict[str, Any]:
    """The JSON Schema of a message; every type of its own under ``$defs``."""
    (root,), definitions = msgspec.json.schema_components([message.type], ref_template="#/$defs/{name}")
    name = root["$ref"].rpartition("/")[2]
    whole = definitions.pop(name)
    for definition in (whole, *definitions.values()):
        _tidy(definition, is_open=message.is_open)
    schema = {"$schema": DIALECT, "$id": schema_id(message.name), **whole}
    return schema | {"$defs": dict(sorted(definitions.items()))} if definitions else schema


def documents() -> dict[str, str]:
    """Every file by its name; equal types give equal texts."""
    made = {message.file: json.dumps(json_schema(message), indent=2, ensure_ascii=False) + "\n" for message in MESSAGES}
    made["config.schema.json"] = json.dumps(config_schema(), indent=2, ensure_ascii=False) + "\n"
    return made | {"asyncapi.yaml": to_yaml(asyncapi_document({message.name: message.file for message in MESSAGES}))}


def write(folder: Path) -> None:
    """Write every file into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in documents().items():
        (folder / name).write_text(text, encoding="utf-8")


def _tidy(definition: dict[str, Any], *, is_open: bool) -> None:
    """Docstrings as one paragraph; closed where it has to be."""
    if "description" in definition:
        definition["description"] = " ".join(definition["description"].replace("``", "`").split())
    if "properties" in definition and not is_open:
        definition["unevaluatedProperties"] = False


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "schemas"))
