"""Presence: how many rows of a column had a value, none, or one of the wrong type."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from driftline.stats.block import Block
from driftline.stats.categories import CategoryTally
from driftline.stats.layout import Layout
from driftline.stats.tables import CountTable

Counts = NDArray[np.int64]


class Presence(CountTable):
    """Counts of rows per column, numeric columns first; all (K + C,) int64 >= 0, exact.

    ``present``    rows with a value, those of the wrong type included
    ``missing``    rows without one; present + missing = rows
    ``mistyped``   among the present: no finite number in a numeric column, no text or boolean in a categorical one
    ``fractional`` among the present: a number with a fraction in an integral column (0 elsewhere). It is counted apart
                   from ``mistyped``, because it still enters bins and moments; ``wrong_type`` is both. Judged as Model
                   Monitor would, the number's text decides: ``3.0`` counts here too

    32 bytes a column.
    """

    @staticmethod
    def shape(layout: Layout) -> tuple[int, ...]:
        """(kinds of count, K + C)."""
        return 4, len(layout.names)

    @property
    def present(self) -> Counts:
        """Rows with a value of any type."""
        return self._row(0)

    @property
    def missing(self) -> Counts:
        """Rows without a value."""
        return self._row(1)

    @property
    def mistyped(self) -> Counts:
        """Rows with a value of the wrong type."""
        return self._row(2)

    @property
    def fractional(self) -> Counts:
        """Rows with a fraction in an integral column."""
        return self._row(3)

    @property
    def wrong_type(self) -> Counts:
        """Mistyped + fractional."""
        return self.mistyped + self.fractional

    def update_block(self, block: Block) -> None:
        """Take in sorted numeric columns. :meth:`update_mistyped` has to follow once a batch."""
        span, rows = block.span, block.values.shape[1]
        self.present[span] += block.finite
        self.missing[span] += rows - block.finite
        integral = self.layout.integral[span]
        if integral.any():
            whole = np.rint(block.values, out=block.spare(1))
            differ = np.count_nonzero(whole != block.values, axis=1) - (rows - block.finite)
            self.fractional[span] += np.where(integral, differ, 0)

    def update_mistyped(self, mistyped: Counts) -> None:
        """Take in the (M, 2) cells that are NaN in the numeric matrix, yet had a value."""
        if len(mistyped):
            count = np.bincount(mistyped[:, 0], minlength=len(self.layout.names))
            self.present[:] += count
            self.missing[:] -= count
            self.mistyped[:] += count

    def update_fractional(self, cells: Counts) -> None:
        """Take in the (M, 2) cells whose number is of the wrong type by its text."""
        if len(cells):
            self.fractional[:] += np.bincount(cells[:, 0], minlength=len(self.layout.names))

    def update_codes(self, tally: CategoryTally, rows: int) -> None:
        """Take in the categorical columns of a batch of so many rows."""
        span = slice(len(self.layout.numeric), None)
        self.missing[span] += tally.missing
        self.present[span] += rows - tally.missing
        self.mistyped[span] += tally.mistyped
