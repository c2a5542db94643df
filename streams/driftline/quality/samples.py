"""Samples: rows with the truth beside the answer, as arrays, from cells of any spelling; what had to be left out is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from driftline.errors import ConfigError
from driftline.quality.classes import class_of, number_of, positive_class
from driftline.quality.confusion import class_order
from driftline.quality.problem import Problem

Floats = NDArray[np.float64]
PAIR = 2
"""Classes of a binary problem."""
THRESHOLD = 0.5
"""Probability above which a row counts as positive, when nothing else is said (SDK default)."""
NUMBERED, SPOKEN = frozenset({"0", "1"}), frozenset({"false", "true"})
"""The pairs that are completed when only one of the two occurs."""
SHOWN = 5
"""Classes that a message names; chosen, because a line holds them."""


@dataclass(frozen=True)
class Cells:
    """One row each: the truth, the class or number that was answered (None: there is no such column), the probability."""

    truth: Sequence[object]
    predicted: Sequence[object] | None
    scores: Sequence[object] | None = None

    @property
    def rows(self) -> int:
        """Rows that came."""
        return len(self.truth)


@dataclass(frozen=True)
class Classified:
    """Rows of a classification. ``actual`` and ``predicted`` are places in ``labels``; ``scores`` may be absent."""

    labels: tuple[str, ...]
    actual: NDArray[np.int64]
    predicted: NDArray[np.int64]
    scores: Floats | None
    positive: int
    """The place of the positive class; of two classes."""
    left_out: Counter[str] = field(default_factory=Counter)
    """Rows that could not be used, by what they lacked."""

    def __len__(self) -> int:
        """Rows that count."""
        return len(self.actual)

    def take(self, rows: NDArray[np.intp]) -> Classified:
        """The rows at these places."""
        scores = None if self.scores is None else self.scores[rows]
        return Classified(self.labels, self.actual[rows], self.predicted[rows], scores, self.positive)


@dataclass(frozen=True)
class Regressed:
    """Rows of a regression, finite numbers."""

    actual: Floats
    predicted: Floats
    left_out: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        """Rows that count."""
        return len(self.actual)

    def take(self, rows: NDArray[np.intp]) -> Regressed:
        """The rows at these places."""
        return Regressed(self.actual[rows], self.predicted[rows])


Sample = Classified | Regressed


def sample_of(problem: Problem, cells: Cells, threshold: float = THRESHOLD, positive: str | None = None) -> Sample:
    """The usable rows of ``cells``. ``threshold`` (a probability above it is positive) and ``positive`` are for two classes.

    Left out, and counted: rows without a truth, without an answer, and those whose number is no finite number. ConfigError
    when the columns that the problem needs are not there, or a binary problem has more than two classes.
    """
    if problem is Problem.REGRESSION:
        return _regressed(cells)
    if problem is Problem.MULTICLASS and cells.predicted is None:
        raise ConfigError("MulticlassClassification needs --inference-attribute: the column with the predicted class")
    if cells.predicted is None and cells.scores is None:
        raise ConfigError("BinaryClassification needs --inference-attribute or --probability-attribute, got neither")
    return _classified(problem, cells, threshold, positive)


def _regressed(cells: Cells) -> Regressed:
    answers = cells.predicted if cells.predicted is not None else cells.scores
    if answers is None:
        raise ConfigError("Regression needs --inference-attribute: the column with the predicted number")
    left_out: Counter[str] = Counter()
    kept: list[tuple[float, float]] = []
    for truth, answer in zip(cells.truth, answers, strict=True):
        actual, predicted = number_of(truth), number_of(answer)
        if actual is None or predicted is None:
            left_out["no usable ground truth" if actual is None else "no usable prediction"] += 1
        else:
            kept.append((actual, predicted))
    pairs = np.array(kept, dtype=np.float64).reshape(-1, 2)
    return Regressed(pairs[:, 0].copy(), pairs[:, 1].copy(), left_out)


def _classified(problem: Problem, cells: Cells, threshold: float, wanted: str | None) -> Classified:
    binary = problem is Problem.BINARY
    truth = [class_of(value) for value in cells.truth]
    scores = [number_of(value) for value in cells.scores] if binary and cells.scores is not None else None
    said = None if cells.predicted is None else [class_of(value) for value in cells.predicted]
    found = {*truth, *(said or ())}
    labels = two_labels(found, wanted) if binary else _sorted(found)
    positive = positive_class(labels, wanted) if binary else -1
    places = {label: place for place, label in enumerate(labels)}
    left_out: Counter[str] = Counter()
    kept: list[tuple[int, int, float]] = []
    for row, actual in enumerate(truth):
        score = scores[row] if scores is not None else 0.0
        answer = said[row] if said is not None else _by_threshold(score, threshold, labels, positive)
        lacks = _lacks(actual, answer, score)
        if actual is None or answer is None or score is None:
            left_out[lacks] += 1
        else:
            kept.append((places[actual], places[answer], score))
    actuals, predicted, numbers = zip(*kept, strict=True) if kept else ((), (), ())
    return Classified(
        labels,
        np.array(actuals, dtype=np.int64),
        np.array(predicted, dtype=np.int64),
        None if scores is None else np.array(numbers, dtype=np.float64),
        positive,
        left_out,
    )


def _lacks(actual: str | None, answer: str | None, score: float | None) -> str:
    if actual is None:
        return "no usable ground truth"
    return "no usable probability" if score is None else "no usable prediction" if answer is None else ""


def _by_threshold(score: float | None, threshold: float, labels: tuple[str, ...], positive: int) -> str | None:
    return None if score is None else labels[positive if score > threshold else 1 - positive]


def two_labels(found: set[str | None], wanted: str | None = None) -> tuple[str, ...]:
    """The two classes of a binary problem, of which fewer may have been ``found``; ConfigError when there are more.

    >>> two_labels({"1"}), two_labels({"no"}, "yes"), two_labels({"a"})
    (('0', '1'), ('no', 'yes'), ('a', 'not a'))
    """
    labels = {label for label in found if label is not None}
    named = class_of(wanted)
    if named is not None and len(labels) < PAIR:
        labels.add(named)
    if len(labels) < PAIR:
        pair = next((pair for pair in (NUMBERED, SPOKEN) if labels <= pair), None)
        labels |= pair or {f"not {label}" for label in labels}
    ordered = _sorted(labels)
    shown = ", ".join(repr(label) for label in ordered[:SHOWN])
    if len(ordered) > PAIR:
        raise ConfigError(
            f"BinaryClassification has two classes, got {len(ordered)} in ground truth and predictions ({shown}…): name the "
            "right columns, give a probability as --probability-attribute, or say --problem-type MulticlassClassification"
        )
    if named is not None and named not in ordered:
        raise ConfigError(f"the positive class {named!r} must be one of the classes in the data, got {shown}")
    return ordered


def _sorted(found: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted((label for label in found if label is not None), key=class_order))
