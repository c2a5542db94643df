"""``monitoring_config_override``: what the suggested constraints shall have instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class DataQualityDistributionConstraints:
    """Settings of drift; None leaves what was suggested."""

    perform_comparison: str | None = None
    comparison_threshold: float | None = None
    comparison_method: str | None = None
    categorical_comparison_threshold: float | None = None
    categorical_drift_method: str | None = None


@dataclass(frozen=True)
class DataQualityMonitoringConfig:
    """Settings of all checks; None leaves what was suggested."""

    evaluate_constraints: str | None = None
    emit_metrics: str | None = None
    datatype_check_threshold: float | None = None
    domain_content_threshold: float | None = None
    distribution_constraints: DataQualityDistributionConstraints | None = None

    def applied(self, config: dict[str, Any]) -> dict[str, Any]:
        """``monitoring_config`` of a constraints file with what is set here."""
        own = {name: value for name, value in vars(self).items() if name != "distribution_constraints"}
        drift = {} if self.distribution_constraints is None else vars(self.distribution_constraints)
        inner = {**config.get("distribution_constraints", {}), **_set(drift)}
        return {**config, **_set(own), "distribution_constraints": inner}


def _set(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
