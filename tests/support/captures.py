"""Schemas, batches and captures for tests of decoding, and a comparison of what two decoders made of the same records."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from driftline.baseline.model import Kind, Role
from driftline.baseline.sagemaker.rules import FeatureRules, MonitorRules
from driftline.contracts.capture import CaptureTopic, Decoded, Headers, OpenRows, RawBatch, RowBlock
from driftline.contracts.decoder import CaptureDecoder
from driftline.contracts.events import Lookup
from driftline.contracts.schema import Schema
from driftline.stats.columns import Columns
from driftline.stats.forms import Forms
from driftline.stats.layout import Layout

TIME = 1_714_564_800_000
NUMBER, WHOLE, TEXT, TRUTH = Kind.FRACTIONAL, Kind.INTEGRAL, Kind.STRING, Kind.BOOLEAN
CHURN: dict[str, tuple[Role, Kind]] = {
    "customer": (Role.ID, Kind.STRING),
    "age": (Role.FEATURE, WHOLE),
    "income": (Role.FEATURE, NUMBER),
    "plan": (Role.FEATURE, TEXT),
    "active": (Role.FEATURE, TRUTH),
    "score": (Role.PREDICTION, NUMBER),
    "churned": (Role.LABEL, TRUTH),
}


MONITORED = {"score": NUMBER, "age": WHOLE, "income": NUMBER, "plan": TEXT, "active": TEXT}
"""Columns as a constraints file of Model Monitor has them: the answer first, no roles, and no booleans."""


def layout_for(columns: dict[str, tuple[Role, Kind]], *, lexical: bool = False) -> Layout:
    """A layout with edges at 0, 1 and 2 and the categories free and paid."""
    watched = {name: kind for name, (role, kind) in columns.items() if role.is_monitored and kind is not Kind.UNKNOWN}
    numeric = tuple(name for name, kind in watched.items() if kind.is_numeric)
    categorical = tuple(name for name, kind in watched.items() if not kind.is_numeric)
    count = len(numeric)
    return Layout(
        numeric,
        tuple(np.array([0.0, 1.0, 2.0]) for _ in numeric),
        np.zeros(count),
        np.ones(count),
        np.array([watched[name] is WHOLE and not lexical for name in numeric], dtype=bool),
        categorical,
        tuple(("false", "true") if watched[name] is TRUTH else ("free", "paid") for name in categorical),
        np.full(count, -np.inf),
        np.full(count, np.inf),
    )


def schema_of(columns: dict[str, tuple[Role, Kind]], model: str = "churn", version: str = "3") -> Schema:
    """The schema of a baseline with these columns."""
    return Schema(
        model,
        version,
        f"baseline-{model}-{version}",
        layout_for(columns),
        {name: role for name, (role, _) in columns.items()},
        {name: kind for name, (_, kind) in columns.items()},
    )


def monitored(columns: dict[str, Kind] = MONITORED, model: str = "watched", version: str = "1") -> Schema:
    """The schema of a baseline that carries Model Monitor's rules."""
    roles = {name: (Role.FEATURE, kind) for name, kind in columns.items()}
    rules = MonitorRules(features=tuple(FeatureRules(name, kind) for name, kind in columns.items()))
    plain_schema = schema_of(roles, model, version)
    return replace(plain_schema, layout=layout_for(roles, lexical=True), monitor=rules)


def lookup_of(*schemas: Schema) -> Lookup:
    """Finds these schemas."""
    found = {(schema.model, schema.version): schema for schema in schemas}
    return lambda model, version: found.get((model, version))


def batch_of(
    *values: bytes | None,
    keys: Sequence[bytes | None] | None = None,
    timestamps: Sequence[int] | None = None,
    headers: Sequence[Headers | None] | None = None,
    start: int = 100,
) -> RawBatch:
    """Records at the offsets from ``start`` on."""
    count = len(values)
    return RawBatch(
        "captures",
        2,
        list(range(start, start + count)),
        list(values),
        list(keys or [b"churn"] * count),
        [None] * count,
        list(timestamps or [-1] * count),
        None if headers is None else list(headers),
    )


def capture(**changes: object) -> dict[str, Any]:
    """A good native capture; a key set to ``...`` is left out."""
    whole = {
        "id": "e-1",
        "time": TIME,
        "model": "churn",
        "version": "3",
        "features": {"age": 41, "income": 12.5, "plan": "free", "active": True},
        "prediction": 0.25,
        **changes,
    }
    return {key: value for key, value in whole.items() if value is not ...}


def encoded(**changes: object) -> bytes:
    """A good native capture as bytes."""
    return json.dumps(capture(**changes)).encode()


def decode(
    *values: bytes | None,
    topic: CaptureTopic | None = None,
    lookup: Lookup | None = None,
    keys: Sequence[bytes | None] | None = None,
    timestamps: Sequence[int] | None = None,
    headers: Sequence[Headers | None] | None = None,
) -> Decoded:
    """Decode with a decoder that knows nothing yet; the churn baseline by default."""
    decoder = CaptureDecoder(topic or CaptureTopic("captures"), lookup or lookup_of(schema_of(CHURN)))
    return decoder.decode(batch_of(*values, keys=keys, timestamps=timestamps, headers=headers))


def slowly(batch: RawBatch, topic: CaptureTopic, lookup: Lookup) -> Decoded:
    """Decode without the paths that read many records at once: every record by itself."""
    decoder = CaptureDecoder(topic, lookup)
    decoder._plans.plan = lambda key: None  # type: ignore[method-assign]
    decoder._requests.read = lambda batch, positions, out: ([], positions)  # type: ignore[method-assign]
    return decoder.decode(batch)


def only(decoded: Decoded) -> RowBlock:
    """The only block of a batch without rejects."""
    assert not decoded.rejects, decoded.rejects
    assert len(decoded.blocks) == 1
    return decoded.blocks[0]


def plain(decoded: Decoded) -> dict[str, Any]:
    """A comparable form of everything that was decoded."""
    return {
        "blocks": [_plain_block(block) for block in decoded.blocks],
        "rejects": [(r.offset, r.index, str(r.reason), r.message, r.rows) for r in decoded.rejects],
        "ignored": decoded.ignored,
        "nonstandard": decoded.nonstandard,
        "counted": decoded.counted,
    }


def _plain_block(block: RowBlock) -> dict[str, Any]:
    return {
        "named": (block.model, block.version, block.baseline),
        "places": list(zip(block.offset.tolist(), block.index.tolist(), strict=True)),
        "times": block.time_ms.tolist(),
        "ids": block.ids,
        "segments": block.segments,
        "columns": plain_columns(block.columns),
    }


def plain_columns(columns: Columns | OpenRows) -> dict[str, Any]:
    """Arrays as lists, floats as their text so that NaN equals NaN."""
    calls = {
        "latency": [repr(value) for value in columns.latency.tolist()],
        "error": columns.error.tolist(),
        "status": columns.status.tolist(),
        "entity": columns.entity.tolist(),
        "first": columns.first.tolist(),
    }
    if isinstance(columns, OpenRows):
        return calls | {"rows": columns.rows}
    return calls | {
        "forms": columns.forms and _plain_forms(columns.forms),
        "numeric": [[repr(value) for value in column] for column in columns.numeric.tolist()],
        "mistyped": sorted(map(tuple, columns.mistyped.tolist())),
        "codes": columns.codes.tolist(),
        "unseen": sorted(columns.unseen),
        "extras": {name: sorted(rows.tolist()) for name, rows in columns.extras.items()},
    }


def _plain_forms(forms: Forms) -> dict[str, Any]:
    return {
        "width": forms.width.tolist(),
        "folded": forms.folded.tolist(),
        "fractional": sorted(map(tuple, forms.fractional.tolist())),
        "shifted": {name: sorted(rows.tolist()) for name, rows in forms.shifted.items()},
    }
