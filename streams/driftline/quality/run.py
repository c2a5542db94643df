"""Runs: rows with their truth, a question, and maybe a baseline; out come the files that Model Monitor would have written.

One entry for the command line, schedules and the facade. Pure: rows in, documents and a verdict out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from driftline.baseline.sagemaker.document import SageMakerDocument
from driftline.errors import ConfigError
from driftline.quality.bias.config import BiasConfig
from driftline.quality.bias.report import bias_report
from driftline.quality.choosing import Attributes, bias_rows, cells_of
from driftline.quality.clarify import bias_sections, clarify_document, explanations, violations_of
from driftline.quality.drift import judge_attributions, judge_bias, known_by
from driftline.quality.joining import MergedRow
from driftline.quality.limits import constraints_document, judge, read_limits, suggest
from driftline.quality.measure import Metric, measure
from driftline.quality.problem import Problem
from driftline.quality.samples import sample_of
from driftline.quality.statistics import statistics_document
from driftline.quality.verdict import Verdict, violations_document


@dataclass(frozen=True)
class Outcome:
    """What a run found. ``files`` by name, in the order in which Model Monitor has them; ``notes`` are sentences."""

    kind: str
    rows: int
    files: Mapping[str, SageMakerDocument]
    verdict: Verdict = field(default_factory=Verdict)
    notes: tuple[str, ...] = ()
    figures: Mapping[str, Metric] = field(default_factory=dict)
    """What was measured, by name; of bias and attributions by facet and label as well."""


def quality_run(
    rows: Sequence[MergedRow], problem: Problem, attributes: Attributes, constraints: SageMakerDocument | None = None
) -> Outcome:
    """Model quality of ``rows``: judged by ``constraints``, or, without any, with those that are suggested of them."""
    limits = None if constraints is None else read_limits(constraints, problem)[1]
    measured = measure(
        problem, sample_of(problem, cells_of(rows, attributes), attributes.threshold, attributes.positive)
    )
    notes = tuple(f"{count} rows were left out: {reason}" for reason, count in measured.left_out.items())
    files = {"statistics.json": statistics_document(measured)}
    if limits is None or constraints is None:
        if not measured.rows:
            raise ConfigError(f"a baseline needs rows with a truth and a prediction, got none of {len(rows)}")
        files["constraints.json"] = constraints_document(problem, suggest(measured))
        return Outcome(problem, measured.rows, files, Verdict(), notes, measured.metrics)
    verdict = judge(measured, limits)
    files |= {"constraints.json": constraints, "constraint_violations.json": violations_document(verdict.entries)}
    return Outcome(problem, measured.rows, files, verdict, notes, measured.metrics)


def bias_run(
    rows: Sequence[MergedRow], config: BiasConfig, attributes: Attributes, baseline: SageMakerDocument | None = None
) -> Outcome:
    """Bias of ``rows``: judged by the ``baseline`` analysis where there is one."""
    given, left_out = bias_rows(rows, config, attributes)
    notes = (f"{left_out} rows were left out: no usable ground truth or prediction",) if left_out else ()
    if not given.rows:
        if baseline is None:
            raise ConfigError(f"a baseline needs rows with a truth, got none of {len(rows)}")
        verdict = Verdict(unknown=("no row has both a ground truth and a prediction",))
        return Outcome("bias", 0, {"constraint_violations.json": violations_of(())}, verdict, notes)
    known = None if baseline is None else known_by(baseline)
    report = bias_report(given, config, known)
    analysis = clarify_document("analysis.json", bias_sections(report))
    figures = {
        f"{metric.name} {facet.facet} = {facet.value}": Metric(math.nan if metric.value is None else metric.value)
        for facet in report.facets
        for metric in (*facet.pre, *facet.post)
    }
    if baseline is None:
        return Outcome("bias", given.rows, {"analysis.json": analysis}, notes=notes, figures=figures)
    verdict = judge_bias(analysis, baseline)
    files = {"analysis.json": analysis, "constraint_violations.json": violations_of(verdict.entries)}
    return Outcome("bias", given.rows, files, verdict, notes, figures)


def attribution_run(
    labels: Mapping[str, Mapping[str, float]], rows: int, baseline: SageMakerDocument | None = None
) -> Outcome:
    """Global SHAP values by label (of so many ``rows``; 0: not known), judged by the ``baseline`` analysis."""
    analysis = clarify_document("analysis.json", explanations(labels))
    figures = {f"{feature} {label}": Metric(value) for label, held in labels.items() for feature, value in held.items()}
    if baseline is None:
        return Outcome("attribution", rows, {"analysis.json": analysis}, figures=figures)
    verdict = judge_attributions(labels, baseline)
    files = {"analysis.json": analysis, "constraint_violations.json": violations_of(verdict.entries)}
    return Outcome("attribution", rows, files, verdict, figures=figures)
