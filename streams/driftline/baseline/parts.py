"""A baseline in Kafka records: one part for each column and a manifest, put together again by the Assembler.

The topic is compacted, so every record has a key of its own; parts are written first and the manifest last. The id is a hash
of the whole content: what comes together under it is complete and unharmed, or it is not used.
"""

from __future__ import annotations

from typing import Final, TypeVar
from urllib.parse import quote, unquote

import msgspec

from driftline.baseline.constraints import ColumnConstraint, Constraints, Defaults
from driftline.baseline.faults import constraint_faults, statistics_faults
from driftline.baseline.model import Baseline, ColumnProfile
from driftline.baseline.sagemaker.rules import FeatureRules, MonitoringConfig, MonitorRules
from driftline.errors import BaselineError

VERSION: Final = 1
_Record = TypeVar("_Record", "Manifest", "Part")


class Manifest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What holds the parts together; unknown fields are skipped, for a newer writer may add some.

    ``monitor`` is there if the baseline is judged as Model Monitor would: its settings, the features' own being in the parts.
    """

    v: int
    id: str
    model: str
    version: str
    created: str
    source: str
    rows: int
    effective_from: int | None
    columns: tuple[str, ...]
    min_samples: int
    defaults: Defaults
    monitor: MonitoringConfig | None = None


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One column: its statistics, what is special about its limits, and what Model Monitor's file demands of it."""

    v: int
    column: ColumnProfile
    constraint: ColumnConstraint | None
    rules: FeatureRules | None = None


class Place(msgspec.Struct, frozen=True):
    """Where a record belongs: model, version, baseline id, and the column (None: it is the manifest)."""

    model: str
    version: str
    id: str
    column: str | None


def key_of(place: Place) -> str:
    """The record key: ``model/version/id[/column]``, each percent-encoded.

    >>> key_of(Place("a/b", "1", "0f", "x y"))
    'a%2Fb/1/0f/x%20y'
    """
    names = (place.model, place.version, place.id, *(() if place.column is None else (place.column,)))
    return "/".join(quote(name, safe="") for name in names)


def place_of(key: str) -> Place:
    """The place behind :func:`key_of`; BaselineError for a key that is none."""
    names = [unquote(name) for name in key.split("/")]
    if len(names) not in {3, 4} or not all(names[:3]):
        raise BaselineError(f"key of a baseline record must be model/version/id[/column], got {key!r}")
    return Place(names[0], names[1], names[2], names[3] if names[3:] else None)


def split(baseline: Baseline) -> list[tuple[str, bytes]]:
    """The records of a baseline as (key, value), in the order in which they have to be written: the manifest last."""
    limits = {column.name: column for column in baseline.constraints.columns}
    rules = {} if baseline.monitor is None else {feature.name: feature for feature in baseline.monitor.features}
    parts = [
        Part(v=VERSION, column=column, constraint=limits.get(column.name), rules=rules.get(column.name))
        for column in baseline.columns
    ]
    records = [(_key(baseline, part.column.name), msgspec.json.encode(part)) for part in parts]
    manifest = Manifest(
        v=VERSION,
        id=baseline.id,
        model=baseline.model,
        version=baseline.version,
        created=baseline.created,
        source=baseline.source,
        rows=baseline.rows,
        effective_from=baseline.effective_from,
        columns=tuple(column.name for column in baseline.columns),
        min_samples=baseline.constraints.min_samples,
        defaults=baseline.constraints.defaults,
        monitor=None if baseline.monitor is None else baseline.monitor.config,
    )
    return [*records, (_key(baseline, None), msgspec.json.encode(manifest))]


def tombstones(baseline: Baseline) -> list[str]:
    """The keys to write null to, in order: the manifest first, that nobody puts together half a baseline."""
    return [_key(baseline, None), *(_key(baseline, column.name) for column in baseline.columns)]


def _key(baseline: Baseline, column: str | None) -> str:
    return key_of(Place(baseline.model, baseline.version, baseline.id, column))


class Assembler:
    """Puts baselines together from their records, in whatever order these come. Holds what the topic holds, once.

    ``baselines`` are the complete ones by (model, version, id); a tombstone takes one out again.
    """

    def __init__(self) -> None:
        self._manifests: dict[tuple[str, str, str], Manifest] = {}
        self._parts: dict[tuple[str, str, str], dict[str, Part]] = {}
        self.baselines: dict[tuple[str, str, str], Baseline] = {}

    def add(self, key: str, value: bytes | None) -> Baseline | None:
        """Take one record in; the baseline that it makes complete (or gives another ``effective_from``), or None.

        A null deletes. Raises BaselineError for a record that is none of a baseline or is of an unknown version, and when
        the parts do not make up what the manifest promises; either way the record has no effect on other baselines.
        """
        place = place_of(key)
        identity = (place.model, place.version, place.id)
        if value is None:
            self._delete(identity, place.column)
            return None
        if place.column is None:
            self._manifests[identity] = _decoded(key, value, Manifest)
        else:
            self._parts.setdefault(identity, {})[place.column] = _decoded(key, value, Part)
        return self._assembled(key, identity)

    @property
    def incomplete(self) -> dict[tuple[str, str, str], int]:
        """Baselines whose manifest is there and parts are not: how many are missing."""
        return {
            identity: sum(1 for name in manifest.columns if name not in self._parts.get(identity, {}))
            for identity, manifest in self._manifests.items()
            if identity not in self.baselines
        }

    def _delete(self, identity: tuple[str, str, str], column: str | None) -> None:
        self.baselines.pop(identity, None)
        if column is None:
            self._manifests.pop(identity, None)
            return
        parts = self._parts.get(identity, {})
        parts.pop(column, None)
        if not parts:
            self._parts.pop(identity, None)

    def _assembled(self, key: str, identity: tuple[str, str, str]) -> Baseline | None:
        manifest, parts = self._manifests.get(identity), self._parts.get(identity, {})
        if manifest is None or any(name not in parts for name in manifest.columns):
            return None
        baseline = _joined(manifest, parts)
        if baseline.id != identity[2]:
            raise BaselineError(f"{key}: parts make up baseline {baseline.id}, the manifest promises {identity[2]}")
        if self.baselines.get(identity) == baseline:
            return None
        faults = [
            *statistics_faults(baseline.rows, baseline.columns, is_monitor=baseline.monitor is not None),
            *constraint_faults(baseline.constraints, baseline.columns),
        ]
        if faults:
            raise BaselineError(f"{key}: {faults[0]}")
        self.baselines[identity] = baseline
        return baseline


def _joined(manifest: Manifest, parts: dict[str, Part]) -> Baseline:
    own = (parts[name].constraint for name in manifest.columns)
    constraints = Constraints(manifest.min_samples, manifest.defaults, tuple(c for c in own if c is not None))
    return Baseline.build(
        model=manifest.model,
        version=manifest.version,
        rows=manifest.rows,
        columns=tuple(parts[name].column for name in manifest.columns),
        constraints=constraints,
        created=manifest.created,
        source=manifest.source,
        effective_from=manifest.effective_from,
        monitor=_rules(manifest, parts),
    )


def _rules(manifest: Manifest, parts: dict[str, Part]) -> MonitorRules | None:
    if manifest.monitor is None:
        return None
    features = (parts[name].rules for name in manifest.columns)
    return MonitorRules(manifest.monitor, tuple(feature for feature in features if feature is not None))


def _decoded(key: str, value: bytes, kind: type[_Record]) -> _Record:
    try:
        record = msgspec.json.decode(value, type=kind)
    except msgspec.DecodeError as error:
        raise BaselineError(f"{key}: not a record of a baseline: {error}") from error
    if record.v != VERSION:
        raise BaselineError(f"{key}: expected format version {VERSION}, got {record.v}")
    return record
