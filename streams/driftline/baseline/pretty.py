"""JSON for people: an indented document whose short lists and objects stay on one line."""

from __future__ import annotations

import json

_WIDTH = 100


def pretty(value: object, indent: int = 0) -> str:
    r"""``value`` (what JSON can hold) as text; a list of plain values is always one line, an object up to 100 characters.

    >>> print(pretty({"a": [1, 2], "b": {"c": None}}))
    {
      "a": [1, 2],
      "b": {"c": null}
    }
    """
    line = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if not isinstance(value, (dict, list, tuple)) or not value:
        return line
    is_plain = not any(
        isinstance(item, (dict, list, tuple)) for item in (value.values() if isinstance(value, dict) else value)
    )
    if indent and is_plain and (not isinstance(value, dict) or len(line) <= _WIDTH):
        return line
    inner = "\n" + "  " * (indent + 1)
    if not isinstance(value, dict):
        items = [pretty(item, indent + 1) for item in value]
        return "[" + ",".join(inner + item for item in items) + "\n" + "  " * indent + "]"
    pairs = [f"{json.dumps(str(key), ensure_ascii=False)}: {pretty(item, indent + 1)}" for key, item in value.items()]
    return "{" + ",".join(inner + pair for pair in pairs) + "\n" + "  " * indent + "}"
