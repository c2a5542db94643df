"""What the workers have told of a model: final statistics in their order, and what follows from them for a replay.

A window's ledger says of every source which offsets the window was made of. What lies outside is none of its rows, whoever
reads it again: that is how decisions that the clock has made (idle, future) come out the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from driftline.contracts.log import Source
from driftline.contracts.statistics import WindowStatistics
from driftline.engine.standing import Fact, InForce, ModelLine
from driftline.judging.sequential import SEQUENTIAL
from driftline.windows.spec import Window, WindowSpec
from driftline.windows.watermark import NO_TIME

Key = tuple[str, Window]
"""Label and window."""

Range = tuple[int, int]
"""Offsets, half-open."""

NOTHING: Final[Range] = (0, 0)

_REASON: Final = re.compile(r"(.*)\[(\d+)\] \[(-?\d+), (-?\d+)\): (.*)", re.DOTALL)


@dataclass(frozen=True)
class Record:
    """One record of ``statistics``: its bytes, and what they say."""

    text: bytes
    statistics: WindowStatistics

    @property
    def window(self) -> Window:
        """The window."""
        return Window(self.statistics.window.start, self.statistics.window.end)

    @property
    def key(self) -> Key:
        """By which it is known."""
        return self.statistics.window.label, self.window

    @property
    def ranges(self) -> dict[Source, Range]:
        """The offsets that each source gave; none of a source that was idle."""
        shares = (share.range for share in self.statistics.ledger.sources)
        return {Source(one.topic, one.topic_id, one.partition): (one.start, one.end) for one in shares}


@dataclass(frozen=True)
class Told:
    """All records of a model that are still on the topic, in the order in which they were said, each once."""

    records: tuple[Record, ...] = ()
    _covering: dict[int, tuple[Record, ...]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, records: Iterable[Record]) -> Told:
        """Of records as they lie on the topic; a window that was told again was told in the same words."""
        once = {record.key: record for record in records}
        ordered = sorted(once.values(), key=lambda one: (one.window.end, _length(one), one.statistics.window.label))
        return cls(tuple(ordered))

    @cached_property
    def by_key(self) -> dict[Key, Record]:
        """The records by label and window."""
        return {record.key: record for record in self.records}

    @cached_property
    def earliest(self) -> int:
        """The beginning of the first window that was told; a long way back where none was."""
        return min((record.window.start for record in self.records), default=NO_TIME)

    def get(self, spec: WindowSpec, window: Window) -> Record | None:
        """The record of a window."""
        return self.by_key.get((spec.label, window))

    def ending(self, after: int, upto: int) -> Iterator[Record]:
        """Records of windows that end in (after, upto]."""
        return (record for record in self.records if after < record.window.end <= upto)

    def allowed(self, source: Source, pane: int, specs: Sequence[WindowSpec]) -> Range | None:
        """Offsets of a source that may hold rows of a pane; None where nothing was told of it."""
        records = self._covering.get(pane)
        if records is None:
            found = (self.get(spec, window) for spec in specs for window in spec.windows_of(pane))
            records = self._covering[pane] = tuple(record for record in found if record is not None)
        ranges = [record.ranges.get(source, NOTHING) for record in records]
        if not ranges:
            return None
        return max(start for start, _ in ranges), min(end for _, end in ranges)

    def starts(self, since: int) -> dict[Source, int]:
        """The first offset of each source in any window that ends after ``since``."""
        return self._edges((record for record in self.records if record.window.end > since), last=False)

    def ends(self, since: int, upto: int) -> dict[Source, int]:
        """The offset behind the last of each source, in any window that ends in (since, upto]."""
        return self._edges(self.ending(since, upto), last=True)

    @staticmethod
    def _edges(records: Iterable[Record], *, last: bool) -> dict[Source, int]:
        found: dict[Source, int] = {}
        for record in records:
            for source, (start, end) in record.ranges.items():
                if start < end:
                    found[source] = max(end, found.get(source, end)) if last else min(start, found.get(source, start))
        return found

    def facts(self) -> Iterator[Fact]:
        """Idle sources and missing offsets, as the log told them, for the windows that were told."""
        for record in self.records:
            start, end = record.window
            for share in record.statistics.ledger.sources:
                if share.idle:
                    where = share.range
                    source = Source(where.topic, where.topic_id, where.partition)
                    yield Fact("idle", source, 0, 0, end - 1, end - 1)
            for reason in record.statistics.ledger.reasons:
                found = _REASON.fullmatch(reason)
                if found is not None:
                    topic, partition, first, last, why = found.groups()
                    source = Source(topic, "", int(partition))
                    yield Fact("gap", source, int(first), int(last), end - 1, start, why)

    def epoch_before(self, time: int, known: str, pane_ms: int, line: ModelLine) -> int:
        """From when on panes have to be shown to the lane of baseline ``known``, so that at ``time`` it is what it was.

        Inputs of an epoch are counted in every record: the epoch began in the window that has fewer than the one before it,
        or when the baseline came into force.
        """
        held = [
            record for record in self.records if record.window.end <= time and record.statistics.baseline_id == known
        ]
        counted = [(inputs, record) for record in held if (inputs := inputs_of(record.statistics))]
        if not counted:
            return time
        first = len(counted) - 1
        while first > 0 and counted[first - 1][0] <= counted[first][0]:
            first -= 1
        begun = counted[first][1].window.end - counted[first][0] * pane_ms
        if first:
            return min(begun, counted[first - 1][1].window.end)
        since = [entry.effective for entry in line.baselines if entry.baseline == known and entry.effective <= begun]
        return min(begun, counted[0][1].window.start, max(since, default=begun))

    def line(self) -> ModelLine:
        """The baselines in force as far as windows tell: each from the first window that it judged; without contents."""
        line = ModelLine()
        for record in sorted(self.records, key=lambda one: one.window.start):
            known = record.statistics.baseline_id or ""
            if not line.baselines or line.baselines[-1].baseline != known:
                line.baselines.append(InForce(record.window.start, known, b"", 0))
        return line


def inputs_of(statistics: WindowStatistics) -> int:
    """The most inputs that any feature's detectors had had by then; 0 where nothing was told of them."""
    readings = (reading for feature in statistics.features for reading in feature.readings)
    return max((reading.n for reading in readings if reading.check == SEQUENTIAL), default=0)


def _length(record: Record) -> tuple[int, int]:
    spec = WindowSpec.parse(record.statistics.window.label)
    return spec.length_ms, spec.step_ms
