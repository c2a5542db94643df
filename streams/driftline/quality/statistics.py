"""``statistics.json`` of model quality: what was measured, in Model Monitor's layout, and read back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.baseline.sagemaker.document import SageMakerDocument
from driftline.errors import BaselineError
from driftline.quality.limits import VERSION
from driftline.quality.measure import Measured, Metric
from driftline.quality.problem import Problem

POINTS = 1_000
"""Points of a curve that are written, about; chosen, because Spark thins to as many, and a file of 300,000 has 24 MB."""
_BEFORE_CURVES = "false_negative_rate"


def statistics_document(measured: Measured, start: str | None = None, end: str | None = None) -> SageMakerDocument:
    """The file for a sample; ``start`` and ``end`` say of which time it is (RFC 3339). What is not defined is ``"NaN"``.

    Model Monitor's also has the time when it ran (``evaluation_time``): a result of ours knows of no clock.
    """
    times = {"start_time": start, "end_time": end}
    dataset = {"item_count": measured.rows} | {name: time for name, time in times.items() if time is not None}
    metrics: dict[str, object] = {}
    if measured.confusion is not None:
        metrics["confusion_matrix"] = measured.confusion.document()
    for name, metric in measured.metrics.items():
        metrics[name] = {"value": _number(metric.value), "standard_deviation": _number(metric.standard_deviation)}
        if name == _BEFORE_CURVES:
            metrics |= _curves(measured)
    content = {"version": VERSION, "dataset": dataset, measured.problem.metrics_key: metrics}
    return SageMakerDocument.of("statistics.json", content)


def read_metrics(document: SageMakerDocument) -> tuple[Problem, Mapping[str, Metric]]:
    """The problem and the metrics of a file. BaselineError when it has none, or a metric is no number."""
    content = document.content()
    problem = next((problem for problem in Problem if problem.metrics_key in content), None)
    if problem is None or not isinstance(content[problem.metrics_key], dict):
        expected = ", ".join(problem.metrics_key for problem in Problem)
        kind = f"; this is {document.kind}" if document.kind else ""
        raise BaselineError(f"{document.name}: expected one of {expected}, got {', '.join(content) or 'nothing'}{kind}")
    section = content[problem.metrics_key]
    place = f"{document.name}: $.{problem.metrics_key}"
    return problem, {name: _metric(held, f"{place}.{name}") for name, held in section.items() if _is_metric(held)}


def _is_metric(held: object) -> bool:
    return isinstance(held, dict) and "value" in held


def _metric(held: Mapping[str, Any], place: str) -> Metric:
    try:
        return Metric(float(held["value"]), float(held.get("standard_deviation", math.nan)))
    except (TypeError, ValueError) as error:
        raise BaselineError(f'{place}: value and standard_deviation must be numbers or "NaN", got {held!r}') from error


def _curves(measured: Measured) -> dict[str, object]:
    drawn = measured.curves
    if drawn is None:
        return {}
    return {
        "receiver_operating_characteristic_curve": {
            "false_positive_rates": _thinned(drawn.false_positive_rates),
            "true_positive_rates": _thinned(drawn.true_positive_rates),
        },
        "precision_recall_curve": {"precisions": _thinned(drawn.precisions), "recalls": _thinned(drawn.recalls)},
    }


def _thinned(points: NDArray[np.float64]) -> list[float]:
    """About a thousand points of a curve, and both its ends. The areas in the file are of all of them."""
    step = max(1, len(points) // POINTS)
    kept: list[float] = points[::step].tolist()
    return kept if (len(points) - 1) % step == 0 else [*kept, float(points[-1])]


def _number(value: float) -> float | str:
    return value if math.isfinite(value) else "NaN" if math.isnan(value) else f"{'-' * (value < 0)}Infinity"
