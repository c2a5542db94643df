"""Decoded rows of one shape, half way to a block: columns as arrays, parts of the envelope as they came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.stats.columns import Unseen

Column = Sequence[Any]
Taken = NDArray[np.bool_]


@dataclass(slots=True)
class Table:
    """``parts`` maps fields of the envelope (``time0``, ``id0`` ...) to their values; the rest is as in ``Columns``."""

    parts: dict[str, Column]
    numeric: NDArray[np.float64]
    codes: NDArray[np.int32]
    unseen: Unseen
    extras: dict[str, NDArray[np.int64]]
    latency: NDArray[np.float64]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.latency)
