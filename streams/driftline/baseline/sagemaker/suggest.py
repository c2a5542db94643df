"""Suggested constraints: what Model Monitor writes into ``constraints.json`` for given statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from driftline.baseline.kinds import Kind
from driftline.baseline.model import CategoryStatistics, NumericStatistics
from driftline.baseline.sagemaker.document import SageMakerDocument

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from driftline.baseline.sagemaker.statistics import Column

#: As real files of 2024 and 2025 have it; the documentation shows 0.1 for the first two thresholds.
DEFAULT_CONFIG: Final[Mapping[str, Any]] = {
    "evaluate_constraints": "Enabled",
    "emit_metrics": "Enabled",
    "datatype_check_threshold": 1.0,
    "domain_content_threshold": 1.0,
    "distribution_constraints": {
        "perform_comparison": "Enabled",
        "comparison_threshold": 0.1,
        "comparison_method": "Robust",
        "categorical_comparison_threshold": 0.1,
        "categorical_drift_method": "LInfinity",
    },
}


def suggest_constraints(name: str, columns: Sequence[Column]) -> SageMakerDocument:
    """The constraints file called ``name`` for these columns: what was seen is what is demanded.

    Completeness is the observed one, numbers stay non-negative if they were, and a text with categories keeps to them.
    """
    features = [_feature(column) for column in columns]
    return SageMakerDocument.of(name, {"version": 0.0, "features": features, "monitoring_config": DEFAULT_CONFIG})


def _feature(column: Column) -> dict[str, Any]:
    rows = column.present + column.missing
    feature: dict[str, Any] = {
        "name": column.name,
        "inferred_type": column.kind.value,
        "completeness": column.present / rows if rows else 0.0,
    }
    held = column.statistics
    if isinstance(held, NumericStatistics):
        feature["num_constraints"] = {"is_non_negative": held.min >= 0.0}
    elif column.kind is Kind.STRING and isinstance(held, CategoryStatistics) and held.categories:
        feature["string_constraints"] = {"domains": list(held.categories)}
    return feature
