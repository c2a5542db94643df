"""Forms: what Model Monitor looks at in rows besides their values. Rows judged by driftline's own checks have none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Forms:
    """The forms of n rows.

    ``width``      (n,) int32: columns that the row had as it came, -1 if that is not known
    ``folded``     (n,) bool: False where values cannot be told apart by column, because the row has too many or too few of
                   them. Such a row counts as a request and in the widths, and in no column
    ``fractional`` (M, 2) int64 of (numeric column, row): a number whose text is of another type, ``3.0`` among whole numbers
    ``shifted``    how the columns of a row seem to have been moved, or that it has none of the known names -> the rows
    """

    width: NDArray[np.int32]
    folded: NDArray[np.bool_]
    fractional: Longs = field(default_factory=lambda: np.empty((0, 2), dtype=np.int64))
    shifted: dict[str, Longs] = field(default_factory=dict)

    @classmethod
    def unread(cls, rows: int) -> Forms:
        """Forms of rows that could not be read and count as without values; no forms at all mean the same."""
        return cls(np.full(rows, -1, dtype=np.int32), np.ones(rows, dtype=np.bool_))

    def take(self, rows: NDArray[np.intp] | Longs) -> Forms:
        """The forms of the rows at these different positions, in this order."""
        place = np.full(len(self.width), -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        fractional = np.column_stack((self.fractional[:, 0], place[self.fractional[:, 1]]))
        moved = ((name, place[held]) for name, held in self.shifted.items())
        return Forms(
            self.width[rows],
            self.folded[rows],
            fractional[fractional[:, 1] >= 0],
            {name: held[held >= 0] for name, held in moved if (held >= 0).any()},
        )

    @classmethod
    def concat(cls, parts: Sequence[Forms]) -> Forms:
        """The forms of all parts, one after the other; at least one part."""
        shifts = np.cumsum([0, *(len(part.width) for part in parts[:-1])]).tolist()
        shifted: dict[str, list[Longs]] = {}
        for part, shift in zip(parts, shifts, strict=True):
            for name, rows in part.shifted.items():
                shifted.setdefault(name, []).append(rows + shift)
        return cls(
            np.concatenate([part.width for part in parts]),
            np.concatenate([part.folded for part in parts]),
            np.concatenate([part.fractional + np.array([0, shift]) for part, shift in zip(parts, shifts, strict=True)]),
            {name: np.concatenate(rows) for name, rows in shifted.items()},
        )
