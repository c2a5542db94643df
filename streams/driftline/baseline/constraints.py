"""Constraints: what a window may differ by from its baseline, as data that people edit by hand.

A limit is a material effect, never a p-value: a check compares a *confidence bound* of the effect with it, so that one
number says both "how much do I care" and "how sure must I be". Everything has a default; a column names only what differs.
"""

from __future__ import annotations

from typing import Final

import msgspec

#: Distances that may decide; the first is the default (Model Monitor's ``Robust``).
DISTANCES: Final = (
    "linf_robust",
    "linf_simple",
    "ks",
    "psi",
    "jensen_shannon",
    "hellinger",
    "total_variation",
    "wasserstein_normalised",
    "chi_squared",
)

#: Checks of one column that ``off`` may name.
COLUMN_CHECKS: Final = (
    "data_type_check",
    "completeness_check",
    "baseline_drift_check",
    "prediction_drift_check",
    "missing_column_check",
    "categorical_values_check",
    "numeric_bounds_check",
)

#: Checks of the whole model that ``defaults.off`` may name besides those of the columns.
MODEL_CHECKS: Final = ("extra_column_check", "volume_check")


class Drift(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which distance decides about drift, and from which value on (a distance above ``limit`` is drift)."""

    distance: str = DISTANCES[0]
    limit: float = 0.1


class ColumnDrift(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Drift of one column: the distance or the limit or both, the other one by default."""

    distance: str | None = None
    limit: float | None = None


class Completeness(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How much completeness may fall: ``max_drop`` below the baseline's share, or never under ``min``; shares 0..1."""

    max_drop: float | None = None
    min: float | None = None


class DataType(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Greatest share (0..1) of the present values that may be of another type."""

    max_mismatch: float = 0.01


class Categorical(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Greatest share (0..1) of the present values that may be unknown to the baseline."""

    max_unseen: float = 0.01


class Bounds(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Closed interval of allowed numbers, and the greatest share (0..1) outside; ``None`` falls back to the baseline."""

    min: float | None = None
    max: float | None = None
    max_outside: float | None = None


class Volume(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rows of a window against the median of its own history: ratios, and how many earlier windows it takes."""

    low: float = 0.5
    high: float = 2.0
    min_history: int = 3


class Defaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The limits of every column that names none of its own; ``off`` switches checks off for the whole model."""

    drift: Drift = Drift()
    completeness: Completeness = Completeness(max_drop=0.05)
    data_type: DataType = DataType()
    categorical: Categorical = Categorical()
    bounds: Bounds = Bounds(max_outside=0.01)
    volume: Volume = Volume()
    missing_columns: bool = True
    extra_columns: bool = True
    off: tuple[str, ...] = ()


class ColumnConstraint(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is special about one column. ``categories`` are allowed values beside those of the baseline."""

    name: str
    drift: ColumnDrift | None = None
    completeness: Completeness | None = None
    data_type: DataType | None = None
    categorical: Categorical | None = None
    bounds: Bounds | None = None
    categories: tuple[str, ...] | None = None
    off: tuple[str, ...] = ()


class ColumnLimits(msgspec.Struct, frozen=True):
    """The limits in force for one column: its own where it has some, the defaults elsewhere; nothing left to look up."""

    drift: Drift
    completeness: Completeness
    max_mismatch: float
    max_unseen: float
    low: float | None
    high: float | None
    max_outside: float
    categories: tuple[str, ...]
    off: frozenset[str]


class Constraints(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All limits of one baseline. ``min_samples``: below so many rows a window is UNKNOWN (>= 1).

    >>> Constraints(columns=(ColumnConstraint("age", drift=ColumnDrift(limit=0.2)),)).limits("age").drift.limit
    0.2
    >>> Constraints().limits("age").max_mismatch
    0.01
    """

    min_samples: int = 30
    defaults: Defaults = Defaults()
    columns: tuple[ColumnConstraint, ...] = ()

    def column(self, name: str) -> ColumnConstraint | None:
        """What is special about column ``name``; ``None`` if nothing is. O(constrained columns)."""
        return next((column for column in self.columns if column.name == name), None)

    def limits(self, name: str) -> ColumnLimits:
        """The limits in force for column ``name``, defaults filled in."""
        own, base = self.column(name) or ColumnConstraint(name), self.defaults
        bounds = own.bounds or Bounds()
        drift = own.drift or ColumnDrift()
        outside = base.bounds.max_outside if bounds.max_outside is None else bounds.max_outside
        return ColumnLimits(
            drift=Drift(
                base.drift.distance if drift.distance is None else drift.distance,
                base.drift.limit if drift.limit is None else drift.limit,
            ),
            completeness=own.completeness or base.completeness,
            max_mismatch=(own.data_type or base.data_type).max_mismatch,
            max_unseen=(own.categorical or base.categorical).max_unseen,
            low=bounds.min,
            high=bounds.max,
            max_outside=0.01 if outside is None else outside,
            categories=own.categories or (),
            off=frozenset((*base.off, *own.off)),
        )

    def is_on(self, check: str, name: str = "") -> bool:
        """Whether ``check`` is to be made, for column ``name`` or (name "") for the model."""
        if check == "missing_column_check" and not self.defaults.missing_columns:
            return False
        if check == "extra_column_check" and not self.defaults.extra_columns:
            return False
        own = self.column(name)
        return check not in self.defaults.off and (own is None or check not in own.off)
