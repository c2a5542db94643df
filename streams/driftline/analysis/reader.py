"""Reading captures for a run: sources side by side, from given offsets to given ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from driftline.analysis.gathering import Place
from driftline.analysis.replay import Follower
from driftline.broker.fetcher import Fetcher
from driftline.broker.replay import Progress
from driftline.broker.settings import fetching
from driftline.config import Config
from driftline.contracts.capture import RawBatch
from driftline.engine.fold import part_of
from driftline.errors import BrokerError

PATIENCE_SECONDS: Final = 30.0
"""How long nothing may come while there is something to read. Chosen: it outlasts an election of a leader."""

_PAUSE_SECONDS: Final = 0.005


class TopicReader:
    """Reads sources side by side, none far ahead of the others. See `driftline.analysis.replay.Reader`."""

    def __init__(
        self, config: Config, progress: Progress | None = None, made: Callable[[RawBatch], RawBatch] | None = None
    ) -> None:
        """``progress`` is told of offsets; ``made`` is what the scripts of the models make of a batch."""
        self._config = config
        self._progress = progress
        self._made = made

    def batches(self, starts: Mapping[Place, int], ends: Mapping[Place, int], follower: Follower) -> Iterator[RawBatch]:
        """Batches in offset order within a source. Raises BrokerError when offsets are gone, or nothing comes any more."""
        fetcher = Fetcher(fetching(self._config.kafka))
        try:
            batches = _Reading(fetcher, starts, ends, follower, self._progress).batches()
            yield from batches if self._made is None else map(self._made, batches)
        finally:
            fetcher.close()


class _Reading:
    """One go at it."""

    def __init__(
        self,
        fetcher: Fetcher,
        starts: Mapping[Place, int],
        ends: Mapping[Place, int],
        follower: Follower,
        progress: Progress | None,
    ) -> None:
        self._fetcher, self._follower, self._progress = fetcher, follower, progress
        self._at = dict(starts)
        self._ends = {place: ends.get(place, fetcher.bounds(*place)[1]) for place in starts}
        self._total = sum(max(0, self._ends[place] - start) for place, start in starts.items())
        self._open: set[Place] = set()

    def batches(self) -> Iterator[RawBatch]:
        for place, start in self._at.items():
            self._open.add(place)
            if start >= self._ends[place]:
                self._over(place)
            else:
                self._fetcher.start(*place, start)
        heard = time.monotonic()
        while self._open:
            for place in self._open:
                self._fetcher.pause(*place, paused=self._follower.is_ahead(place))
            fetched = self._fetcher.poll(4_000)
            if fetched.out_of_range:
                raise BrokerError(f"{_told(fetched.out_of_range[0])} lost offsets while it was read")
            for batch in fetched.batches:
                yield from self._take(batch)
            for place, offset in fetched.ended:
                self._at[place] = max(self._at[place], offset)
                self._over(place)
            self._tell()
            if fetched.batches or fetched.ended:
                heard = time.monotonic()
            elif time.monotonic() - heard > PATIENCE_SECONDS:
                raise BrokerError(f"{_told(min(self._open))} could not be read to its end: nothing comes any more")
            else:
                time.sleep(_PAUSE_SECONDS)

    def _take(self, batch: RawBatch) -> Iterator[RawBatch]:
        place = (batch.topic, batch.partition)
        if place not in self._open:
            return
        end = self._ends[place]
        wanted = sum(offset < end for offset in batch.offsets)
        self._at[place] = batch.offsets[-1] + 1
        if wanted:
            yield batch if wanted == len(batch) else part_of(batch, 0, wanted)
        if self._at[place] >= end or self._follower.is_over(place):
            self._over(place)

    def _over(self, place: Place) -> None:
        if place in self._open:
            self._open.discard(place)
            self._fetcher.stop(*place)
            self._follower.ended(place)

    def _tell(self) -> None:
        if self._progress is not None:
            left = sum(max(0, self._ends[place] - self._at[place]) for place in self._open)
            self._progress(self._total - left, self._total)


def _told(place: Place) -> str:
    return f"{place[0]}[{place[1]}]"
