"""The violation event: one line of an incident's story, as it stands on the ``violations`` topic.

Version 1. New fields come with a default and readers ignore what they do not know; a field never changes its meaning, and
what has to change gets a new number in ``schema`` and in the event type. Times are integer milliseconds since the epoch,
UTC; windows and intervals are half-open. No raw value is in it: bins are the baseline's, categories are ones it knows.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from driftline.errors import ContractError

EventKind = Literal["opened", "updated", "resolved"]
StateName = Literal["OK", "WATCH", "UNKNOWN", "VIOLATED"]
SeverityName = Literal["info", "warning", "critical"]
Count = Annotated[int, msgspec.Meta(ge=0)]
Ratio = Annotated[float, msgspec.Meta(ge=0, le=1)]
HexId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]


class Wire(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the wire types: immutable, fields by name, unknown fields ignored."""


class Window(Wire, frozen=True, kw_only=True):
    """A window [start, end) of event time; ``label`` is its length (and step), ``timezone`` what its hours follow."""

    label: str
    start: int
    end: int
    timezone: str = "UTC"


class Histogram(Wire, frozen=True, kw_only=True):
    """Counts of one column.

    Numeric: ``edges`` e0 < e1 < … and len(edges) + 1 ``counts``: below e0, [e0, e1), …, from the last edge on. Otherwise
    ``categories`` (known to the baseline) and one count each, then one more count: the values it does not know.
    """

    counts: tuple[Count, ...]
    edges: tuple[float, ...] | None = None
    categories: tuple[str, ...] | None = None


class Interval(Wire, frozen=True, kw_only=True):
    """When the change began, as far as can be told: in [earliest, latest). ``method`` says how it was estimated."""

    earliest: int
    latest: int
    method: str


class Mover(Wire, frozen=True, kw_only=True):
    """A feature that moved in the same window, and how far: as a mean shift in baseline sigmas that would look alike."""

    feature: str
    equivalent_sigmas: float | None
    state: StateName


class OffsetRange(Wire, frozen=True, kw_only=True):
    """Records [start, end) of a source partition that the window may have been made of."""

    topic: str
    partition: Count
    start: int
    end: int
    topic_id: str = ""


class SageMakerLine(Wire, frozen=True, kw_only=True):
    """The entry of ``constraint_violations.json`` that SageMaker Model Monitor would have written."""

    feature_name: str
    constraint_check_type: str
    description: str


class Violation(Wire, frozen=True, kw_only=True):
    """An incident was opened, updated or resolved.

    ``observed``, ``limit`` and ``bound`` have the unit of the check; the check is violated when the *bound* is beyond the
    limit. ``n`` counts the rows of the window, ``completeness`` the share of them that had the feature (None for checks of
    the model). ``windows`` counts the breaching windows so far, ``opened`` is the one that opened the incident. ``onset`` is
    told by the opened event alone.
    """

    model: str
    version: str
    slice: str
    feature: str
    check: str
    kind: EventKind
    state: StateName
    severity: SeverityName
    incident_id: HexId
    event_id: HexId
    observed: float | None
    limit: float | None
    bound: float | None
    n: Count
    completeness: Ratio | None
    reason: str
    details: dict[str, float]
    baseline_id: str
    window: Window
    opened: Window
    windows: Count
    peak: float | None
    baseline_histogram: Histogram | None
    window_histogram: Histogram | None
    onset: Interval | None
    moved: tuple[Mover, ...]
    offsets: tuple[OffsetRange, ...]
    reproduce: str
    sagemaker: SageMakerLine
    schema: Literal[1] = 1


_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER = msgspec.json.Decoder(Violation)


def encode_violation(violation: Violation) -> bytes:
    """The event's JSON; equal events give equal bytes."""
    return _ENCODER.encode(violation)


def decode_violation(data: bytes) -> Violation:
    """The event behind ``data``.

    Raises:
        ContractError: it is no violation, or of a version that this program does not know.

    """
    try:
        return _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ContractError(f"a violation must be decodable: {error}") from error
