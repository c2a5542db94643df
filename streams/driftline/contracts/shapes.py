"""Which keys of a native or flat record hold what, for a topic and a baseline: one answer for both decoding paths.

Each part of the envelope has candidates; the first that is there (for time) or not null (for the others) counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from driftline.baseline.model import Role
from driftline.contracts.capture import CaptureTopic, KeyNames
from driftline.contracts.schema import Schema

ShapeName = Literal["native", "flat"]
PARTS = ("id", "time", "model", "version", "prediction", "latency", "status", "error", "entity", "segment")
SET_ASIDE = ("label", "variant", "weight")
"""Keys of a flat record that are no features unless the baseline says so."""
SAGEMAKER_MARK = "captureData"
"""The key that makes a record a SageMaker capture."""
SAGEMAKER_LABEL = "groundTruthData"
"""The key that makes a record ground truth, or one that has been merged with it."""


@dataclass(frozen=True)
class Shape:
    """``parts`` maps a part of the envelope to its candidate keys; ``segments`` are flat keys that make up the segment map;
    ``reserved`` are all keys of a flat record that are no features.
    """

    name: ShapeName
    parts: Mapping[str, tuple[str, ...]]
    segments: tuple[str, ...]
    reserved: frozenset[str]


@lru_cache(maxsize=256)
def native_shape(keys: KeyNames) -> Shape:
    """The native envelope; ``event_id`` is another word for ``id``."""
    parts: dict[str, tuple[str, ...]] = {part: (str(getattr(keys, part)),) for part in PARTS}
    parts["id"] = _unique(keys.id, "event_id" if keys.id == "id" else None)
    return Shape("native", parts, (), frozenset())


@lru_cache(maxsize=4096)
def flat_shape(topic: CaptureTopic, schema: Schema | None) -> Shape:
    """A flat record: a monitored column of the baseline takes its key from the envelope, except model and version; columns
    with role time, id, entity and segment stand in for envelope keys that are not there.
    """
    keys = topic.keys
    monitored = set(schema.features + schema.predictions) if schema else set()
    parts: dict[str, tuple[str, ...]] = {}
    for part in PARTS:
        key = str(getattr(keys, part))
        taken = key in monitored and part not in {"model", "version"}
        parts[part] = () if taken else (key,)
    alias = "event_id" if keys.id == "id" and "event_id" not in monitored else None
    parts["id"] = _unique(*parts["id"], alias, *_of_role(schema, Role.ID))
    parts["time"] = _unique(*parts["time"], *_of_role(schema, Role.TIME))
    parts["entity"] = _unique(*parts["entity"], *_of_role(schema, Role.ENTITY))
    segments = _of_role(schema, Role.SEGMENT)
    aside = {key for key in SET_ASIDE if key not in monitored}
    used = {key for candidates in parts.values() for key in candidates}
    return Shape("flat", parts, segments, frozenset(used | aside | set(segments) | set(format_marks(topic))))


def format_marks(topic: CaptureTopic) -> tuple[str, ...]:
    """Keys that make a record another format than flat, where the format is detected."""
    return (SAGEMAKER_MARK, topic.keys.features) if topic.format == "auto" else ()


def _of_role(schema: Schema | None, role: Role) -> tuple[str, ...]:
    return schema.with_role(role) if schema else ()


def _unique(*keys: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for key in keys if key is not None))
