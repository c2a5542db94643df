"""Columns: decoded rows of one model, by column, as the statistics take them. No time, no Kafka."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from driftline.stats.forms import Forms
from driftline.stats.layout import Layout

#: Codes of categorical cells without a known value.
MISSING: Final = -1
MISTYPED: Final = -2
UNSEEN: Final = -3
#: Values of ``status``.
NO_STATUS, STATUS_OK, CLIENT_ERROR, SERVER_ERROR, OTHER_STATUS = range(5)

Rows = NDArray[np.intp] | NDArray[np.int64]
Unseen = list[tuple[int, int, int]]


class Calls(Protocol):
    """What rows tell of the requests they came with: arrays of length n, alike with and without a baseline.

    ``first`` marks one row of every request; latency, status and error are read there and nowhere else.
    """

    latency: NDArray[np.float64]
    error: NDArray[np.bool_]
    status: NDArray[np.int8]
    entity: NDArray[np.uint64]
    first: NDArray[np.bool_]

    def __len__(self) -> int:
        """Number of rows."""
        ...


@dataclass(slots=True, eq=False)
class Columns:
    """n rows under one layout of K numeric and C categorical columns.

    ``numeric``  (K, n) float64; NaN where the value is missing, of the wrong type or not finite
    ``mistyped`` (M, 2) int64 of (numeric column, row): present, but not a finite number
    ``codes``    (C, n) int32: index of the known category, or MISSING, MISTYPED, UNSEEN
    ``unseen``   (categorical column, row, hash) of every UNSEEN cell; the hash is that of :mod:`driftline.stats.hashing`
    ``extras``   name of a column that the layout does not know -> the rows that carried it
    ``latency``  (n,) seconds >= 0, NaN for none
    ``error``    (n,) bool
    ``status``   (n,) int8: NO_STATUS, STATUS_OK, CLIENT_ERROR, SERVER_ERROR or OTHER_STATUS
    ``entity``   (n,) uint64 hash of the entity, 0 for none
    ``first``    (n,) bool, the row is the first of its request
    ``forms``    how the rows looked, if the baseline is judged as Model Monitor would; rows that are not ``folded`` there
                 have no values here
    """

    numeric: NDArray[np.float64]
    mistyped: NDArray[np.int64]
    codes: NDArray[np.int32]
    unseen: Unseen
    extras: dict[str, NDArray[np.int64]]
    latency: NDArray[np.float64]
    error: NDArray[np.bool_]
    status: NDArray[np.int8]
    entity: NDArray[np.uint64]
    first: NDArray[np.bool_]
    forms: Forms | None = None

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.first)

    @classmethod
    def blank(cls, layout: Layout, rows: int) -> Columns:
        """Rows in which everything is missing, each a request of its own."""
        return cls(
            numeric=np.full((len(layout.numeric), rows), np.nan),
            mistyped=np.empty((0, 2), dtype=np.int64),
            codes=np.full((len(layout.categorical), rows), MISSING, dtype=np.int32),
            unseen=[],
            extras={},
            latency=np.full(rows, np.nan),
            error=np.zeros(rows, dtype=np.bool_),
            status=np.zeros(rows, dtype=np.int8),
            entity=np.zeros(rows, dtype=np.uint64),
            first=np.ones(rows, dtype=np.bool_),
        )

    def take(self, rows: Rows) -> Columns:
        """The rows at these different positions, in this order; copies. About 10 ns a cell."""
        place = np.full(len(self), -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        mistyped = self.mistyped
        if len(mistyped):
            mistyped = np.column_stack((mistyped[:, 0], place[mistyped[:, 1]]))
            mistyped = mistyped[mistyped[:, 1] >= 0]
        moved = ((name, place[held]) for name, held in self.extras.items())
        return Columns(
            self.numeric[:, rows],
            mistyped,
            self.codes[:, rows],
            [(column, int(place[row]), value) for column, row, value in self.unseen if place[row] >= 0],
            {name: held[held >= 0] for name, held in moved if (held >= 0).any()},
            self.latency[rows],
            self.error[rows],
            self.status[rows],
            self.entity[rows],
            self.first[rows],
            None if self.forms is None else self.forms.take(rows),
        )

    @classmethod
    def concat(cls, parts: Sequence[Columns]) -> Columns:
        """The rows of all parts, one after the other. At least one part; all under one layout."""
        if len(parts) == 1:
            return parts[0]
        shifts = np.cumsum([0, *(len(part) for part in parts[:-1])]).tolist()
        extras: dict[str, list[NDArray[np.int64]]] = {}
        for part, shift in zip(parts, shifts, strict=True):
            for name, rows in part.extras.items():
                extras.setdefault(name, []).append(rows + shift)
        return cls(
            np.concatenate([part.numeric for part in parts], axis=1),
            np.concatenate([part.mistyped + np.array([0, shift]) for part, shift in zip(parts, shifts, strict=True)]),
            np.concatenate([part.codes for part in parts], axis=1),
            [(c, row + shift, h) for part, shift in zip(parts, shifts, strict=True) for c, row, h in part.unseen],
            {name: np.concatenate(rows) for name, rows in extras.items()},
            np.concatenate([part.latency for part in parts]),
            np.concatenate([part.error for part in parts]),
            np.concatenate([part.status for part in parts]),
            np.concatenate([part.entity for part in parts]),
            np.concatenate([part.first for part in parts]),
            _forms(parts),
        )


def _forms(parts: Sequence[Columns]) -> Forms | None:
    """Forms of all parts; None unless they are wanted."""
    if all(part.forms is None for part in parts):
        return None
    return Forms.concat([Forms.unread(len(part)) if part.forms is None else part.forms for part in parts])
