"""The typed msgspec struct of one model and version: what a well-formed record of it looks like, and nothing else.

A record that fits is certain to mean what the slower path would make of it; any doubt (a wrong type, an unknown feature,
another model, an id too long) makes decoding fail, and the slower path decides.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from driftline.contracts.capture import CaptureTopic, Limits
from driftline.contracts.events import single_prediction
from driftline.contracts.schema import Schema
from driftline.contracts.shapes import SAGEMAKER_MARK, Shape, format_marks

Named = tuple[str, str]
PredictionKind = Literal["none", "single", "vector", "map"]


@dataclass(frozen=True)
class StructField:
    """A field: its name in the struct, its type, its default (absent if required) and its key in the record."""

    name: str
    type: Any
    default: Any
    key: str

    @property
    def definition(self) -> tuple[str, Any] | tuple[str, Any, Any]:
        """As `msgspec.defstruct` wants it."""
        return (self.name, self.type) if self.default is Ellipsis else (self.name, self.type, self.default)


@dataclass(frozen=True)
class RowStruct:
    """The struct of one shape of record. ``columns`` maps a column's name to the field that holds it.

    ``outer`` and ``inner`` are the fields of the struct and of the one under ``features``. ``cells`` are those in which
    columns lie: None for the struct's own, or those under ``features``. ``prediction`` tells how the field of that
    name is spread over ``predictions``.
    """

    decode: Callable[[bytes], msgspec.Struct]
    outer: tuple[StructField, ...]
    inner: tuple[StructField, ...]
    fields: tuple[str, ...]
    cells: tuple[str, ...] | None
    columns: dict[str, str]
    extras: dict[str, str]
    segments: dict[str, str]
    prediction: PredictionKind
    predictions: tuple[str, ...]


def row_struct(
    topic: CaptureTopic, schema: Schema, shape: Shape, named: Named, learned: Sequence[str]
) -> RowStruct | None:
    """The struct of a model's records in a shape; ``learned`` are extra columns that its traffic is known to carry.

    None if it cannot be made: msgspec has no fields whose name needs escaping. 0.2 ms.
    """
    if len(shape.segments) > topic.limits.segments or any(len(key) > topic.limits.label for key in shape.segments):
        return None
    try:
        return _row_struct(topic, schema, shape, named, [name for name in learned if is_plain(name)])
    except ValueError:
        return None


@lru_cache(maxsize=256)
def features_struct(schema: Schema) -> tuple[Callable[[str], msgspec.Struct], tuple[str, ...]] | None:
    """A decoder of objects that hold the features by name, and those names; None if msgspec has no such fields. 0.2 ms."""
    columns = [field for field in _columns(schema, (), ()) if field.key not in schema.predictions]
    try:
        struct = _define("Features", columns, strict=True)
    except ValueError:
        return None
    return msgspec.json.Decoder(struct).decode, tuple(field.key for field in columns)


def is_plain(name: str) -> bool:
    """Whether msgspec can have a field of this name."""
    return bool(name) and not any(sign in '\\"' or ord(sign) < 32 for sign in name)  # noqa: PLR2004 - control characters


def _row_struct(topic: CaptureTopic, schema: Schema, shape: Shape, named: Named, learned: Sequence[str]) -> RowStruct:
    columns = _columns(schema, learned, shape.reserved)
    segments = [
        StructField(f"s{i}", Annotated[str, Meta(max_length=topic.limits.label)] | None, None, key)
        for i, key in enumerate(shape.segments)
    ]
    outer = _envelope(topic, schema, shape, named)
    cells: tuple[str, ...] | None = None
    inside: list[StructField] = []
    if shape.name == "flat":
        outer += segments + columns
        outer += [StructField(f"a{i}", Any, UNSET, key) for i, key in enumerate(_aside(shape, outer, topic))]
    else:
        inside = columns
        inner = _define("Features", columns, strict=True)
        cells = tuple(field.name for field in columns)
        outer.append(StructField("features", inner, ..., topic.keys.features))
        if topic.format == "auto":
            outer.append(StructField("mark", UnsetType, UNSET, SAGEMAKER_MARK))
    struct = _define("Row", sorted(outer, key=lambda field: field.default is not Ellipsis), strict=shape.name == "flat")
    return RowStruct(
        msgspec.json.Decoder(struct).decode,
        tuple(outer),
        tuple(inside),
        tuple(struct.__struct_fields__),
        cells,
        {field.key: field.name for field in columns if field.key in schema.layout.index},
        {field.key: field.name for field in columns if field.name.startswith("x")},
        {field.key: field.name for field in segments},
        _prediction_kind(schema.predictions) if shape.parts["prediction"] else "none",
        schema.predictions,
    )


def _define(name: str, fields: Sequence[StructField], *, strict: bool) -> type[msgspec.Struct]:
    return msgspec.defstruct(
        name,
        [field.definition for field in fields],
        rename={field.name: field.key for field in fields},
        forbid_unknown_fields=strict,
        gc=False,
    )


def _columns(schema: Schema, learned: Sequence[str], reserved: Collection[str]) -> list[StructField]:
    """Fields of the columns: numbers, then categories, then what the baseline knows but does not watch, then extras."""
    predictions = set(schema.predictions)
    numeric = [
        StructField(f"n{i}", float | None, None if name in predictions else math.nan, name)
        for i, name in enumerate(schema.layout.numeric)
    ]
    categorical = [
        StructField(f"c{i}", (bool if schema.is_boolean(name) else str) | None, None, name)
        for i, name in enumerate(schema.layout.categorical)
    ]
    others = [name for name in schema.roles if name not in schema.layout.index]
    known = [StructField(f"o{i}", Any, UNSET, name) for i, name in enumerate(others)]
    extra = [StructField(f"x{i}", Any, UNSET, name) for i, name in enumerate(learned) if name not in schema.roles]
    return [field for field in numeric + categorical + known + extra if field.key not in reserved]


def _aside(shape: Shape, fields: Sequence[StructField], topic: CaptureTopic) -> list[str]:
    """Reserved keys that are none of the fields and carry nothing: labels and weights, not marks of other formats."""
    used = {field.key for field in fields}
    marks = format_marks(topic)
    return sorted(key for key in shape.reserved if key not in used and key not in marks)


def _envelope(topic: CaptureTopic, schema: Schema, shape: Shape, named: Named) -> list[StructField]:
    types = _part_types(topic.limits) | {"prediction": _prediction_type(schema)}
    fields = [
        StructField(f"{part}{i}", types[part], UNSET if part == "time" else None, key)
        for part, candidates in shape.parts.items()
        if part in types
        for i, key in enumerate(candidates)
    ]
    model, version = named
    return [
        _label("model", [model], topic.keys.model, optional=model == topic.model),
        _label("version", _versions(version), topic.keys.version, optional=version == (topic.version or "")),
        *fields,
    ]


def _label(name: str, spellings: Sequence[str | int], key: str, *, optional: bool) -> StructField:
    allowed = Literal[tuple(spellings)]  # type: ignore[valid-type] # one literal per model, made at run time
    if not optional:
        return StructField(name, allowed, ..., key)
    return StructField(name, Literal[(*spellings, "")] | None, None, key)


def _versions(version: str) -> list[str | int]:
    """The spellings of a version: 1 is "1"."""
    if version.isascii() and version.isdigit() and str(int(version[:18])) == version:
        return [version, int(version)]
    return [version]


def _part_types(limits: Limits) -> dict[str, Any]:
    label = Annotated[str, Meta(max_length=limits.label)]
    return {
        "time": int | float | str | UnsetType,
        "id": Annotated[str, Meta(min_length=1, max_length=limits.id)] | int | None,
        "latency": Annotated[float, Meta(ge=0)] | None,
        "status": int | str | None,
        "error": bool | str | None,
        "entity": str | int | None,
        "segment": Annotated[dict[label, label], Meta(max_length=limits.segments)] | None,
    }


def _prediction_kind(predictions: Sequence[str]) -> PredictionKind:
    if not predictions:
        return "none"
    if single_prediction(predictions) is not None:
        return "single"
    return "vector" if list(predictions) == [f"prediction[{i}]" for i in range(len(predictions))] else "map"


def map_keys(predictions: Sequence[str]) -> dict[str, str]:
    """The prediction column that an entry of a map is for, by the entry's key: its own name, or what follows "prediction."."""
    return {
        key: name for name in predictions if (key := name.removeprefix("prediction.")) == name or key not in predictions
    }


def _prediction_type(schema: Schema) -> Any:  # noqa: ANN401 - a type made at run time
    def value(name: str) -> Any:  # noqa: ANN401 - a type made at run time
        if name in schema.numeric_at:
            return float | None
        if name in schema.category_at:
            return (bool if schema.is_boolean(name) else str) | None
        return Any

    kind = _prediction_kind(schema.predictions)
    if kind == "none":
        return Any
    if kind == "single":
        return value(schema.predictions[0])
    if kind == "vector":
        return tuple[tuple(value(name) for name in schema.predictions)] | None  # type: ignore[misc] # run time
    entries = map_keys(schema.predictions).items()
    fields = [StructField(f"p{i}", value(name), None, key) for i, (key, name) in enumerate(entries)]
    return _define("Prediction", fields, strict=True) | None
