"""Time on the capture side: idle sources, sources far ahead of the others, and how far each has come."""

from __future__ import annotations

from driftline.agents.clock import monotonic, now_ms
from driftline.agents.context import WorkerContext
from driftline.agents.flusher import Flusher
from driftline.agents.reading import Place, Reading, Readings, Standing
from driftline.broker.fetcher import Fetcher
from driftline.windows.watermark import NO_TIME

TELL_SECONDS = 1.0
"""Time between two looks at lag and watermarks for the gauges."""


class Timekeeper:
    """Looks after the clocks of the sources that are being read."""

    def __init__(self, context: WorkerContext, fetcher: Fetcher, flusher: Flusher) -> None:
        """Nothing has been heard of yet."""
        self._context = context
        self._fetcher = fetcher
        self._flusher = flusher
        self._unheard_until = 0.0
        self._next_tell = 0.0

    def declare_idle(self, readings: Readings) -> None:
        """Move time on for sources with nothing left to read.

        Not before any source has been heard of: there is nothing to close yet, and a backfill may be about to begin.
        """
        now, highest = monotonic(), self._highest()
        if highest == NO_TIME:
            self._unheard_until = now
            return
        for (topic, _), reading in readings.items():
            rule = self._context.idle_rule(topic)
            since = max(reading.last_record, reading.last_idle, self._unheard_until)
            if reading.at_end and now - since >= rule.after_seconds:
                reading.last_idle = now
                self._declare(reading, rule.watermark(now_ms(), highest))

    def _declare(self, reading: Reading, watermark: int) -> None:
        if reading.drafts or reading.letters.waiting:
            return
        record = reading.task.idle(watermark)
        if record is not None:
            self._flusher.write(record)

    def _highest(self) -> int:
        return max((state.watermark for _, state in self._context.log.state.living()), default=NO_TIME)

    def align(self, readings: Readings) -> None:
        """Hold back the sources that are far ahead of the slowest one that is being read.

        Of our own what is folded counts, in the log or not yet: the slowest of all is never held back by itself.
        """
        folds = {reading.task.source: reading.task.fold for reading in readings.values()}
        ours = {source: fold.watermark for source, fold in folds.items() if fold is not None}
        living = self._context.log.state.living()
        heard = [max(s.watermark, ours.get(source, NO_TIME)) for source, s in living if not s.idle]
        heard = [watermark for watermark in heard if watermark > NO_TIME]
        limit = min(heard, default=NO_TIME) + self._context.alignment_ms
        for (topic, partition), reading in readings.items():
            ahead = len(heard) > 1 and ours.get(reading.task.source, NO_TIME) > limit
            self._fetcher.pause(topic, partition, paused=ahead)

    def tell(self, readings: Readings) -> None:
        """How everything that we own stands, for gauges and probes; about once a second."""
        if monotonic() < self._next_tell:
            return
        self._next_tell = monotonic() + TELL_SECONDS
        self._context.owned = {place: self._standing(place, reading) for place, reading in readings.items()}

    def _standing(self, place: Place, reading: Reading) -> Standing:
        """Records that nobody can see, as of aborted transactions, are read as soon as the reader is past them."""
        task = reading.task
        if task.fold is None:
            held = self._context.log.state.sources.get(task.source)
            return Standing(
                task.source, task.phase, None, None, NO_TIME if held is None else held.watermark, held_back=False
            )
        position = max(task.fold.position, reading.read_to if reading.at_end else -1)
        paused = self._fetcher.is_paused(*place)
        return Standing(task.source, task.phase, position, self._fetcher.high(*place), task.fold.watermark, paused)
