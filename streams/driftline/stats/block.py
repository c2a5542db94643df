"""Block: some numeric columns of a batch, each sorted once; every numeric statistic is read off that one sort.

Memory is the cost of the hot path: fresh arrays of some 100 kB are handed back to the system and faulted in again at every
batch, which costs more than the arithmetic. So a block is of a size that stays in the L2 cache, and three buffers per
thread are used over and over.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Values in a block, and so rows in a batch that is folded at once: 256 KiB a buffer. Also the bound that keeps float sums
#: of a block exact (see :mod:`driftline.stats.moments`).
BLOCK_VALUES: Final = 2**15

_BUFFERS = threading.local()


@dataclass(frozen=True, slots=True)
class Block:
    """Columns ``first`` to ``first + k`` of a batch, each row of ``values`` sorted ascending with NaN last.

    ``values`` is (k, n), n > 0, in a buffer that the next block overwrites; ``finite`` (k,) counts what is not NaN.
    """

    first: int
    values: Floats
    finite: NDArray[np.int64]

    @property
    def span(self) -> slice:
        """Its columns among the K of the layout."""
        return slice(self.first, self.first + len(self.values))

    @property
    def has_gaps(self) -> bool:
        """Whether any value is NaN."""
        return bool((self.finite < self.values.shape[1]).any())

    def gaps(self) -> NDArray[np.bool_]:
        """(k, n), True where the value is NaN."""
        return np.arange(self.values.shape[1]) >= self.finite[:, None]

    def lowest(self) -> Floats:
        """(k,) the smallest value of each column, NaN where there is none."""
        return self.values[:, 0]

    def highest(self) -> Floats:
        """(k,) the largest value of each column, NaN where there is none."""
        return self.values[np.arange(len(self.finite)), np.maximum(self.finite - 1, 0)]

    def spare(self, index: int) -> Floats:
        """A buffer of the shape of ``values``, 1 or 2, to write anything into."""
        return _buffer(index, self.values.shape)


def blocks(numeric: Floats) -> Iterator[Block]:
    """The blocks of a (K, n) matrix with 0 < n <= BLOCK_VALUES, which is left as it is. About 2 ns a value."""
    columns, rows = numeric.shape
    most = max(1, BLOCK_VALUES // rows)
    width = -(-columns // -(-columns // most)) if columns else 1
    for first in range(0, columns, width):
        part = numeric[first : first + width]
        values = _buffer(0, part.shape)
        np.copyto(values, part)
        values.sort(axis=1)
        finite = np.full(len(part), rows, dtype=np.int64)
        if np.isnan(values[:, -1]).any():
            finite -= np.count_nonzero(np.isnan(values), axis=1)
        yield Block(first, values, finite)


def _buffer(index: int, shape: tuple[int, ...]) -> Floats:
    held: list[Floats] | None = getattr(_BUFFERS, "held", None)
    if held is None:
        held = _BUFFERS.held = [np.empty(BLOCK_VALUES) for _ in range(3)]
    return held[index][: shape[0] * shape[1]].reshape(shape)
