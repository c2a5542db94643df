"""SageMaker captures of one row each, many at a time: parsed by type, then put into columns together.

Only what is plain is read here: CSV without quotes or a JSON object of features by name (either may be behind BASE64), and
answers in the same format. For the rest, and wherever something is wrong, ``formats/sagemaker.py`` decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import msgspec
import numpy as np

from driftline.contracts.capture import CaptureTopic, Decoded, Headers, RawBatch, RowBlock
from driftline.contracts.document import is_utf8
from driftline.contracts.envelope import event_id
from driftline.contracts.events import Lookup, RecordContext
from driftline.contracts.formats.sagemaker_names import named_by
from driftline.contracts.requestrows import JSON_BEGINS, Rows, line_of, rows_like
from driftline.contracts.schema import Schema
from driftline.contracts.shapes import SAGEMAKER_MARK
from driftline.contracts.times import event_times
from driftline.errors import ContractError

Named = tuple[str, str]
Positions = list[int]
MAX_NAMES = 10_000
"""Ways of naming a model that are remembered; then all are forgotten. Chosen, because a topic has few."""
WORTH_GATHERING = 2
"""Requests of one model and layout from which on it is quicker to read them together; measured."""
_MARK = b'"' + SAGEMAKER_MARK.encode() + b'"'


class _Part(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """Other keys are left to the careful path, which looks at them; this one would pass over them, whatever they hold."""


class _Side(_Part):
    data: str
    encoding: str
    observedContentType: str | None = None  # noqa: N815 - the names of the wire
    mode: str | None = None


class _Sides(_Part):
    endpointInput: _Side  # noqa: N815
    endpointOutput: _Side | None = None  # noqa: N815


class _Metadata(_Part):
    inferenceTime: str  # noqa: N815
    eventId: str | None = None  # noqa: N815
    inferenceId: str | None = None  # noqa: N815
    customAttributes: tuple[str, ...] | None = None  # noqa: N815
    endpointName: str | None = None  # noqa: N815
    variantName: str | None = None  # noqa: N815
    invocationSource: str | None = None  # noqa: N815


class _Request(_Part):
    captureData: _Sides  # noqa: N815
    eventMetadata: _Metadata  # noqa: N815
    eventVersion: Literal["0"] = "0"  # noqa: N815
    endpointName: str | None = None  # noqa: N815
    variantName: str | None = None  # noqa: N815


_decode = msgspec.json.Decoder(_Request).decode


class Requests:
    """Reads the SageMaker captures of one topic. ``lookup`` gives the schema of a model and version."""

    def __init__(self, topic: CaptureTopic, lookup: Lookup) -> None:
        """Nothing is known yet."""
        self._topic = topic
        self._lookup = lookup
        self._names: dict[object, Named | None] = {}

    def read(self, batch: RawBatch, positions: Positions, out: Decoded) -> tuple[list[RowBlock], Positions]:
        """Blocks of the records that are plain, and the positions of the others. 4 us a record of 20 numbers and 5 categories."""
        groups: dict[object, _Group | None] = {}
        left: Positions = []
        for position in positions:
            request = _request(batch.values[position] or b"")
            if request is None or not self._add(request, batch, position, groups):
                left.append(position)
        blocks = []
        for group in filter(None, groups.values()):
            if len(group.positions) >= WORTH_GATHERING:
                blocks.append(group.block(batch, left, out))
            else:
                left += group.positions
        return [block for block in blocks if len(block)], sorted(left)

    def _add(self, request: _Request, batch: RawBatch, position: int, groups: dict[object, _Group | None]) -> bool:
        """Whether a request has found the group of its like, and its row a place there."""
        named = self._named(request, (batch.headers[position] if batch.headers is not None else None) or ())
        asked, answer = request.captureData.endpointInput, request.captureData.endpointOutput
        came = line_of(asked.data, asked.encoding, asked.observedContentType)
        went = line_of(answer.data, answer.encoding, answer.observedContentType) if answer else ""
        if named is None or came is None or went is None:
            return False
        json = came[:1] in JSON_BEGINS
        if answer and json != (went[:1] in JSON_BEGINS):
            return False
        key = (named, json, came[0] if json else came.count(","), went.count(",") if answer and not json else None)
        if key not in groups:
            groups[key] = self._group(named, came, went if answer else None)
        group = groups[key]
        if group is None or not group.rows.add(came, went if answer else None):
            return False
        group.positions.append(position)
        group.requests.append(request)
        return True

    def _group(self, named: Named, came: str, went: str | None) -> _Group | None:
        schema = self._lookup(*named)
        if schema is None:
            return None
        rows = rows_like(came, went, schema, self._topic)
        return _Group(named, schema, self._topic, rows) if rows else None

    def _named(self, request: _Request, headers: Headers) -> Named | None:
        """Model and version, None if they cannot be told."""
        metadata = request.eventMetadata
        told = (metadata.customAttributes, metadata.endpointName, metadata.variantName)
        key = (told, request.endpointName, request.variantName, tuple(map(tuple, headers)))
        if key not in self._names:
            if len(self._names) >= MAX_NAMES:
                self._names.clear()
            self._names[key] = self._name(request, headers)
        return self._names[key]

    def _name(self, request: _Request, headers: Headers) -> Named | None:
        document, metadata = msgspec.to_builtins(request), msgspec.to_builtins(request.eventMetadata)
        metadata["customAttributes"] = list(metadata["customAttributes"] or ())
        context = RecordContext(self._topic, self._lookup, lambda _: None, 0, headers=headers)
        try:
            return named_by(document, metadata, context)
        except ContractError:
            return None


@dataclass
class _Group:
    """Requests of one model and version whose rows lie alike."""

    named: Named
    schema: Schema
    topic: CaptureTopic
    rows: Rows
    positions: Positions = field(default_factory=list)
    requests: list[_Request] = field(default_factory=list)

    def block(self, batch: RawBatch, left: Positions, out: Decoded) -> RowBlock:
        """The block of the group, but for the rows without a time, whose positions are added to ``left``."""
        times, faults = event_times([request.eventMetadata.inferenceTime for request in self.requests])
        kept = [row for row in range(len(self.requests)) if row not in faults]
        left += [self.positions[row] for row in faults]
        metadata = [self.requests[row].eventMetadata for row in kept]
        return RowBlock(
            *self.named,
            self.schema.baseline,
            np.array([batch.offsets[self.positions[row]] for row in kept], dtype=np.int64),
            np.zeros(len(kept), dtype=np.int32),
            times[kept],
            self.rows.columns(kept, out),
            [event_id(one.inferenceId or one.eventId, self.topic.limits, out.count) for one in metadata],
            None,
        )


def _request(value: bytes) -> _Request | None:
    if _MARK not in value or not is_utf8(value):
        return None
    try:
        return _decode(value)
    except (ValueError, RecursionError):
        return None
