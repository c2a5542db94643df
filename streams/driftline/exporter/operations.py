"""Running totals of what a model serves (requests, rows, errors, latency) as series of its block."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from driftline.exporter import names
from driftline.exporter.series import BlockName, SeriesKey, SeriesTable
from driftline.exporter.text import go_number

OPERATIONS_PART = "operations"


class ServingTotals:
    """Totals for each model and version since this worker began to count, put into the table as they grow.

    `edges` are the upper edges of the latency bins in seconds, rising; counts come as one more number than edges, the
    last for everything from the last edge on.
    """

    def __init__(self, table: SeriesTable, edges: Sequence[float]) -> None:
        self._table = table
        self._bins = len(edges) + 1
        buckets = [*map(go_number, edges), "+Inf"]
        self._keys = (
            SeriesKey(names.REQUESTS.name),
            SeriesKey(names.MODEL_ROWS.name),
            SeriesKey(names.ERRORS.name),
            *(SeriesKey(names.LATENCY.name, (edge,), "_bucket") for edge in buckets),
            SeriesKey(names.LATENCY.name, (), "_count"),
            SeriesKey(names.LATENCY.name, (), "_sum"),
        )
        self._totals: dict[tuple[str, str], list[int]] = {}

    def expect(self, model: str, version: str) -> None:
        """Show noughts for a model that nothing was counted of yet: silence is seen, and so is the first request."""
        if (model, version) not in self._totals:
            self.add(model, version)

    def add(
        self,
        model: str,
        version: str,
        *,
        requests: int = 0,
        rows: int = 0,
        errors: int = 0,
        latency_counts: Sequence[int] = (),
        latency_microseconds: int = 0,
    ) -> None:
        """Add to a model's totals. No `latency_counts` means no latencies; ValueError for a number of bins that does
        not fit.
        """
        counts = list(latency_counts) or [0] * self._bins
        if len(counts) != self._bins:
            raise ValueError(f"latency must be counted in {self._bins} bins, got {len(counts)}")
        added = [requests, rows, errors, *counts, latency_microseconds]
        before = self._totals.get((model, version), [0] * len(added))
        totals = [int(old) + int(new) for old, new in zip(before, added, strict=True)]
        self._totals[model, version] = totals
        buckets = np.cumsum(totals[3:-1]).tolist()
        values = [*totals[:3], *buckets, buckets[-1], totals[-1] / 1e6]
        self._table.assign(BlockName(model, version, OPERATIONS_PART), self._keys, values)

    def remove(self, model: str, version: str) -> None:
        """Forget a model and version that has gone; unknown ones are no error."""
        self._totals.pop((model, version), None)
        self._table.remove(model, version, OPERATIONS_PART)
