"""Snapshots of a verdict shard: what to write, in which order, and how to start from it again.

Every pane is a record of its own, written when it has changed and under a key of its own each time, so that what an
earlier manifest refers to is never touched.  Baselines are written once an announcement.  The manifest is last; two of
them alternate in slots, and the one with the higher log offset is in force.  What neither refers to is deleted
afterwards.  Log offsets order manifests of all owners, since every one of them is the same function of the same log.

Manifests and contents of baselines are what every worker starts from, so they stand in a partition of their own; panes,
which are nearly all of it, are only read by who takes their shard over.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from driftline.errors import ProtocolError

SNAPSHOT_VERSION = 2

MANIFESTS = 0
"""The partition of manifests and of contents of baselines; panes are in that of their shard."""

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
            "it was written by another release; run that one, or delete partials and snapshots and begin afresh",
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
    """A snapshot to be written: parts first, all acknowledged; then the manifest; then what is left over is deleted.

    ``parts`` can be gone through once, and are encoded in doing so (some 0.4 ms each): the state is that of the plan,
    however much is folded in between.
    """

    parts: Iterator[tuple[bytes, bytes]]
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

    def pane_key(self, model: str, version: str, start: int, at: int) -> bytes:
        """Key of a pane as of an offset of the log."""
        return self.key("pane", model, version, start, at)

    def content_key(self, baseline: str, origin: int) -> bytes:
        """Key of a baseline's content; one for each announcement, since an earlier owner may yet delete what it knew."""
        return self.key("baseline", baseline, origin)

    def finished(self, plan: Plan) -> list[bytes]:
        """Note that a plan's manifest is acknowledged; the keys that can be deleted now."""
        self.written |= plan.standing.keeps
        self.in_force[plan.manifest[0]] = plan.standing
        self.slot ^= 1
        gone = self._outlived()
        needed = frozenset[bytes]().union(*(one.keeps for one in self.in_force.values()))
        gone += sorted(self.written - needed)
        self.written.intersection_update(needed)
        return gone

    def take_up(self, table: dict[bytes, bytes], found: dict[bytes, dict[str, Any]]) -> None:
        """Go on from a table, and from the manifests in it that are whole."""
        self.in_force = {key: standing_of(manifest, self.shard, manifest["keys"]) for key, manifest in found.items()}
        ours = {key for key in table if shard_of_key(key) == self.shard}
        self.written = {key for key in ours if not _is_of(key, self.shard, "manifest")}

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


def standing_of(manifest: dict[str, Any], shard: int, keeps: frozenset[bytes]) -> Standing:
    """What a manifest with these parts needs to be of use."""
    payload = next((at for one, _, at in manifest["log"]["trims"] if one == shard), 0)
    return Standing(manifest["offset"], keeps, payload, manifest["reached"])


def manifests(table: dict[bytes, bytes], shard: int) -> dict[bytes, dict[str, Any]]:
    """The manifests of a shard whose parts are all there, by key, in the order of their log offsets.

    Each has the keys of its parts under ``keys``.
    """
    found = {key: read_manifest(value, shard) for key, value in table.items() if _is_of(key, shard, "manifest")}
    whole = [(m["offset"], key) for key, m in found.items() if table.keys() >= m["keys"]]
    return {key: found[key] for _, key in sorted(whole)}


def read_manifest(value: bytes, shard: int) -> dict[str, Any]:
    """A manifest with the keys of its parts. Raises ProtocolError when it is of another release."""
    manifest = unpack(value)
    book = SnapshotBook(shard)
    panes = {
        book.pane_key(model, version, start, at)
        for model, version, _, standing in manifest["books"]
        for start, at in standing
    }
    manifest["keys"] = frozenset(panes | content_keys(manifest["log"], book))
    return manifest


def content_keys(log: dict[str, Any], book: SnapshotBook) -> set[bytes]:
    """Keys of the contents of baselines that a state of the log goes with."""
    entries = [entry for line in log["models"] for entry in line[2]["baselines"]]
    return {book.content_key(baseline, origin) for _, baseline, content, origin in entries if content}


def newest_manifest(table: dict[bytes, bytes]) -> tuple[int, dict[str, Any]] | None:
    """The shard and the manifest with the highest log offset whose contents are all there; None where there is none.

    Panes do not matter to who only goes on from its fold of the log.
    """
    newest: tuple[int, int, dict[str, Any]] | None = None
    for key, value in table.items():
        shard = shard_of_key(key)
        if not _is_of(key, shard, "manifest"):
            continue
        manifest = unpack(value)
        whole = table.keys() >= content_keys(manifest["log"], SnapshotBook(shard))
        if whole and (newest is None or (manifest["offset"], shard) > newest[:2]):
            newest = manifest["offset"], shard, manifest
    return None if newest is None else newest[1:]


def _is_of(key: bytes, shard: int, kind: str) -> bool:
    return key.startswith(key_of(shard, kind)[:-1] + b",")


def shard_of_key(key: bytes) -> int:
    """The shard that a snapshot record belongs to."""
    return int(key[1 : key.index(b",")])


def partition_of(key: bytes, partitions: int) -> int:
    """Where a record stands, on a topic of so many partitions: those without one for each shard have all in the first."""
    shard = shard_of_key(key)
    return shard if shard < partitions and _is_of(key, shard, "pane") else MANIFESTS
