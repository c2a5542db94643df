"""Environment variables over the file: ``DRIFTLINE__SECTION__KEY`` replaces ``[section] key``.

Names are matched without regard to case. Tables in a list are numbered (``DRIFTLINE__TOPICS__0__LATENESS=5s``). In the
sections of librdkafka's own settings an underscore stands for a dot: ``DRIFTLINE__KAFKA__CLIENT__SASL_PASSWORD``.
Values are text; lists are written as in TOML: ``DRIFTLINE__DEFAULTS__WINDOWS='["1m", "1h"]'``. Secrets may be left in files:
``DRIFTLINE__KAFKA__CLIENT__SASL_PASSWORD=file:/run/secrets/kafka``, see `driftline.config.secrets`.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from driftline.config.noted import EnvText

PREFIX = "DRIFTLINE__"
_CLIENT_SECTIONS = ("client", "consumer", "producer")


def overlay(table: Mapping[str, Any], environ: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """The table with the variables laid over it, and the faults of those that fit nowhere.

    >>> overlay({"kafka": {"bootstrap": "a:1"}}, {"DRIFTLINE__KAFKA__BOOTSTRAP": "b:2"})
    ({'kafka': {'bootstrap': 'b:2'}}, [])
    """
    result = copy.deepcopy(dict(table))
    faults = []
    for variable in sorted(environ):
        if variable.startswith(PREFIX):
            text = EnvText(environ[variable])
            text.variable = variable
            if not _put(result, _path(variable), text):
                faults.append(f"{variable}: fits no setting of the file")
    return result, faults


def _path(variable: str) -> list[str]:
    parts = variable.removeprefix(PREFIX).split("__")
    if len(parts) == 3 and parts[0].lower() == "kafka" and parts[1].lower() in _CLIENT_SECTIONS:  # noqa: PLR2004 - kafka, section, name
        parts[2] = parts[2].replace("_", ".")
    return parts


def _put(node: Any, path: list[str], value: EnvText) -> bool:  # noqa: ANN401 - TOML holds anything
    """Set the value at the path, making tables on the way; False when something on the way is no table."""
    head, *rest = path
    if isinstance(node, list):
        return head.isdecimal() and int(head) < len(node) and bool(rest) and _put(node[int(head)], rest, value)
    if not isinstance(node, dict) or not head:
        return False
    key = next((known for known in node if known.lower() == head.lower()), head.lower())
    if not rest:
        node[key] = value
        return True
    return _put(node.setdefault(key, {}), rest, value)
