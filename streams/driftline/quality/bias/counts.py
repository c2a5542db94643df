"""Counts of a facet: rows by sensitive or not, true label positive or not, predicted label positive or not, and by group.

All bias metrics but the flip test are made of these integers. They merge by adding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]
_CELLS = 8


@dataclass(frozen=True)
class FacetCounts:
    """``table[sensitive, labelled, predicted]``: int64 rows, each index 0 (no) or 1 (yes); the same for each group.

    Without predictions, ``predicted`` is 0 throughout and ``has_predictions`` false.
    """

    table: Counts
    has_predictions: bool = True
    groups: Mapping[str, Counts] = field(default_factory=dict)

    @classmethod
    def of(
        cls, sensitive: Flags, labelled: Flags, predicted: Flags | None, groups: Sequence[str] | None = None
    ) -> FacetCounts:
        """Counts of rows; ``groups`` has the group of each."""
        answers = np.zeros_like(labelled) if predicted is None else predicted
        code = sensitive.astype(np.intp) * 4 + labelled.astype(np.intp) * 2 + answers
        parts: dict[str, Counts] = {}
        if groups is not None and len(groups):
            names, places = np.unique(np.array(groups, dtype=str), return_inverse=True)
            parts = {str(name): _table(code[places == place]) for place, name in enumerate(names.tolist())}
        return cls(_table(code), predicted is not None, parts)

    def merge(self, other: FacetCounts) -> FacetCounts:
        """Both together."""
        names = sorted({*self.groups, *other.groups})
        none = np.zeros_like(self.table)
        groups = {name: self.groups.get(name, none) + other.groups.get(name, none) for name in names}
        return FacetCounts(self.table + other.table, self.has_predictions and other.has_predictions, groups)


def _table(code: NDArray[np.intp]) -> Counts:
    return np.bincount(code, minlength=_CELLS).reshape(2, 2, 2).astype(np.int64)
