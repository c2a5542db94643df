"""``analysis.json`` of SageMaker Clarify: bias metrics and feature attributions, as Python's json writes them there."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final

from driftline.baseline.sagemaker.document import SageMakerDocument
from driftline.errors import BaselineError
from driftline.quality.bias.report import BiasMetric, BiasReport
from driftline.quality.verdict import Entry

VERSION: Final = "1.0"
PRE: Final = "pre_training_bias_metrics"
POST: Final = "post_training_bias_metrics"
EXPLANATIONS: Final = "explanations"


def clarify_document(name: str, content: Mapping[str, object]) -> SageMakerDocument:
    """A file in Clarify's layout: Python's numbers, four spaces."""
    return SageMakerDocument(name, json.dumps(dict(content), indent=4, ensure_ascii=False).encode())


def violations_of(entries: tuple[Entry, ...]) -> SageMakerDocument:
    """``constraint_violations.json`` of a bias or explainability run; with a version, unlike those of data quality."""
    return clarify_document(
        "constraint_violations.json", {"version": VERSION, "violations": [dict(entry) for entry in entries]}
    )


def bias_sections(report: BiasReport) -> dict[str, object]:
    """The sections of ``analysis.json`` for a report; one without metrics is left out."""
    found: dict[str, object] = {"version": VERSION}
    for key, side in ((POST, "post"), (PRE, "pre")):
        facets: dict[str, list[object]] = {}
        for facet in report.facets:
            metrics: tuple[BiasMetric, ...] = getattr(facet, side)
            if metrics:
                entry = {"value_or_threshold": facet.value, "metrics": [_bias_metric(metric) for metric in metrics]}
                facets.setdefault(facet.facet, []).append(entry)
        if facets:
            found[key] = {"label": report.label, "facets": facets, "label_value_or_threshold": report.positive}
    return found


def explanations(
    labels: Mapping[str, Mapping[str, float]], expected: Mapping[str, float] | None = None
) -> dict[str, object]:
    """``analysis.json`` for global SHAP values by label, and the expected value of each where it is known."""
    shap = {
        label: {"global_shap_values": dict(values)}
        | ({"expected_value": expected[label]} if expected and label in expected else {})
        for label, values in labels.items()
    }
    return {"version": VERSION, EXPLANATIONS: {"kernel_shap": shap}}


def _bias_metric(metric: BiasMetric) -> dict[str, object]:
    held: dict[str, object] = {"name": metric.name, "description": metric.description, "value": _value(metric.value)}
    return held | ({"error": metric.error} if metric.error else {})


def _value(value: float | None) -> float | str | None:
    """Infinite values are texts in Clarify's files."""
    return value if value is None or math.isfinite(value) else clarify_number(value)


def clarify_number(value: float) -> str:
    """A number in a description: as Python writes it, infinity spelled out.

    >>> clarify_number(2.916666666666667), clarify_number(float("inf"))
    ('2.916666666666667', 'Infinity')
    """
    return repr(float(value)).replace("inf", "Infinity")


def bias_values(document: SageMakerDocument) -> list[tuple[str, str, str, str, float | None]]:
    """Each (section, facet, value, metric, number) of a file, in its order. BaselineError with the place of a fault."""
    content = document.content()
    if PRE not in content and POST not in content:
        raise BaselineError(f"{document.name}: expected {POST} or {PRE}, got {', '.join(content) or 'nothing'}")
    found = []
    for section in (PRE, POST):
        facets = _dict(
            _dict(content.get(section, {}), document, section).get("facets", {}), document, f"{section}.facets"
        )
        for facet, values in facets.items():
            place = f"{section}.facets.{facet}"
            for number, value in enumerate(_list(values, document, place)):
                here = f"{place}[{number}]"
                held = _dict(value, document, here)
                metrics = _list(held.get("metrics"), document, f"{here}.metrics")
                text = str(held.get("value_or_threshold", ""))
                found += [(section, facet, text, *_read(metric, document, here)) for metric in metrics]
    return found


def label_values(document: SageMakerDocument) -> str | None:
    """Which values of the label a file calls positive; None when it does not say."""
    content = document.content()
    for section in (POST, PRE):
        held = content.get(section)
        if isinstance(held, dict) and "label_value_or_threshold" in held:
            return str(held["label_value_or_threshold"])
    return None


def shap_values(document: SageMakerDocument) -> dict[str, dict[str, float]]:
    """Global SHAP values by label and feature. BaselineError with the place of a fault."""
    content = document.content()
    place = f"{EXPLANATIONS}.kernel_shap"
    if EXPLANATIONS not in content:
        raise BaselineError(f"{document.name}: expected {EXPLANATIONS}, got {', '.join(content) or 'nothing'}")
    labels = _dict(_dict(content[EXPLANATIONS], document, EXPLANATIONS).get("kernel_shap"), document, place)
    found = {}
    for label, held in labels.items():
        here = f"{place}.{label}.global_shap_values"
        values = _dict(_dict(held, document, f"{place}.{label}").get("global_shap_values"), document, here)
        found[label] = {feature: _number(value, document, f"{here}.{feature}") for feature, value in values.items()}
    return found


def _read(metric: object, document: SageMakerDocument, place: str) -> tuple[str, float | None]:
    held = _dict(metric, document, place)
    value = held.get("value")
    return str(held.get("name")), None if value is None else _number(value, document, f"{place}.{held.get('name')}")


def _number(value: Any, document: SageMakerDocument, place: str) -> float:  # noqa: ANN401 - anything that JSON has
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if math.isnan(number):
        raise BaselineError(f'{document.name}: $.{place}: must be a number or "Infinity", got {value!r}')
    return number


def _dict(value: object, document: SageMakerDocument, place: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise BaselineError(f"{document.name}: $.{place}: must be an object, got {value!r}")


def _list(value: object, document: SageMakerDocument, place: str) -> list[Any]:
    if isinstance(value, list):
        return value
    raise BaselineError(f"{document.name}: $.{place}: must be a list, got {value!r}")
