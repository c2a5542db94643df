"""What a baseline is: the statistics of the data a model was made for, and the constraints drawn from them.

Plain immutable values, no I/O. A baseline's id is a hash of its content, so that an edited limit is another baseline.
"""

from __future__ import annotations

import enum
import hashlib

import msgspec

from driftline.baseline.constraints import Constraints
from driftline.baseline.kinds import Kind
from driftline.baseline.sagemaker.rules import MonitorRules

__all__ = [
    "Baseline",
    "CategoryStatistics",
    "ColumnProfile",
    "Kind",
    "NumericStatistics",
    "Role",
    "Statistics",
    "baseline_id",
]


class Role(enum.StrEnum):
    """What a column is for. Features and predictions are monitored; the others are known, and so never "extra"."""

    FEATURE = "feature"
    PREDICTION = "prediction"
    LABEL = "label"
    TIME = "time"
    ID = "id"
    ENTITY = "entity"
    SEGMENT = "segment"
    IGNORE = "ignore"

    @property
    def is_monitored(self) -> bool:
        """Whether windows keep statistics of the column."""
        return self in {Role.FEATURE, Role.PREDICTION}


class NumericStatistics(msgspec.Struct, frozen=True, tag="numeric", tag_field="type", forbid_unknown_fields=True):
    """Statistics of a column of numbers. rows = count + missing + mistyped; everything but ``missing`` is present.

    ``count`` are the finite numbers (>= 1); ``mistyped`` are present values that are none (text, infinity). ``std`` is the
    population's. ``edges`` increase strictly and cut the line into len + 1 half-open bins whose exact ``counts`` sum to
    ``count``; the first and the last bin lie outside [min, max] and are empty. ``distinct`` is exact up to 1,000,000 values,
    then an estimate. ``quantiles`` maps "0.01" … "0.99" to values: exact up to 1,000,000 values, else within 0.1 % of ranks.

    From Model Monitor's files the edges are every value v that its sketch retains and the double above v, so that the bin of v
    holds the sketch's weight of v; ``counts`` sum to the sketch's weight, and are all nought where the file has no
    distribution: then there is nothing to compare with.
    """

    count: int
    missing: int
    mean: float
    std: float
    min: float
    max: float
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    distinct: int
    quantiles: dict[str, float]
    mistyped: int = 0

    @property
    def present(self) -> int:
        """Values that were not null, mistyped ones included."""
        return self.count + self.mistyped


class CategoryStatistics(msgspec.Struct, frozen=True, tag="category", tag_field="type", forbid_unknown_fields=True):
    """Statistics of a column of categories (text, or "false" and "true"). rows = count + missing + mistyped.

    ``categories`` holds the most frequent values (at most 1,000), by falling count and then by name; ``other`` counts the
    values beyond, so sum(categories) + other == count. ``distinct`` is exact up to 1,000,000 values, then an estimate. From
    Model Monitor's files a text without a distribution has no categories, and the counts may disagree as those files do.
    """

    count: int
    missing: int
    categories: dict[str, int]
    other: int
    distinct: int
    mistyped: int = 0

    @property
    def present(self) -> int:
        """Values that were not null, mistyped ones included."""
        return self.count + self.mistyped


Statistics = NumericStatistics | CategoryStatistics


class ColumnProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One column of the baseline. ``statistics`` is None for Unknown kinds and for ids, entities, times and ignored ones."""

    name: str
    role: Role
    kind: Kind
    statistics: NumericStatistics | CategoryStatistics | None = None


class Baseline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Statistics and constraints of one model and version; make it with :meth:`build`, which derives the ``id``.

    ``created`` (RFC 3339), ``source`` and ``effective_from`` (ms UTC from which windows are judged by it; None: from its
    publication) say where it came from and do not enter the id. ``monitor`` holds the rules of Model Monitor's own
    ``constraints.json``, features in the order of ``columns``: with them the baseline is judged as Model Monitor would.
    """

    id: str
    model: str
    version: str
    created: str
    source: str
    rows: int
    columns: tuple[ColumnProfile, ...]
    constraints: Constraints
    effective_from: int | None = None
    monitor: MonitorRules | None = None

    @classmethod
    def build(  # noqa: PLR0913 - one argument per field
        cls,
        *,
        model: str,
        version: str,
        rows: int,
        columns: tuple[ColumnProfile, ...],
        constraints: Constraints,
        created: str = "",
        source: str = "",
        effective_from: int | None = None,
        monitor: MonitorRules | None = None,
    ) -> Baseline:
        """A baseline with its id; the column constraints are put into the order of the columns."""
        place = {column.name: index for index, column in enumerate(columns)}
        ordered = tuple(sorted(constraints.columns, key=lambda column: place.get(column.name, len(place))))
        constraints = msgspec.structs.replace(constraints, columns=ordered)
        identity = baseline_id(model, version, rows, columns, constraints, monitor)
        return cls(identity, model, version, created, source, rows, columns, constraints, effective_from, monitor)

    def column(self, name: str) -> ColumnProfile | None:
        """The column called ``name``, or None. O(columns)."""
        return next((column for column in self.columns if column.name == name), None)

    def with_role(self, *roles: Role) -> tuple[ColumnProfile, ...]:
        """The columns of these roles, in the order of the data."""
        return tuple(column for column in self.columns if column.role in roles)

    @property
    def monitored(self) -> tuple[ColumnProfile, ...]:
        """Features and predictions of a known kind, in the order of the data."""
        return tuple(c for c in self.columns if c.role.is_monitored and c.kind is not Kind.UNKNOWN)

    @property
    def features(self) -> tuple[ColumnProfile, ...]:
        """The columns with role feature, in the order of the data."""
        return self.with_role(Role.FEATURE)

    @property
    def predictions(self) -> tuple[ColumnProfile, ...]:
        """The columns with role prediction, in the order of the data."""
        return self.with_role(Role.PREDICTION)

    def with_constraints(self, constraints: Constraints) -> Baseline:
        """The same statistics under other constraints: another baseline, with another id."""
        return Baseline.build(
            model=self.model,
            version=self.version,
            rows=self.rows,
            columns=self.columns,
            constraints=constraints,
            created=self.created,
            source=self.source,
            effective_from=self.effective_from,
            monitor=self.monitor,
        )


def baseline_id(
    model: str,
    version: str,
    rows: int,
    columns: tuple[ColumnProfile, ...],
    constraints: Constraints,
    monitor: MonitorRules | None = None,
) -> str:
    """First 16 hex digits of sha256 over the canonical JSON (sorted keys, shortest floats) of a baseline's content.

    The content is the list of the arguments (``monitor`` only where there is one), encoded a column at a time.
    """
    ends = [constraints] if monitor is None else [constraints, monitor]
    digest = hashlib.sha256(_canonical([model, version, rows])[:-1] + b",[")
    for index, column in enumerate(columns):
        digest.update((b"," if index else b"") + _canonical(column))
    digest.update(b"]," + _canonical(ends)[1:])
    return digest.hexdigest()[:16]


def _canonical(value: object) -> bytes:
    return msgspec.json.encode(value, order="sorted")
