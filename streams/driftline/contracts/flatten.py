"""Nested JSON to one flat row: ``{"a": {"b": 1}, "c": [2, 3]}`` has the columns ``a.b``, ``c[0]`` and ``c[1]``.

Names of objects are joined by a dot, places in arrays stand in brackets from 0 on. An empty object or array is one missing value
under its own name. Of two values that come to one name the last counts. A row without names, an array, is the line of
its values; arrays in it are taken in value by value, objects are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from driftline.contracts.reasons import Reason
from driftline.errors import ContractError

Flat = TypeVar("Flat", dict[str, object], list[object])
_NESTING = frozenset({dict, list})
MAX_DEPTH = 32
"""Levels of one row. Chosen, because a table of features has one and a nested event a few."""
MAX_COLUMNS = 10_000
"""Values of one row: as many as are kept of a row without a baseline (``Limits.features``)."""


def flat_object(document: dict[str, object], path: str) -> dict[str, object]:
    """The columns of an object by name; ContractError ``payload`` if it is too deep or too wide.

    >>> flat_object({"a": {"b": 1}, "c": [2, {"d": 3}], "e": []}, "$")
    {'a.b': 1, 'c[0]': 2, 'c[1].d': 3, 'e': None}
    """
    if _NESTING.isdisjoint(map(type, document.values())):
        return _bounded(document, path)
    return _bounded({name: value for key, part in document.items() for name, value in _named(key, part, 1, path)}, path)


def flat_array(document: list[object], path: str) -> list[object]:
    """The values of an array in order; ContractError ``payload`` if one is an object, or if it is too deep or too long.

    >>> flat_array([1, [2, [3]], None], "$")
    [1, 2, 3, None]
    """
    if _NESTING.isdisjoint(map(type, document)):
        return _bounded(document, path)
    return _bounded(list(_values(document, 1, path)), path)


def _named(name: str, part: object, depth: int, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(part, dict) and part:
        pairs = [(f"{name}.{key}", value) for key, value in part.items()]
    elif isinstance(part, list) and part:
        pairs = [(f"{name}[{place}]", value) for place, value in enumerate(part)]
    else:
        yield name, None if isinstance(part, dict | list) else part
        return
    _check_depth(depth, path)
    for inner, value in pairs:
        yield from _named(inner, value, depth + 1, path)


def _values(part: list[object], depth: int, path: str) -> Iterator[object]:
    _check_depth(depth, path)
    for place, value in enumerate(part):
        if isinstance(value, dict):
            message = f"must hold values by place, got an object at place {place}: flatten it with a preprocessing hook"
            raise ContractError(message, path, Reason.PAYLOAD)
        if isinstance(value, list):
            yield from _values(value, depth + 1, path)
        else:
            yield value


def _check_depth(depth: int, path: str) -> None:
    if depth > MAX_DEPTH:
        message = f"must be nested at most {MAX_DEPTH} levels deep: flatten it with a preprocessing hook"
        raise ContractError(message, path, Reason.PAYLOAD)


def _bounded(row: Flat, path: str) -> Flat:
    if len(row) > MAX_COLUMNS:
        message = f"must have at most {MAX_COLUMNS} columns, got {len(row)}"
        raise ContractError(message, path, Reason.PAYLOAD)
    return row
