"""Survey: what the first reading of the data says of a column: its type, as Model Monitor infers it, and its sums."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from driftline.baseline.exactsum import ExactSum
from driftline.baseline.kinds import Kind

if TYPE_CHECKING:
    from driftline.baseline.cells import Cells


class Survey:
    """Counts of values by type, and the exact sum and the range of the numbers."""

    def __init__(self) -> None:
        self.numbers = self.integral = self.words = self.odd = 0
        self.low, self.high = np.inf, -np.inf
        self.sum = ExactSum()

    def add(self, cells: Cells) -> None:
        """Learn from the column's cells of one more chunk."""
        values = cells.sort()
        self.words += values.booleans + sum(values.texts.values())
        self.odd += values.odd
        if values.numbers.size:
            self.numbers += values.numbers.size
            self.integral += values.integral
            self.low = min(self.low, float(values.numbers.min()))
            self.high = max(self.high, float(values.numbers.max()))
            self.sum.add(values.numbers)

    @property
    def kind(self) -> Kind:
        """Any text or boolean: String; else any fraction, written or by type: Fractional; else Integral; nothing: Unknown."""
        if self.words:
            return Kind.STRING
        if not self.numbers:
            return Kind.STRING if self.odd else Kind.UNKNOWN
        return Kind.INTEGRAL if self.integral == self.numbers else Kind.FRACTIONAL

    @property
    def mean(self) -> float:
        """Mean of the numbers (at least one), correctly rounded."""
        return self.sum.mean(self.numbers)
