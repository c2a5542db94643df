"""Which shard judges a model, and how the panes of a flush travel to the shards that judge them.

Small panes ride in the delta itself.  What is wide is a payload: it is cut into parts, which are written to the payload
partition of their shard before the delta that names them, so that one record of the log still commits the whole flush.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby

from driftline.contracts.log import PaneDelta, Payload, encode_panes
from driftline.engine.draft import Draft

INLINE_BYTES = 16_384
"""What may ride in a delta with one shard; with more of them their part of it, since each of their owners reads the whole log.
Chosen: a few panes of 25 features."""

PART_BYTES = 524_288
"""Length of a part. Chosen, so that it stays below the largest record of a broker with default settings (1 MiB)."""


def shard_of(model: str, version: str, shards: int) -> int:
    """The shard, 1 to ``shards``, that judges a model and version: CRC-32 (ISO 3309) of both, spread evenly.

    >>> shard_of("fraud", "3", 1), shard_of("fraud", "3", 8) == shard_of("fraud", "3", 8)
    (1, True)
    """
    return 1 + zlib.crc32(f"{model}\0{version}".encode()) % shards


@dataclass(frozen=True)
class Cargo:
    """The panes of a flush: those that ride in the delta, and the parts of payloads by shard, in order."""

    inline: list[PaneDelta]
    parts: list[tuple[int, bytes]]


def load(panes: list[PaneDelta], shards: int, inline_bytes: int = INLINE_BYTES, part_bytes: int = PART_BYTES) -> Cargo:
    """Decide how panes travel: shards with the least to carry ride first, as long as there is room."""
    cargo, room = Cargo([], []), inline_bytes // shards
    for size, shard, data, group in sorted(_groups(panes, shards), key=lambda entry: entry[:2]):
        if size <= room:
            room -= size
            cargo.inline.extend(group)
        else:
            cargo.parts.extend((shard, data[at : at + part_bytes]) for at in range(0, size, part_bytes))
    return cargo


def _groups(panes: list[PaneDelta], shards: int) -> list[tuple[int, int, bytes, list[PaneDelta]]]:
    """Size, shard, encoding and panes of every shard that gets any."""
    ordered = sorted(((shard_of(pane.model, pane.version, shards), n) for n, pane in enumerate(panes)))
    found = []
    for shard, numbers in groupby(ordered, key=lambda entry: entry[0]):
        group = [panes[n] for _, n in numbers]
        data = encode_panes(group)
        found.append((len(data), shard, data, group))
    return found


@dataclass
class Shipment:
    """A draft on its way to the log: its parts have to be acknowledged before the record that names them is written."""

    draft: Draft
    inline: list[PaneDelta]
    shards: list[int]
    landed: dict[int, int] = field(default_factory=dict)

    @property
    def has_landed(self) -> bool:
        """Whether every part is acknowledged."""
        return len(self.landed) == len(self.shards)

    def payloads(self) -> list[Payload]:
        """Where the parts are: one payload a shard, its parts in order."""
        offsets: dict[int, list[int]] = {}
        for part, shard in enumerate(self.shards):
            offsets.setdefault(shard, []).append(self.landed[part])
        return [Payload(shard, places) for shard, places in sorted(offsets.items())]


Send = Callable[[int, bytes, Callable[[int], None]], None]
"""Writes a part to the payload partition of a shard, and calls back with its offset once it is acknowledged."""


def ship(draft: Draft, cargo: Cargo, send: Send) -> Shipment:
    """Send what does not ride in the delta on its way; nothing of it counts before the delta that names it."""
    shipment = Shipment(draft, cargo.inline, [shard for shard, _ in cargo.parts])
    for part, (shard, data) in enumerate(cargo.parts):
        send(shard, data, partial(shipment.landed.__setitem__, part))
    return shipment
