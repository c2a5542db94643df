"""The final statistics of one closed window, as they stand on the ``statistics`` topic, with the ledger of what they are of.

Version 1; the rules of evolution are those of :mod:`driftline.contracts.violation`. Figures that were not to be had are
None; NaN never leaves the process.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from driftline.contracts.violation import Count, OffsetRange, Ratio, SageMakerLine, StateName, Window, Wire
from driftline.errors import ContractError


class Tally(Wire, frozen=True, kw_only=True):
    """How records (or rows) ended; the five add up to what was consumed."""

    accepted: Count = 0
    rejected: Count = 0
    late: Count = 0
    duplicate: Count = 0
    ignored: Count = 0


class SourceShare(Wire, frozen=True, kw_only=True):
    """What one source partition gave. ``idle`` says that it had nothing left to read and time was moved on for it."""

    range: OffsetRange
    records: Tally
    rows: Tally
    idle: bool = False


class Ledger(Wire, frozen=True, kw_only=True):
    """What the window is made of, source by source, and what was refused while it was open.

    ``records`` and ``rows`` are the sums over the sources. ``complete`` is False when events of the window may be missing,
    and ``reasons`` says why; a window closed while sources were idle is complete, and names them.
    """

    complete: bool
    reasons: tuple[str, ...]
    records: Tally
    rows: Tally
    sources: tuple[SourceShare, ...]


class Quantile(Wire, frozen=True, kw_only=True):
    """Value below which a share ``p`` of the rows lies: an estimate inside the bracket [low, high] that holds it for sure."""

    p: Ratio
    value: float | None
    low: float | None
    high: float | None


class Distance(Wire, frozen=True, kw_only=True):
    """How far the window is from the baseline by one measure, and as the mean shift in baseline sigmas that looks alike."""

    name: str
    value: float | None
    equivalent_sigmas: float | None


class CheckReading(Wire, frozen=True, kw_only=True):
    """What one check said of ``feature`` ("" for the model). It is violated when ``bound`` is beyond ``limit``."""

    feature: str
    check: str
    state: StateName
    observed: float | None
    limit: float | None
    bound: float | None
    n: Count
    reason: str
    details: dict[str, float]


class FeatureStatistics(Wire, frozen=True, kw_only=True):
    """One feature or prediction. Counts are rows; the numeric figures are None for categories and empty columns."""

    name: str
    role: str
    kind: str
    present: Count
    missing: Count
    mistyped: Count
    unseen: Count
    below: Count
    above: Count
    clipped: Count
    completeness: Ratio | None
    mean: float | None
    std: float | None
    min: float | None
    max: float | None
    distinct: Count | None
    counts: tuple[Count, ...]
    quantiles: tuple[Quantile, ...]
    distances: tuple[Distance, ...]
    readings: tuple[CheckReading, ...]


class OperationStatistics(Wire, frozen=True, kw_only=True):
    """Figures of the serving itself: requests, errors, distinct entities (within 6.5 %), latency in seconds.

    ``latency_counts`` are requests up to 1 ms, 2.5 ms, 5 ms … 30 s, 60 s, and above.
    """

    requests: Count
    errors: Count
    statuses: dict[str, Count]
    latency_counts: tuple[Count, ...]
    latency_mean_seconds: float | None
    latency_max_seconds: float | None
    entities: Count


class WindowStatistics(Wire, frozen=True, kw_only=True):
    """The final statistics of one closed window of a model and version.

    ``readings`` are those of no column below: of the model as a whole, and of extra columns by name. ``state`` is the worst.
    ``sagemaker`` are the entries of Model Monitor's ``constraint_violations.json`` for the window, one for each violated check.
    ``without_metrics`` are the features whose constraints there have ``emit_metrics`` Disabled.
    """

    model: str
    version: str
    slice: str
    window: Window
    baseline_id: str | None
    state: StateName
    rows: Count
    ledger: Ledger
    features: tuple[FeatureStatistics, ...]
    operations: OperationStatistics | None
    extras: dict[str, Count]
    extras_overflow: Count
    readings: tuple[CheckReading, ...]
    sagemaker: tuple[SageMakerLine, ...] = ()
    without_metrics: tuple[str, ...] = ()
    schema: Literal[1] = 1


_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER = msgspec.json.Decoder(WindowStatistics)


def encode_statistics(statistics: WindowStatistics) -> bytes:
    """The record's JSON; equal statistics give equal bytes."""
    return _ENCODER.encode(statistics)


def decode_statistics(data: bytes) -> WindowStatistics:
    """The statistics behind ``data``.

    Raises:
        ContractError: they are none, or of a version that this program does not know.

    """
    try:
        return _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ContractError(f"window statistics must be decodable: {error}") from error
