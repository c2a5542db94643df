"""Limits on metrics of model quality: suggested from a baseline, kept in ``constraints.json``, and judged."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from driftline.baseline.sagemaker.document import SageMakerDocument
from driftline.baseline.sagemaker.text import java_double
from driftline.errors import BaselineError
from driftline.quality.measure import Measured, Metric
from driftline.quality.problem import LESS, OPERATORS, Problem
from driftline.quality.verdict import Entry, Verdict

VERSION = 0.0
"""``version`` of Model Monitor's files, as real ones have it."""


@dataclass(frozen=True)
class Limit:
    """A metric and the threshold that it must not be below (``LessThanThreshold``) or above (``GreaterThanThreshold``)."""

    metric: str
    threshold: float
    operator: str

    def is_broken_by(self, value: float) -> bool:
        """Whether ``value`` is on the wrong side; a value equal to the threshold is not."""
        return value < self.threshold if self.operator == LESS else value > self.threshold


def suggest(measured: Measured) -> tuple[Limit, ...]:
    """What Model Monitor suggests: every metric at the baseline's own value, without slack; those with a value."""
    found = ((name, measured.metrics.get(name), operator) for name, operator in measured.problem.rules.items())
    return tuple(
        Limit(name, metric.value, operator) for name, metric, operator in found if metric and metric.is_defined
    )


def judge(measured: Measured, limits: tuple[Limit, ...]) -> Verdict:
    """Every limit that is broken, in their order. Without rows nothing is judged, and so is a metric without a value."""
    if not measured.rows:
        return Verdict(unknown=(f"no row has both a ground truth and a prediction{_left_out(measured.left_out)}",))
    entries: list[Entry] = []
    unknown: list[str] = []
    for limit in limits:
        metric = measured.metrics.get(limit.metric)
        if metric is None or not metric.is_defined:
            unknown.append(_why_not(limit.metric, measured))
        elif limit.is_broken_by(metric.value):
            entries.append(_entry(limit, metric))
    return Verdict(tuple(entries), tuple(unknown), len(limits) - len(unknown))


def _entry(limit: Limit, metric: Metric) -> Entry:
    """The entry as Model Monitor writes it, with Java's numbers and the rates in camel case."""
    name = camel(limit.metric)
    value, deviation = java_double(metric.value), java_double(metric.standard_deviation)
    return {
        "constraint_check_type": limit.operator,
        "description": f"Metric {name} with {value} +/- {deviation} was {limit.operator} '{java_double(limit.threshold)}'",
        "metric_name": name,
    }


def camel(metric: str) -> str:
    """How a violation names a metric: rates in camel case, the others as they are.

    >>> camel("true_positive_rate"), camel("f0_5")
    ('truePositiveRate', 'f0_5')
    """
    if not metric.endswith("_rate"):
        return metric
    first, *rest = metric.split("_")
    return first + "".join(map(str.capitalize, rest))


def _why_not(name: str, measured: Measured) -> str:
    if name in {"auc", "au_prc"} and measured.curves is None:
        return f"{name} needs a probability: name its column with --probability-attribute"
    if name not in measured.metrics:
        return f"{name} is not a metric of {measured.problem.value}"
    return f"{name} is not defined for these {measured.rows} rows: a class or all variance is absent"


def _left_out(counts: Mapping[str, int]) -> str:
    said = ", ".join(f"{rows} with {reason}" for reason, rows in counts.items())
    return f" ({said})" if said else ""


def constraints_document(problem: Problem, limits: tuple[Limit, ...]) -> SageMakerDocument:
    """``constraints.json`` with these limits."""
    held = {limit.metric: {"threshold": limit.threshold, "comparison_operator": limit.operator} for limit in limits}
    return SageMakerDocument.of("constraints.json", {"version": VERSION, problem.constraints_key: held})


def read_limits(document: SageMakerDocument, wanted: Problem | None = None) -> tuple[Problem, tuple[Limit, ...]]:
    """The limits of a ``constraints.json`` for the ``wanted`` problem, or the one problem that it has.

    BaselineError, with file and place: another kind of file, another problem, a threshold that is no number.
    """
    content = document.content()
    there = [problem for problem in Problem if problem.constraints_key in content]
    if wanted is None and len(there) == 1:
        wanted = there[0]
    if wanted is None or wanted not in there:
        expected = wanted.constraints_key if wanted else "one of " + ", ".join(p.constraints_key for p in Problem)
        kind = f"; this is {document.kind}" if document.kind else ""
        raise BaselineError(f"{document.name}: expected {expected}, got {', '.join(content) or 'nothing'}{kind}")
    section, place = content[wanted.constraints_key], f"{document.name}: $.{wanted.constraints_key}"
    if not isinstance(section, dict):
        raise BaselineError(f"{place}: must be an object, got {section!r}")
    return wanted, tuple(_limit(name, held, f"{place}.{name}") for name, held in section.items())


def _limit(name: str, held: Any, place: str) -> Limit:  # noqa: ANN401 - it is anything that JSON has
    operator = held.get("comparison_operator") if isinstance(held, dict) else None
    if operator not in OPERATORS:
        raise BaselineError(f"{place}.comparison_operator: must be {' or '.join(OPERATORS)}, got {operator!r}")
    threshold = held.get("threshold")
    try:
        number = math.nan if isinstance(threshold, bool) else float(threshold)
    except (TypeError, ValueError):
        number = math.nan
    if math.isnan(number):
        raise BaselineError(f"{place}.threshold: must be a number, got {threshold!r}")
    return Limit(name, number, operator)
