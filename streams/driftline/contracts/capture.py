"""What goes into the capture decoder and what comes out of it: plain values, no I/O.

A *record* is one Kafka record. It holds one *row*, several (a JSON array of captures, a SageMaker request of many lines),
or none that can be used. Every record ends as rows, as rejects or as ignored; none disappears.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from driftline.stats.columns import Columns

Headers = Sequence[tuple[str, bytes | None]]
FormatName = Literal["auto", "native", "flat", "sagemaker"]


@dataclass(frozen=True, slots=True)
class KeyNames:
    """The keys under which a topic's records carry what is not a feature."""

    id: str = "id"
    time: str = "time"
    model: str = "model"
    version: str = "version"
    features: str = "features"
    prediction: str = "prediction"
    latency: str = "latency"
    status: str = "status"
    error: str = "error"
    entity: str = "entity"
    segment: str = "segment"


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps on one row; what goes beyond is left out and counted in :attr:`Decoded.counted`, unless it says "refused".

    Chosen, because they let a wide tabular model through and keep any one record from costing more than its bytes.
    """

    features: int = 10_000
    """Values kept of a row of a model without a baseline."""
    extras: int = 64
    """Names of extra columns reported per row, in the order of the record."""
    name: int = 256
    """Characters of a feature name; longer extra names are left out."""
    text: int = 1024
    """Characters of a category. Longer ones are told apart as always, but counted."""
    id: int = 128
    """Characters of an event id; longer ones are replaced by their hash."""
    label: int = 200
    """Characters of a model or version: longer ones are refused."""
    rows: int = 10_000
    """Rows of one record: more are refused."""
    segments: int = 8
    """Entries of a segment map."""


@dataclass(frozen=True, slots=True)
class CaptureTopic:
    """How the records of one topic are to be read. ``model`` and ``version`` stand in where a record names none.

    ``output_columns`` says where Model Monitor's flattened row has its outputs, for baselines that do not tell
    predictions from features.
    """

    name: str
    format: FormatName = "auto"
    model: str | None = None
    version: str | None = None
    keys: KeyNames = field(default_factory=KeyNames)
    max_record_bytes: int = 1_048_576
    output_columns: Literal["first", "last"] = "first"
    limits: Limits = field(default_factory=Limits)


@dataclass(slots=True)
class RawBatch:
    """Records of one partition in offset order, as lists of equal length.

    ``append_times`` are the broker's LogAppendTime in ms, or None where the topic does not stamp; ``timestamps`` the
    record's own (ms, -1 when none), used only where a capture carries no time. ``headers`` is None when none are needed.
    """

    topic: str
    partition: int
    offsets: list[int]
    values: list[bytes | None]
    keys: list[bytes | None]
    append_times: list[int | None]
    timestamps: list[int]
    headers: Sequence[Headers | None] | None = None
    refused: Mapping[int, str] | None = None
    """Offsets of records that were refused before they came here, by a script of the user's, and why."""

    def __len__(self) -> int:
        """Records in the batch."""
        return len(self.offsets)


@dataclass(slots=True)
class OpenRows:
    """Rows of a model without a baseline: names and values as they came. The arrays are those of :class:`Columns`."""

    rows: list[dict[str, object]]
    latency: NDArray[np.float64]
    error: NDArray[np.bool_]
    status: NDArray[np.int8]
    entity: NDArray[np.uint64]
    first: NDArray[np.bool_]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.rows)

    def take(self, rows: NDArray[np.intp]) -> OpenRows:
        """The rows at these positions, in this order."""
        return OpenRows(
            [self.rows[row] for row in rows.tolist()],
            self.latency[rows],
            self.error[rows],
            self.status[rows],
            self.entity[rows],
            self.first[rows],
        )


@dataclass(slots=True)
class RowBlock:
    """All rows of a batch that belong to one model and version, ordered by (offset, index).

    ``baseline`` is the id of the baseline whose layout the columns have, "" for a model without one. ``index`` is the
    place of the row in its record. ``segments`` is None when no row carries any.
    """

    model: str
    version: str
    baseline: str
    offset: NDArray[np.int64]
    index: NDArray[np.int32]
    time_ms: NDArray[np.int64]
    columns: Columns | OpenRows
    ids: list[str | None]
    segments: list[dict[str, str] | None] | None

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.offset)


@dataclass(frozen=True, slots=True)
class Reject:
    """What cannot be used: a whole record (``index`` None) or one row of it, why, and how many rows that are."""

    offset: int
    index: int | None
    reason: str
    message: str
    rows: int = 1


@dataclass(slots=True)
class Decoded:
    """The outcome of one batch. ``ignored`` are offsets of tombstones; each other record has a row or a reject.

    ``nonstandard`` counts records that were JSON only by Python's extensions (NaN, Infinity, 1e400). ``counted`` counts
    what was left out of accepted rows, by name: ``features_over_cap``, ``invalid_latency``, ``no_time`` ...
    """

    blocks: list[RowBlock] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    ignored: list[int] = field(default_factory=list)
    nonstandard: int = 0
    counted: dict[str, int] = field(default_factory=dict)

    def count(self, name: str, times: int = 1) -> None:
        """Add to one of the counters."""
        if times:
            self.counted[name] = self.counted.get(name, 0) + times
