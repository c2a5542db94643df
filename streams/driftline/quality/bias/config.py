"""The bias configuration: Clarify's ``analysis_config.json``, as far as it says what is to be measured of whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from driftline.errors import ConfigError
from driftline.quality.bias.formulas import FLIP_TEST, POST_TRAINING, PRE_TRAINING

Document = Mapping[str, object]


@dataclass(frozen=True)
class Facet:
    """A column, and the values or the one threshold that make a row sensitive; none: each value in turn."""

    name: str
    values: tuple[object, ...] = ()


@dataclass(frozen=True)
class BiasConfig:
    """What to measure. Names are columns of the data set; ``pre`` and ``post`` are short names of metrics, in order."""

    facets: tuple[Facet, ...]
    positive: tuple[object, ...]
    """Positive values of the label, or its threshold."""
    label: str | None = None
    predicted_label: str | None = None
    group: str | None = None
    pre: tuple[str, ...] = tuple(PRE_TRAINING)
    post: tuple[str, ...] = tuple(sorted((*POST_TRAINING, FLIP_TEST[0])))
    headers: tuple[str, ...] = ()
    threshold: float | None = None
    """Probability above which a row is predicted positive."""


def bias_config(document: Document, where: str) -> BiasConfig:
    """Read ``analysis_config.json``; keys that do not concern bias are passed over. ConfigError names the fault and the place."""
    facets = document.get("facet", document.get("facets"))
    if not isinstance(facets, list) or not facets:
        raise ConfigError(f"{where}: facet must be a list of {{name_or_index, value_or_threshold}}, got {facets!r}")
    positive = document.get("label_values_or_threshold")
    if not isinstance(positive, list) or not positive:
        raise ConfigError(f"{where}: label_values_or_threshold must list the positive label values, got {positive!r}")
    headers = _headers(document.get("headers"), where)
    predictor = document.get("predictor")
    threshold = document.get("probability_threshold")
    if threshold is None and isinstance(predictor, Mapping):
        threshold = predictor.get("probability_threshold")
    return BiasConfig(
        tuple(_facet(facet, headers, where) for facet in facets),
        tuple(positive),
        _column(document.get("label"), headers),
        _column(document.get("predicted_label"), headers),
        _column(document.get("group_variable"), headers),
        _methods(document, "pre_training_bias", tuple(PRE_TRAINING), where),
        _methods(document, "post_training_bias", BiasConfig.post, where),
        headers,
        float(threshold) if isinstance(threshold, int | float) else None,
    )


def _facet(facet: object, headers: tuple[str, ...], where: str) -> Facet:
    name = _column(facet.get("name_or_index"), headers) if isinstance(facet, Mapping) else None
    if not isinstance(facet, Mapping) or name is None:
        raise ConfigError(f"{where}: a facet must have name_or_index, got {facet!r}")
    values = facet.get("value_or_threshold")
    return Facet(name, () if values is None else tuple(values if isinstance(values, list) else [values]))


def _column(name: object, headers: Sequence[str]) -> str | None:
    """A column by name, or by its place in ``headers``."""
    if isinstance(name, int) and not isinstance(name, bool):
        return headers[name] if 0 <= name < len(headers) else str(name)
    return name if isinstance(name, str) else None


def _headers(headers: object, where: str) -> tuple[str, ...]:
    if headers is None:
        return ()
    if isinstance(headers, list) and all(isinstance(name, str) for name in headers):
        return tuple(headers)
    raise ConfigError(f"{where}: headers must list the names of the columns, got {headers!r}")


def _methods(document: Document, key: str, every: tuple[str, ...], where: str) -> tuple[str, ...]:
    """The metrics that ``methods.<key>.methods`` asks for; all when the section says so, or there are no methods at all."""
    methods = document.get("methods")
    if not isinstance(methods, Mapping):
        return every
    section = methods.get(key)
    if section is None:
        return ()
    asked = section.get("methods", "all") if isinstance(section, Mapping) else "all"
    names = [asked] if isinstance(asked, str) else list(asked)
    if names == ["all"]:
        return every
    unknown = [name for name in names if name not in every]
    if unknown:
        raise ConfigError(f"{where}: methods.{key}.methods must be among {', '.join(every)}, got {unknown[0]!r}")
    return tuple(name for name in every if name in names)
