"""Snapshots of a verdict shard: what to write, in which order, and how to start from it again.

Every pane is a record of its own, written when it has changed and under a key of its own each time, so that what an
earlier manifest refers to is never touched.  Baselines are written once an announcement.  The manifest is last; two of
them alternate in slots, and the one with the higher log offset is in force.  What neither refers to is deleted
afterwards.  Log offsets order manifests of all owners, since every one of them is the same function of the same log.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Any

import msgspec

from driftline.errors import ProtocolError

SNAPSHOT_VERSION = 1

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder().decode


def key_of(shard: int, kind: str, *rest: object) -> bytes:
    """Key of a snapshot record: a JSON list that begins with the shard."""
    return msgspec.json.encode([shard, kind, *rest])


def pack(value: dict[str, Any]) -> bytes:
    """Value of a snapshot record."""
    return zlib.compress(_encode({**value, "v": SNAPSHOT_VERSION}), 1)


def unpack(data: bytes) -> dict[str, Any]:
    """The value behind :func:`pack`.

    Raises:
        ProtocolError: it is not readable, or of a version that this program does not know.

    """
    try:
        value: dict[str, Any] = _decode(zlib.decompress(data))
    except (zlib.error, msgspec.DecodeError) as error:
        raise ProtocolError(f"a snapshot must be readable: {error}") from error
    if value.get("v") != SNAPSHOT_VERSION:
        raise ProtocolError(
            f"a snapshot must have version {SNAPSHOT_VERSION}, got {value.get('v')!r}: "
            "it was written by another release; run that one, or start with an empty snapshots topic",
        )
    return value


@dataclass(frozen=True)
class Standing:
    """What a manifest in force needs: the log from its offset on, its parts, and the payloads from ``payload`` on.

    ``reached`` is the end of the payloads that had been merged by then: a delta that comes with an earlier one has been
    long on its way.
    """

    offset: int
    keeps: frozenset[bytes]
    payload: int
    reached: int


@dataclass(frozen=True)
class Plan:
    """A snapshot to be written: parts first, all acknowledged; then the manifest; then what is left over is deleted."""

    parts: list[tuple[bytes, bytes]]
    manifest: tuple[bytes, bytes]
    standing: Standing


@dataclass
class SnapshotBook:
    """What stands on the snapshots topic for one shard, as its owner knows it.

    Manifests are kept under the owner's fencing token, so that a worker that no longer owns the shard cannot overwrite
    those of the one that does; what it writes all the same is the truth at its offset, and harmless.
    """

    shard: int
    slot: int = 0
    written: set[bytes] = field(default_factory=set)
    in_force: dict[bytes, Standing] = field(default_factory=dict)

    def key(self, kind: str, *rest: object) -> bytes:
        """Key of a record of this shard."""
        return key_of(self.shard, kind, *rest)

    def content_key(self, baseline: str, origin: int) -> bytes:
        """Key of a baseline's content; one for each announcement, since an earlier owner may yet delete what it knew."""
        return self.key("baseline", baseline, origin)

    def finished(self, plan: Plan) -> list[bytes]:
        """Note that a plan's manifest is acknowledged; the keys that can be deleted now."""
        self.written.update(key for key, _ in plan.parts)
        self.in_force[plan.manifest[0]] = plan.standing
        self.slot ^= 1
        gone = self._outlived()
        needed = frozenset[bytes]().union(*(one.keeps for one in self.in_force.values()))
        gone += sorted(self.written - needed)
        self.written.intersection_update(needed)
        return gone

    def _outlived(self) -> list[bytes]:
        """Manifests beyond the two newest; they are forgotten here."""
        ordered = sorted(self.in_force, key=lambda key: self.in_force[key].offset)
        old = ordered[:-2]
        for key in old:
            del self.in_force[key]
        return old

    @property
    def cut(self) -> Standing:
        """What all manifests in force need; everything until there are two."""
        standing = list(self.in_force.values()) if len(self.in_force) > 1 else [Standing(0, frozenset(), 0, 0)]
        return Standing(
            min(one.offset for one in standing),
            frozenset(),
            min(one.payload for one in standing),
            min(one.reached for one in standing),
        )


def manifests(table: dict[bytes, bytes], shard: int) -> dict[bytes, dict[str, Any]]:
    """The manifests of a shard whose parts are all there, by key, in the order of their log offsets."""
    begins = key_of(shard, "manifest")[:-1] + b","
    found = {key: unpack(value) for key, value in table.items() if key.startswith(begins)}
    whole = [(m["offset"], key) for key, m in found.items() if all(part in table for part in m["keys"])]
    return {key: found[key] for _, key in sorted(whole)}


def newest_manifest(table: dict[bytes, bytes]) -> tuple[int, dict[str, Any]] | None:
    """The shard and the manifest with the highest log offset whose parts are all there; None where there is none."""
    shards = {shard_of_key(key) for key in table}
    newest = [(m["offset"], shard, m) for shard in shards for m in [*manifests(table, shard).values()][-1:]]
    if not newest:
        return None
    _, shard, manifest = max(newest, key=lambda entry: entry[:2])
    return shard, manifest


def shard_of_key(key: bytes) -> int:
    """The shard that a snapshot record belongs to."""
    return int(key[1 : key.index(b",")])
