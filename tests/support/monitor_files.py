"""Files in the shape of Model Monitor's, small enough to read: what tests change word by word."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from driftline.baseline.sagemaker.document import SageMakerDocument

#: 5 numbers: 1, 2, 2 of weight 1 and 7 of weight 2.
NUMBERS: dict[str, Any] = {
    "name": "age",
    "inferred_type": "Integral",
    "numerical_statistics": {
        "common": {"num_present": 5, "num_missing": 1},
        "mean": 3.8,
        "sum": 19.0,
        "std_dev": 2.6381811916545836,
        "min": 1.0,
        "max": 7.0,
        "approximate_num_distinct_values": 3,
        "completeness": 0.8333333333333334,
        "distribution": {
            "kll": {
                "buckets": [{"lower_bound": 1.0, "upper_bound": 1.6, "count": 1.0}],
                "sketch": {"parameters": {"c": 0.64, "k": 2048.0}, "data": [[2.0, 1.0, 2.0], [7.0]]},
            }
        },
    },
}
TEXTS: dict[str, Any] = {
    "name": "plan",
    "inferred_type": "String",
    "string_statistics": {
        "common": {"num_present": 6, "num_missing": 0},
        "distinct_count": 2.0,
        "distribution": {"categorical": {"buckets": [{"value": "paid", "count": 2}, {"value": "free", "count": 4}]}},
    },
}
EMPTY: dict[str, Any] = {"name": "gone", "inferred_type": "Unknown"}
STATISTICS: dict[str, Any] = {"version": 0.0, "dataset": {"item_count": 6}, "features": [NUMBERS, TEXTS, EMPTY]}
CONSTRAINTS: dict[str, Any] = {
    "version": 0.0,
    "features": [
        {
            "name": "age",
            "inferred_type": "Integral",
            "completeness": 0.8,
            "num_constraints": {"is_non_negative": True},
            "monitoringConfigOverrides": {},
        },
        {
            "name": "plan",
            "inferred_type": "String",
            "completeness": 1.0,
            "string_constraints": {"domains": ["free", "paid", "team"]},
        },
        {"name": "gone", "inferred_type": "Unknown", "completeness": 0.0},
    ],
    "monitoring_config": {
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
    },
}


def statistics() -> dict[str, Any]:
    """A statistics file to change."""
    return copy.deepcopy(STATISTICS)


def constraints() -> dict[str, Any]:
    """A constraints file to change."""
    return copy.deepcopy(CONSTRAINTS)


def written(
    folder: Path, told: dict[str, Any] | bytes | None = STATISTICS, limits: dict[str, Any] | bytes | None = CONSTRAINTS
) -> Path:
    """Both files, or either, in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("statistics.json", told), ("constraints.json", limits)):
        if content is not None:
            text = content if isinstance(content, bytes) else SageMakerDocument.of(name, content).text
            (folder / name).write_bytes(text)
    return folder
