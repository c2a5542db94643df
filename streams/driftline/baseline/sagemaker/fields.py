"""Fields: what is read of Model Monitor's files, by their own names. What else is in them is left alone.

Numbers may be null, or the texts "NaN" and "Infinity" that Scala's JSON writes: :func:`number` makes them None.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec

Num = float | str | None


class Common(msgspec.Struct, frozen=True):
    """Counts of values (>= 0)."""

    num_present: Num = None
    num_missing: Num = None


class Bucket(msgspec.Struct, frozen=True):
    """One category and how often it came."""

    value: Any = None
    count: Num = None


class Categorical(msgspec.Struct, frozen=True):
    """The categories of a text."""

    buckets: tuple[Bucket, ...] | None = None


class Kll(msgspec.Struct, frozen=True):
    """The distribution of numbers; the sketch is decoded by itself, for it is large and may be spoilt."""

    sketch: msgspec.Raw = msgspec.Raw(b"null")


class Distribution(msgspec.Struct, frozen=True):
    """Either of the two distributions."""

    kll: Kll | None = None
    categorical: Categorical | None = None


class Sketch(msgspec.Struct, frozen=True):
    """Items of weight 2**level, level by level."""

    data: tuple[tuple[float, ...], ...]


class Numerical(msgspec.Struct, frozen=True):
    """Statistics of numbers."""

    common: Common | None = None
    mean: Num = None
    std_dev: Num = None
    min: Num = None
    max: Num = None
    approximate_num_distinct_values: Num = None
    distribution: Distribution | None = None


class Textual(msgspec.Struct, frozen=True):
    """Statistics of texts."""

    common: Common | None = None
    distinct_count: Num = None
    distribution: Distribution | None = None


class FeatureStatistics(msgspec.Struct, frozen=True):
    """One feature of ``statistics.json``."""

    name: str
    inferred_type: str | None = None
    numerical_statistics: Numerical | None = None
    string_statistics: Textual | None = None


class Dataset(msgspec.Struct, frozen=True):
    """The whole of the data."""

    item_count: Num = None


class DistributionSettings(msgspec.Struct, frozen=True):
    """``distribution_constraints``; the last two are how files of 2019 spell them."""

    perform_comparison: bool | str | None = None
    comparison_threshold: Any = None
    comparison_method: str | None = None
    categorical_comparison_threshold: Any = None
    categorical_drift_method: str | None = None
    enable_comparisons: bool | str | None = None
    min_domain_mass: Any = None


class Settings(msgspec.Struct, frozen=True):
    """``monitoring_config``, and what overrides it for one feature."""

    evaluate_constraints: bool | str | None = None
    emit_metrics: bool | str | None = None
    datatype_check_threshold: Any = None
    domain_content_threshold: Any = None
    distribution_constraints: DistributionSettings | None = None


class NumberConstraints(msgspec.Struct, frozen=True):
    """``num_constraints`` of a feature."""

    is_non_negative: bool | None = None
    monitoring_config_overrides: Settings | None = None
    overrides: Settings | None = msgspec.field(default=None, name="monitoringConfigOverrides")


class TextConstraints(msgspec.Struct, frozen=True):
    """``string_constraints`` of a feature."""

    domains: tuple[Any, ...] | None = None
    monitoring_config_overrides: Settings | None = None
    overrides: Settings | None = msgspec.field(default=None, name="monitoringConfigOverrides")


class FeatureConstraints(msgspec.Struct, frozen=True):
    """One feature of ``constraints.json``."""

    name: str
    inferred_type: str | None = None
    completeness: Any = None
    num_constraints: NumberConstraints | None = None
    string_constraints: TextConstraints | None = None
    monitoring_config_overrides: Settings | None = None
    overrides: Settings | None = msgspec.field(default=None, name="monitoringConfigOverrides")

    @property
    def settings(self) -> tuple[Settings, ...]:
        """What overrides the file's settings; a later one overrides those before it."""
        blocks = (self, self.num_constraints, self.string_constraints)
        found = (own for block in blocks if block for own in (block.overrides, block.monitoring_config_overrides))
        return tuple(own for own in found if own is not None)


class ConstraintsFile(msgspec.Struct, frozen=True):
    """``constraints.json``."""

    features: tuple[FeatureConstraints, ...]
    monitoring_config: Settings | None = None


def number(value: Num) -> float | None:
    """A finite number, or None for what is none."""
    try:
        found = math.nan if value is None else float(value)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def text(value: object) -> str:
    """A category as text: texts as they are, other values as JSON writes them."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
