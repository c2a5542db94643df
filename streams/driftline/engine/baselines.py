"""Baselines as the engine uses them: content from the log, parsed once, with layout and decoder made from it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec

from driftline.baseline.layout import layout_of
from driftline.baseline.model import Baseline
from driftline.contracts.capture import CaptureTopic, Decoded, RawBatch
from driftline.contracts.decoder import CaptureDecoder
from driftline.contracts.schema import Schema
from driftline.contracts.topics import WIDEST_BYTES
from driftline.engine.ledger import LogState
from driftline.engine.standing import LineOf
from driftline.errors import BaselineError, ProtocolError
from driftline.stats.layout import Layout
from driftline.stats.open_profile import OpenProfile
from driftline.stats.profile import Profile

CONTENT_BYTES = WIDEST_BYTES - 16_384
"""What the rest of a record may take is left: names, stamps, framing."""

_DECODER = msgspec.json.Decoder(Baseline)


def pack_baseline(baseline: Baseline) -> bytes:
    """A baseline's whole content for the log: compressed JSON."""
    return zlib.compress(msgspec.json.encode(baseline), 6)


def pack_for_log(baseline: Baseline) -> bytes:
    """The same, no wider than a record of the log. Raises BaselineError.

    25 columns take some 50 kB; with the sketches of Model Monitor's statistics, about 2,000 values each, up to 1.4 MB.
    """
    content = pack_baseline(baseline)
    if len(content) > CONTENT_BYTES:
        raise BaselineError(
            f"baseline {baseline.id} of {baseline.model}/{baseline.version} takes {len(content):,} bytes, {CONTENT_BYTES:,} fit "
            f"a record of the log: leave out some of its {len(baseline.columns)} columns, or make one of driftline's own"
        )
    return content


def unpack_baseline(content: bytes) -> Baseline:
    """The baseline behind :func:`pack_baseline`. Raises ProtocolError when it is none."""
    try:
        return _DECODER.decode(zlib.decompress(content))
    except (zlib.error, msgspec.DecodeError) as error:
        raise ProtocolError(f"the content of a baseline in the log must be readable: {error}") from error


@dataclass
class BaselineShelf:
    """Every baseline that the log holds the content of, by id; parsing happens once, on the first use."""

    _contents: dict[str, bytes] = field(default_factory=dict)
    _baselines: dict[str, Baseline] = field(default_factory=dict)
    _layouts: dict[str, Layout] = field(default_factory=dict)
    _schemas: dict[str, Schema] = field(default_factory=dict)

    def learn(self, log: LogState) -> None:
        """Take in the contents that are new in the log, and put away those that it has pruned."""
        lines = log.models.values()
        held = {e.baseline: e.content for line in lines for e in line.baselines if e.content and e.baseline}
        for baseline in self._contents.keys() - held.keys():
            for kept in (self._baselines, self._layouts, self._schemas):
                kept.pop(baseline, None)
        self._contents = held

    def baseline(self, baseline: str) -> Baseline | None:
        """The baseline of an id; None for "" and for what the log no longer holds. Raises ProtocolError when it is garbled."""
        if baseline not in self._baselines and baseline in self._contents:
            self._baselines[baseline] = unpack_baseline(self._contents[baseline])
        return self._baselines.get(baseline)

    def layout(self, baseline: str) -> Layout:
        """What rows are folded onto under a baseline. Raises ProtocolError when its content is not there."""
        if baseline not in self._layouts:
            self._layouts[baseline] = layout_of(self._need(baseline))
        return self._layouts[baseline]

    def schema(self, baseline: str) -> Schema:
        """How captures are decoded under a baseline. Raises ProtocolError when its content is not there."""
        if baseline not in self._schemas:
            self._schemas[baseline] = Schema.of(self._need(baseline), self.layout(baseline))
        return self._schemas[baseline]

    def empty(self, baseline: str) -> Profile | OpenProfile:
        """A profile without rows: of the baseline's layout, or an open one where there is no baseline."""
        return Profile.empty(self.layout(baseline)) if baseline else OpenProfile.empty()

    def profile_from_state(self, baseline: str, state: dict[str, Any]) -> Profile | OpenProfile:
        """The profile behind ``to_state``, for the layout that it was folded onto."""
        return Profile.from_state(self.layout(baseline), state) if baseline else OpenProfile.from_state(state)

    def _need(self, baseline: str) -> Baseline:
        found = self.baseline(baseline)
        if found is None:
            raise ProtocolError(f"the log must hold the content of baseline {baseline!r}")
        return found


class Decoding:
    """Decoders of one captures topic: one for the newest baselines, others made when an older one is still judged by."""

    def __init__(self, topic: CaptureTopic, shelf: BaselineShelf, line_of: LineOf) -> None:
        """``line_of`` tells the baselines of a model as the log has them at the time of asking."""
        self._topic = topic
        self._shelf = shelf
        self._line_of = line_of
        self.has_older = False
        self._aged: list[CaptureDecoder] = []
        self._under: dict[tuple[str, str, str], CaptureDecoder] = {}

    def decode(self, batch: RawBatch, age: int = 0) -> Decoded:
        """Decode under the newest baseline of each model, or the one so many places before it, where there is such a one.

        ``has_older`` says afterwards whether a model of the batch has one before that.
        """
        while len(self._aged) <= age:
            self._aged.append(CaptureDecoder(self._topic, partial(self._schema_at, len(self._aged))))
        self.has_older = False
        return self._aged[age].decode(batch)

    def decode_under(self, batch: RawBatch, model: str, version: str, baseline: str) -> Decoded:
        """Decode with one model under a baseline of one's choice ("" for none)."""
        key = (model, version, baseline)
        if key not in self._under:
            self._under[key] = CaptureDecoder(self._topic, lambda m, v: self._chosen(key, m, v))
        return self._under[key].decode(batch)

    def empty(self, baseline: str) -> Profile | OpenProfile:
        """A profile without rows for a baseline."""
        return self._shelf.empty(baseline)

    def _schema_at(self, age: int, model: str, version: str) -> Schema | None:
        held = self._line_of(model, version).held
        if not held:
            return None
        self.has_older |= len(held) > age + 1
        baseline = held[max(-len(held), -1 - age)].baseline
        return self._shelf.schema(baseline) if baseline else None

    def _chosen(self, key: tuple[str, str, str], model: str, version: str) -> Schema | None:
        if (model, version) != key[:2]:
            return self._schema_at(0, model, version)
        return self._shelf.schema(key[2]) if key[2] else None
