"""Confusion matrix: how many rows of each actual class were given which predicted class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Confusion:
    """Counts, rows = actual, columns = predicted, both in the order of ``labels`` (distinct texts, sorted). Exact.

    Merging adds, whatever the order; labels that one side lacks are noughts there. 8 bytes a pair of classes.

    >>> one = Confusion.of(("0", "1"), [0, 0, 1], [0, 1, 1])
    >>> one.counts.tolist(), one.rows
    ([[1, 1], [0, 1]], 3)
    """

    labels: tuple[str, ...]
    counts: Counts

    @classmethod
    def of(cls, labels: Sequence[str], actual: Sequence[int] | Counts, predicted: Sequence[int] | Counts) -> Confusion:
        """The matrix of rows that are given as places in ``labels``."""
        width = len(labels)
        flat = np.asarray(actual, dtype=np.int64) * width + np.asarray(predicted, dtype=np.int64)
        return cls(tuple(labels), np.bincount(flat, minlength=width * width).reshape(width, width).astype(np.int64))

    @property
    def rows(self) -> int:
        """Rows that were counted."""
        return int(self.counts.sum())

    @property
    def actual(self) -> Counts:
        """Rows of each actual class."""
        return np.asarray(self.counts.sum(axis=1), dtype=np.int64)

    @property
    def predicted(self) -> Counts:
        """Rows of each predicted class."""
        return np.asarray(self.counts.sum(axis=0), dtype=np.int64)

    @property
    def hits(self) -> Counts:
        """Rows of each class that were given it."""
        return np.diagonal(self.counts).copy()

    def merge(self, other: Confusion) -> Confusion:
        """Both together."""
        labels = tuple(sorted({*self.labels, *other.labels}, key=class_order))
        return Confusion(labels, self._on(labels) + other._on(labels))

    def constant(self, place: int) -> Confusion:
        """The same rows as a model would have it that always answers with the class at ``place``."""
        counts = np.zeros_like(self.counts)
        counts[:, place] = self.actual
        return Confusion(self.labels, counts)

    def rarest(self) -> int:
        """The place of the least frequent actual class; of equals the last.

        What Model Monitor calls the best constant classifier always answers with it (checked on three real files).
        """
        actual = self.actual
        return int(np.flatnonzero(actual == actual.min())[-1])

    def document(self) -> dict[str, dict[str, int]]:
        """As ``statistics.json`` has it: ``{actual: {predicted: rows}}``, noughts included."""
        return {
            label: dict(zip(self.labels, row, strict=True))
            for label, row in zip(self.labels, self.counts.tolist(), strict=True)
        }

    def _on(self, labels: tuple[str, ...]) -> Counts:
        places = [labels.index(label) for label in self.labels]
        counts = np.zeros((len(labels), len(labels)), dtype=np.int64)
        counts[np.ix_(places, places)] = self.counts
        return counts


def class_order(label: str) -> tuple[int, float, str]:
    """Sorts classes: numbers by value before texts, so that "10" comes after "9"."""
    try:
        return 0, float(label), label
    except ValueError:
        return 1, 0.0, label
