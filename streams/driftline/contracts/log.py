"""Records of the delta log: what capture workers and verdict workers say to each other, and nothing else.

Partition 0 of ``partials`` is one total order of these records, its other partitions hold payloads that they name.
Every worker folds the log with
:class:`driftline.engine.ledger.LogState`; a record's own offset in the log is its identity, and for claims its
fencing token.  Times are integer milliseconds since the epoch, UTC; offsets are Kafka offsets, ranges half-open.

The encoding is MessagePack with a tag per record type.  ``LOG_VERSION`` is written into every record; a reader
refuses a version that it does not know instead of guessing.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from driftline.errors import ContractError

LOG_VERSION = 1


class Source(msgspec.Struct, frozen=True, array_like=True, order=True):
    """A partition of one life of a topic; a topic deleted and created again has another ``topic_id``."""

    topic: str
    topic_id: str
    partition: int

    def __str__(self) -> str:
        """``topic[partition]``, as Kafka's own tools write it."""
        return f"{self.topic}[{self.partition}]"


class TopicShape(msgspec.Struct, frozen=True, array_like=True):
    """How many partitions a topic has, as the writer of a claim saw it."""

    topic: str
    topic_id: str
    partitions: int


class Stamp(msgspec.Struct, frozen=True, array_like=True):
    """Who wrote a record: a process (random id) and its own running number; identifies the record to its writer."""

    writer: str
    number: int


class Counts(msgspec.Struct, array_like=True):
    """How records (or rows) of a range ended; the five add up to what was consumed."""

    accepted: int = 0
    rejected: int = 0
    late: int = 0
    duplicate: int = 0
    ignored: int = 0

    def total(self) -> int:
        """Everything that was consumed."""
        return self.accepted + self.rejected + self.late + self.duplicate + self.ignored

    def plus(self, other: Counts) -> Counts:
        """Both together, as a new value."""
        return Counts(
            self.accepted + other.accepted,
            self.rejected + other.rejected,
            self.late + other.late,
            self.duplicate + other.duplicate,
            self.ignored + other.ignored,
        )


class PaneDelta(msgspec.Struct, array_like=True):
    """What one flush of one source adds to one pane of one model under one baseline ("" where there is none)."""

    model: str
    version: str
    pane: int
    pane_ms: int
    baseline: str
    first: int
    last: int
    records: int
    rows: int
    statistics: dict[str, Any]


class KnownBaselines(msgspec.Struct, array_like=True):
    """How many baselines of a model the writer knew, and the latest pane end that it folded for the model."""

    model: str
    version: str
    known: int
    top: int


class Payload(msgspec.Struct, frozen=True, array_like=True):
    """Where the panes of one shard are that do not ride in the delta: the parts of one payload, in their order."""

    shard: int
    offsets: list[int]


class Claim(msgspec.Struct, tag="claim"):
    """Say "I own this source now".  Names all sources of all topics, so that none can be forgotten.

    ``shards`` is the number of shards that the writer spreads models over; all writers have to agree.
    """

    source: Source
    topics: list[TopicShape]
    stamp: Stamp
    shards: int = 1
    v: int = LOG_VERSION


class Birth(msgspec.Struct, tag="birth"):
    """The first position of a source: where its topic begins today."""

    source: Source
    token: int
    to: int
    watermark: int
    stamp: Stamp
    v: int = LOG_VERSION


class Delta(msgspec.Struct, tag="delta"):
    """Everything that the source offsets [start, end) contributed: one record commits it, or nothing does.

    Small panes ride in it; the others were written to the payload partitions of their shards before.
    """

    source: Source
    token: int
    start: int
    end: int
    watermark: int
    records: Counts
    rows: Counts
    baselines: list[KnownBaselines]
    panes: list[PaneDelta]
    stamp: Stamp
    payloads: list[Payload] = []
    v: int = LOG_VERSION


class Idle(msgspec.Struct, tag="idle"):
    """The source has nothing left to read at ``at``; its watermark moves on to ``watermark``."""

    source: Source
    token: int
    at: int
    watermark: int
    stamp: Stamp
    v: int = LOG_VERSION


class Gap(msgspec.Struct, tag="gap"):
    """Offsets [start, end) can no longer be read; they may have held events up to ``horizon``.

    Where ``start`` is ``end`` nothing was missed, but the event ids before it can no longer be read again.
    """

    source: Source
    token: int
    start: int
    end: int
    horizon: int
    reason: str
    stamp: Stamp
    v: int = LOG_VERSION


class Retire(msgspec.Struct, tag="retire"):
    """A topic was created anew: the sources of its earlier life end here; unread events may reach ``horizon``."""

    topic: str
    topic_id: str
    horizon: int
    stamp: Stamp
    v: int = LOG_VERSION


class BaselineInForce(msgspec.Struct, tag="baseline"):
    """A baseline (its whole content) comes into force; an empty ``baseline`` withdraws what was there.

    ``origin`` is the offset of its manifest on the ``baselines`` topic: an announcement that is not newer than
    the last one of the model changes nothing, so that announcing twice is harmless.
    """

    model: str
    version: str
    baseline: str
    content: bytes
    effective: int
    pane_ms: int
    origin: int
    stamp: Stamp
    v: int = LOG_VERSION


class VerdictClaim(msgspec.Struct, tag="verdict"):
    """Say "I judge this shard now"."""

    shard: int
    stamp: Stamp
    v: int = LOG_VERSION


class Trim(msgspec.Struct, tag="trim"):
    """A shard's owner needs the log from ``log`` on, and takes no payload of its shard before ``payload`` any more.

    A delta behind this record that names an earlier payload is refused, so that what lies before can be deleted.
    """

    shard: int
    token: int
    log: int
    payload: int
    stamp: Stamp
    v: int = LOG_VERSION


LogRecord = Claim | Birth | Delta | Idle | Gap | Retire | BaselineInForce | VerdictClaim | Trim


class Panes(msgspec.Struct, tag="panes"):
    """What the parts of a payload say when they are put together."""

    panes: list[PaneDelta]
    v: int = LOG_VERSION


_Versioned = TypeVar("_Versioned", LogRecord, Panes)

_ENCODER = msgspec.msgpack.Encoder()
_PANES: msgspec.msgpack.Decoder[Panes] = msgspec.msgpack.Decoder(Panes)
_DECODER: msgspec.msgpack.Decoder[LogRecord] = msgspec.msgpack.Decoder(LogRecord)


def encode_record(record: LogRecord) -> bytes:
    """The record's bytes on the log."""
    return _ENCODER.encode(record)


def decode_record(data: bytes) -> LogRecord:
    """The record behind ``data``.

    Raises:
        ContractError: it is no log record, or of a version that this program does not know.

    """
    return _decoded(_DECODER, data, "a record of the delta log")


def encode_panes(panes: list[PaneDelta]) -> bytes:
    """A payload: the panes of one shard in one flush, to be cut into parts."""
    return _ENCODER.encode(Panes(panes))


def decode_panes(data: bytes) -> list[PaneDelta]:
    """The panes behind a payload whose parts have been put together. Raises ContractError like :func:`decode_record`."""
    return _decoded(_PANES, data, "a payload").panes


def _decoded(decoder: msgspec.msgpack.Decoder[_Versioned], data: bytes, what: str) -> _Versioned:
    try:
        record = decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ContractError(f"{what} must be decodable: {error}") from error
    if record.v != LOG_VERSION:
        raise ContractError(f"{what} must have version {LOG_VERSION}, got {record.v}")
    return record
