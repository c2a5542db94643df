"""The smallest watermark of all living sources, without a look at each of them for every record of the log."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import Protocol

from driftline.contracts.log import Source
from driftline.engine.standing import SourceState
from driftline.windows.watermark import NO_TIME


class Living(Protocol):
    """Whoever knows the sources and which of them hold windows back."""

    sources: dict[Source, SourceState]

    def living(self) -> Iterable[tuple[Source, SourceState]]:
        """The sources that hold windows back."""
        ...


class Lowest:
    """A heap with one entry a source; one that the source has moved on from is put right when it comes to the top.

    Watermarks only rise, so an entry that is out of date is too low and comes up before it can do harm. When sources come
    or go, :meth:`forget` is due.
    """

    def __init__(self) -> None:
        """Nothing is known; the first question looks at every source."""
        self._heap: list[tuple[int, Source]] | None = None

    def forget(self) -> None:
        """Sources have come or gone."""
        self._heap = None

    def of(self, living: Living) -> int:
        """The smallest watermark; NO_TIME where there is no living source. Costs the logarithm of their number."""
        if self._heap is None:
            self._heap = [(state.watermark, source) for source, state in living.living()]
            heapq.heapify(self._heap)
        heap = self._heap
        while heap and living.sources[heap[0][1]].watermark > heap[0][0]:
            source = heap[0][1]
            heapq.heapreplace(heap, (living.sources[source].watermark, source))
        return heap[0][0] if heap else NO_TIME
