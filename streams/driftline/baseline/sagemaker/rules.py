"""Rules: what a ``constraints.json`` of Model Monitor demands, resolved: every feature with the settings in force for it.

A baseline that carries them is judged as Model Monitor would; one without them, by driftline's own checks.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from driftline.baseline.kinds import Kind

ComparisonMethod = Literal["Simple", "Robust"]
CategoricalMethod = Literal["LInfinity", "ChiSquared"]


class MonitoringConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``monitoring_config``, of the whole file or of one feature. The defaults are those that real files have.

    ``datatype_threshold`` and ``domain_threshold`` are the shares (0..1) of the present values that must match;
    ``comparison_threshold`` is the distance (>= 0) of numbers beyond which there is drift, ``categorical_threshold`` that of
    categories (of ``ChiSquared`` with ``Robust``: the p-value below which). ``comparison_method`` is used for numbers and for
    ``LInfinity``. ``evaluate``, ``emit_metrics`` and ``perform_comparison`` switch all checks, the metrics, and drift.
    """

    evaluate: bool = True
    emit_metrics: bool = True
    datatype_threshold: float = 1.0
    domain_threshold: float = 1.0
    perform_comparison: bool = True
    comparison_threshold: float = 0.1
    comparison_method: ComparisonMethod = "Robust"
    categorical_threshold: float = 0.1
    categorical_method: CategoricalMethod = "LInfinity"


class FeatureRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is demanded of one feature. ``None`` is a constraint that the file does not have.

    ``completeness`` is the least share (0..1) of rows with a value, ``domains`` the allowed texts. ``non_negative`` is written
    for numbers, but no check of Model Monitor reads it. ``config`` has the feature's overrides in it, of whichever place.
    """

    name: str
    inferred_type: Kind
    completeness: float | None = None
    non_negative: bool | None = None
    domains: tuple[str, ...] | None = None
    config: MonitoringConfig = MonitoringConfig()


class MonitorRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All rules of a constraints file. The order of ``features`` is the file's: it names columns that come by position.

    >>> rules = MonitorRules(features=(FeatureRules("age", Kind.INTEGRAL, completeness=1.0),))
    >>> rules.rules_of("age").config.comparison_method
    'Robust'
    """

    config: MonitoringConfig = MonitoringConfig()
    features: tuple[FeatureRules, ...] = ()

    def rules_of(self, name: str) -> FeatureRules | None:
        """The rules of the feature called ``name``, or None. O(features)."""
        return next((feature for feature in self.features if feature.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        """The features by position."""
        return tuple(feature.name for feature in self.features)
