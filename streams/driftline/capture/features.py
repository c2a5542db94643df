"""Features and predictions of one row, from the many shapes in which servers hold them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from driftline.capture import limits
from driftline.capture.entries import Subject
from driftline.capture.parts import LEFT_OUT, Count
from driftline.capture.values import UNUSABLE, scalar
from driftline.errors import ContractError


def features(value: Any, subject: Subject, count: Count) -> dict[str, Any]:  # noqa: ANN401 - many shapes
    """Names and scalars. A feature that is no scalar or has no usable name is left out. 0.1 us a feature.

    ContractError when there are no names to be had.
    """
    found: dict[str, Any] = {}
    for key, cell in named(value, subject.names).items():
        name = key if type(key) is str else str(key)
        if name in subject.leave_out:
            continue
        plain = scalar(cell)
        if plain is UNUSABLE or not 0 < len(name) <= limits.NAME or len(found) >= limits.FEATURES:
            count(LEFT_OUT)
        else:
            found[name] = plain
    return found


def named(value: Any, names: Sequence[str] = ()) -> Mapping[Any, Any]:  # noqa: ANN401 - many shapes
    """A mapping, a pandas Series, a pydantic model, a dataclass, a named tuple; or values for ``names`` in their order."""
    if isinstance(value, Mapping):
        return value
    for method in ("model_dump", "_asdict", "to_dict"):
        if hasattr(value, method):
            return dict(getattr(value, method)())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    cells = _squeezed(value)
    if isinstance(cells, str | bytes) or not isinstance(cells, Iterable) or getattr(cells, "ndim", 1) == 0:
        raise ContractError(f"must be a mapping or a row of values, got {type(value).__name__}", "features")
    listed = list(cells)
    if len(listed) != len(names):
        raise ContractError(f"must be named: {len(listed)} values, {len(names)} feature_names", "features")
    return dict(zip(names, listed, strict=True))


def prediction(value: Any, count: Count) -> Any:  # noqa: ANN401 - many shapes
    """A scalar, a list of scalars, or a map of class to scalar; None for what is none of them.

    An array of one value is that value, and leading axes of length 1 are nothing: what ``predict`` gives for one row.
    """
    is_array = hasattr(value, "ndim")
    value = _squeezed(value)
    if is_array and isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, Mapping):
        return {str(key): _element(cell, count) for key, cell in _first(value.items(), count)}
    if hasattr(value, "to_dict"):
        return prediction(value.to_dict(), count)
    if isinstance(value, list | tuple):
        return [_element(cell, count) for cell in _first(value, count)]
    plain = scalar(value)
    if plain is UNUSABLE:
        count(LEFT_OUT)
        return None
    return plain


def _element(cell: Any, count: Count) -> Any:  # noqa: ANN401 - a scalar
    plain = scalar(cell)
    if plain is UNUSABLE:
        count(LEFT_OUT)
        return None
    return plain


def _first(entries: Iterable[Any], count: Count) -> list[Any]:
    """No more than a row may have."""
    listed = list(entries)
    if len(listed) > limits.FEATURES:
        count(LEFT_OUT)
    return listed[: limits.FEATURES]


def _squeezed(value: Any) -> Any:  # noqa: ANN401 - many shapes
    """Without leading axes of length 1: an array of one axis as a list, a list of one list as that list."""
    if hasattr(value, "ndim") and hasattr(value, "shape") and not hasattr(value, "iloc"):
        while value.ndim > 1 and value.shape[0] == 1:
            value = value[0]
        return list(value) if value.ndim else value
    while isinstance(value, list | tuple) and len(value) == 1 and isinstance(value[0], list | tuple):
        value = value[0]
    return value
