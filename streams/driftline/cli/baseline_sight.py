"""What Model Monitor's rules will be able to see of a column: the distance from which on there is drift."""

from __future__ import annotations

from driftline.baseline.model import ColumnProfile, NumericStatistics
from driftline.baseline.sagemaker.rules import FeatureRules
from driftline.baseline.sight import smallest_distance


def monitor_sight(column: ColumnProfile, rules: FeatureRules | None, window_rows: int, rows: int) -> str:
    """The smallest distance that is drift in a window of so many rows, or why there is none.

    Robust takes the noise of both samples off the distance: 1.8 sqrt((n + m) / (n m)); Simple takes off nothing.
    """
    statistics = column.statistics
    if rules is None or statistics is None or not (rules.config.evaluate and rules.config.perform_comparison):
        return "not judged"
    is_number = isinstance(statistics, NumericStatistics)
    weight = sum(statistics.counts if isinstance(statistics, NumericStatistics) else statistics.categories.values())
    if not weight:
        return "no distribution to compare with"
    config = rules.config
    limit = config.comparison_threshold if is_number else config.categorical_threshold
    if not is_number and config.categorical_method == "ChiSquared":
        return f"p < {limit:g}" if config.comparison_method == "Robust" else f"chi-squared > {limit:g}"
    if config.comparison_method == "Robust":
        share = statistics.present / rows if rows else 1.0
        limit = smallest_distance(limit, weight, max(1, round(window_rows * share)))
    return "too few rows" if limit >= 1.0 else f"distance {limit:.2f}"
