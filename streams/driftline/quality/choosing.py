"""Choosing: the cells of merged rows that a question is about, by Model Monitor's attributes and Clarify's headers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from driftline.errors import ConfigError
from driftline.quality.bias.config import BiasConfig
from driftline.quality.bias.report import BiasRows
from driftline.quality.classes import class_of, number_of
from driftline.quality.joining import MergedRow, Row
from driftline.quality.samples import THRESHOLD, Cells
from driftline.quality.selectors import selected, selector

INFERENCE, PROBABILITY, TRUTH = "--inference-attribute", "--probability-attribute", "--ground-truth-attribute"


@dataclass(frozen=True)
class Attributes:
    """Where answers and truth are, as Model Monitor's attributes say it (`driftline.quality.selectors`)."""

    inference: str | None = None
    probability: str | None = None
    ground_truth: str | None = None
    """None: the first cell of a ground-truth record."""
    threshold: float = THRESHOLD
    """A probability above it is positive."""
    positive: str | None = None
    """The positive class of two; None: the greater one, or the one that says yes or true."""


def cells_of(rows: Sequence[MergedRow], attributes: Attributes) -> Cells:
    """The cells that ``attributes`` name, of every row. ConfigError when no row has one."""
    answers = [row.outputs for row in rows]
    found = {
        option: None if text is None else selected(answers, selector(text, option))
        for option, text in ((INFERENCE, attributes.inference), (PROBABILITY, attributes.probability))
    }
    truth = selected([row.truth for row in rows], selector(attributes.ground_truth or "0", TRUTH))
    return Cells(truth, found[INFERENCE], found[PROBABILITY])


def bias_rows(rows: Sequence[MergedRow], config: BiasConfig, attributes: Attributes) -> tuple[BiasRows, int]:
    """The rows that have a truth and, where one is asked for, an answer; and how many have not."""
    tables = bool(rows) and isinstance(rows[0].truth, Mapping)
    chosen = Attributes(
        attributes.inference or config.predicted_label,
        attributes.probability,
        attributes.ground_truth or (config.label if tables else None),
    )
    cells = cells_of(rows, chosen)
    answers = cells.predicted if cells.predicted is not None else cells.scores
    usable = [
        place
        for place, truth in enumerate(cells.truth)
        if class_of(truth) is not None and (answers is None or class_of(answers[place]) is not None)
    ]
    label = [cells.truth[place] for place in usable]
    columns = _columns([_named(rows[place].inputs, config) for place in usable], {chosen.inference, chosen.probability})
    named = config.label or attributes.ground_truth or "label"
    if cells.predicted is not None:
        predicted = [cells.predicted[place] for place in usable]
        return BiasRows(columns, label, predicted, label_name=named), len(rows) - len(usable)
    limit = attributes.threshold if config.threshold is None else config.threshold
    accepted = None if cells.scores is None else _above([cells.scores[place] for place in usable], limit)
    return BiasRows(columns, label, accepted=accepted, label_name=named), len(rows) - len(usable)


def _columns(rows: Sequence[Mapping[str, object]], answers: set[str | None]) -> Mapping[str, Sequence[object]]:
    """The columns of the inputs, of which the answers are none."""
    names = dict.fromkeys(name for row in rows for name in row if name not in answers)
    return {name: [row.get(name) for row in rows] for name in names}


def _above(scores: Sequence[object], limit: float) -> NDArray[np.bool_]:
    numbers = map(number_of, scores)
    return np.array([score is not None and score > limit for score in numbers], dtype=np.bool_)


def _named(row: Row, config: BiasConfig) -> Mapping[str, object]:
    """A row's columns by name: its own, or those of the configuration's headers, without the label."""
    if isinstance(row, Mapping):
        return row
    names = [name for name in config.headers if len(config.headers) == len(row) or name != config.label]
    if len(names) != len(row):
        raise ConfigError(
            f"the bias configuration names {len(config.headers)} headers, a row of the captures has {len(row)} inputs: "
            "list the columns of the input in their order as headers"
        )
    return dict(zip(names, row, strict=True))
