"""The bias report of rows: every metric of every facet, as a section of Clarify's ``analysis.json``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from driftline.errors import ConfigError
from driftline.quality.bias.config import BiasConfig, Facet
from driftline.quality.bias.counts import FacetCounts
from driftline.quality.bias.fliptest import flip_test
from driftline.quality.bias.formulas import FLIP_TEST, POST_TRAINING, PRE_TRAINING, UndefinedError
from driftline.quality.bias.selection import Selection, listed, selection
from driftline.quality.classes import class_of, number_of

Column = Sequence[object]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class BiasMetric:
    """A metric of one facet: its value, maybe infinite, or None and the reason."""

    name: str
    description: str
    value: float | None
    error: str = ""


@dataclass(frozen=True)
class FacetReport:
    """The metrics of one facet and value, before and after training."""

    facet: str
    value: str
    pre: tuple[BiasMetric, ...] = ()
    post: tuple[BiasMetric, ...] = ()


@dataclass(frozen=True)
class BiasReport:
    """All facets; ``label`` and ``positive`` say which label and which values of it were positive."""

    label: str
    positive: str
    facets: tuple[FacetReport, ...]
    rows: int


@dataclass(frozen=True)
class BiasRows:
    """Rows to look at: every column by name, the truth and, if there is one, the predicted label."""

    columns: Mapping[str, Column]
    label: Column
    predicted: Column | None = None
    """The predicted labels; None where there are none, or ``accepted`` says which are positive."""
    accepted: Flags | None = None
    label_name: str = "label"

    @property
    def rows(self) -> int:
        """How many."""
        return len(self.label)


@dataclass(frozen=True)
class Known:
    """What a baseline has settled already, so that a window is not asked: positive labels, and the values by facet."""

    positive: Selection | None = None
    facets: Mapping[str, tuple[Selection, ...]] = field(default_factory=dict)


def bias_report(rows: BiasRows, config: BiasConfig, known: Known | None = None) -> BiasReport:
    """Every metric that ``config`` asks for. ConfigError for a facet or group that is no column."""
    known = known or Known()
    _check_columns(rows, config)
    positive = known.positive or selection(rows.label, config.positive)
    labelled = positive.of(rows.label)
    predicted = positive.of(rows.predicted) if rows.predicted is not None else rows.accepted
    groups = None if config.group is None else [class_of(cell) or "" for cell in rows.columns[config.group]]
    found: list[FacetReport] = []
    for facet in config.facets:
        for chosen in known.facets.get(facet.name) or _chosen(facet, rows.columns[facet.name]):
            sensitive = chosen.of(rows.columns[facet.name])
            counts = FacetCounts.of(sensitive, labelled, predicted, groups)
            pre = tuple(_metric(name, *PRE_TRAINING[name], counts) for name in config.pre)
            after = config.post if predicted is not None else ()
            flips = _flips(rows, facet, config, sensitive, predicted)
            post = tuple(
                _metric(name, *{**POST_TRAINING, FLIP_TEST[0]: (FLIP_TEST[1], flips)}[name], counts) for name in after
            )
            found.append(FacetReport(facet.name, chosen.text, pre, post))
    return BiasReport(rows.label_name, positive.text, tuple(found), rows.rows)


def _chosen(facet: Facet, cells: Column) -> tuple[Selection, ...]:
    if facet.values:
        return (selection(cells, facet.values),)
    values = dict.fromkeys(label for label in map(class_of, cells) if label is not None)
    return tuple(listed([value]) for value in values)


def _check_columns(rows: BiasRows, config: BiasConfig) -> None:
    wanted = [*(facet.name for facet in config.facets), *((config.group,) if config.group else ())]
    absent = [name for name in wanted if name not in rows.columns]
    if absent:
        raise ConfigError(
            f"the bias configuration names the column {absent[0]!r}; the data has {', '.join(sorted(rows.columns)) or 'none'}"
        )


def _metric(name: str, description: str, formula: Callable[[FacetCounts], float], counts: FacetCounts) -> BiasMetric:
    try:
        return BiasMetric(name, description, formula(counts))
    except UndefinedError as error:
        return BiasMetric(name, description, None, str(error))


def _flips(
    rows: BiasRows, facet: Facet, config: BiasConfig, sensitive: Flags, predicted: Flags | None
) -> Callable[[FacetCounts], float]:
    """The flip test over the columns that are neither facet nor label, as a formula that looks at the rows instead."""

    def flips(_: FacetCounts) -> float:
        kept = [
            name
            for name in rows.columns
            if name not in {facet.name, config.label, config.predicted_label, rows.label_name}
        ]
        cells = [[_feature(cell) for cell in rows.columns[name]] for name in kept]
        matrix = np.array(cells, dtype=np.float64).reshape(len(kept), rows.rows).T
        accepted = np.zeros(rows.rows, dtype=np.bool_) if predicted is None else predicted
        return flip_test(matrix, sensitive, accepted)

    return flips


def _feature(cell: object) -> float:
    number = float(cell) if isinstance(cell, bool) else number_of(cell)
    return float("nan") if number is None else number
