"""The JSON Schema of the configuration, for editors; made by letting the loader read, so that both say the same.

What the loader sees across settings (a window of whole panes, two topics of one name) is beyond it: ``driftline check`` tells.
"""

from __future__ import annotations

import re
from typing import Any, Final

from driftline.config.load import KEYS, OURS, read_config
from driftline.config.noted import Setting
from driftline.config.reader import Reader
from driftline.config.words import SECTIONS, WORDS

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ALL: Final = {"topics": [{"name": "captures", "keys": {key: key for key in KEYS}}], "models": {"*": {}}}
"""A file that makes the loader ask for every setting there is."""


def all_settings() -> list[Setting]:
    """Every setting that the loader knows, with its default, in the loader's order; a model's under the name ``*``."""
    reader = Reader(_ALL)
    read_config(reader)
    return reader.settings


def config_schema() -> dict[str, Any]:
    """The whole schema."""
    root = _table("The configuration of driftline.")
    for setting in all_settings():
        *sections, name = setting.path.split(".")
        path = re.sub(r"\[\d+\]", "", setting.path)
        extras = {} if name == "name" and sections[0].startswith("topics") else _default(setting)
        _within(root, sections)["properties"][name] = {"description": WORDS[path], **setting.schema, **extras}
    for kind in ("client", "consumer", "producer"):
        root["properties"]["kafka"]["properties"][kind] = _clients(WORDS[f"kafka.{kind}"])
    root["properties"]["reports"]["properties"]["store"] = _free(WORDS["reports.store"])
    return {"$schema": DIALECT, "$id": "urn:driftline:schemas:config", "title": "driftline.toml", **root}


def _default(setting: Setting) -> dict[str, object]:
    told = setting.value is not None and not setting.path.startswith(("models.", "topics[0].keys."))
    return {"default": setting.value} if told else {}


def _within(node: dict[str, Any], sections: list[str]) -> dict[str, Any]:
    """The table that a path of sections leads to, made on the way."""
    path = ""
    for section in sections:
        path = f"{path}.{section}".lstrip(".").replace("[0]", "")
        text = SECTIONS.get(path, "")
        if section == "*":
            node["additionalProperties"] = node["additionalProperties"] or _table(SECTIONS["models"])
            node = node["additionalProperties"]
        elif section.endswith("[0]"):
            items = {"description": text, "type": "array", "items": _table(text) | {"required": ["name"]}}
            node = node["properties"].setdefault(section[:-3], items)["items"]
        else:
            node = node["properties"].setdefault(section, _table(text))
    return node


def _table(text: str) -> dict[str, Any]:
    return {"description": text, "type": "object", "properties": {}, "additionalProperties": False}


def _free(text: str) -> dict[str, Any]:
    """Any names."""
    value = {"type": ["string", "number", "boolean"]}
    return {"description": text, "type": "object", "additionalProperties": value}


def _clients(text: str) -> dict[str, Any]:
    """Names are librdkafka's own; a dotted name without quotes is a table within a table to TOML."""
    value = {"type": ["string", "number", "boolean", "object"]}
    return {
        "description": text,
        "type": "object",
        "properties": dict.fromkeys(sorted(OURS), False),
        "additionalProperties": value,
    }
