"""A replay of captures through the engine: what the workers would say, or have said, of the windows in a range.

The rows are read again, and everything else that windows depend on is taken from what was told: the baselines in force, which
rows the clock kept out, sources that were idle, offsets that were lost, and the incidents and volumes of the windows before.
Where nothing was told (no worker ran, or retention has it), it is as if the first worker had begun with the range.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final, Protocol

from driftline.analysis.gathering import Gathering, Place
from driftline.analysis.moments import Span
from driftline.analysis.recalling import RecallingBook
from driftline.analysis.recorded import Letter, RecordedIds, RecordedRows
from driftline.analysis.result import AnalysisResult, JudgedWindow, Refused
from driftline.analysis.told import Told
from driftline.baseline.model import Baseline
from driftline.contracts.capture import CaptureTopic, RawBatch
from driftline.contracts.log import Source
from driftline.engine.baselines import BaselineShelf
from driftline.engine.fold import SourceFold, part_of
from driftline.engine.ledger import LogState
from driftline.engine.settings import SettingsOf, SourceSettings
from driftline.engine.standing import Fact, ModelLine
from driftline.windows.spec import Window, WindowSpec
from driftline.windows.watermark import NO_TIME

CLOSE_PANES: Final = 60
"""Panes that wait to be judged, about. Chosen: a flush of all sources then costs next to nothing."""

NO_CLOCK: Final = 2**61
"""A clock for which nothing lies in the future: what the workers' clocks refused, their dead letters tell."""


@dataclass(frozen=True)
class TopicSettings:
    """How one captures topic is read, and how its sources tell time."""

    decoding: CaptureTopic
    source: SourceSettings


@dataclass(frozen=True)
class Circumstances:
    """Everything that a replay depends on beside the records. ``log`` knows the baselines of all models, with contents.

    ``now_ms`` is the clock for the future where no worker has decided: `NO_CLOCK` where one has. ``letters`` are rows that
    workers refused because of time, ``wanted`` the windows to be judged.
    """

    model: tuple[str, str]
    span: Span
    label: str | None
    settings_of: SettingsOf
    topics: Mapping[str, TopicSettings]
    log: LogState
    told: Told = field(default_factory=Told)
    letters: AbstractSet[Letter] = frozenset()
    now_ms: int = NO_CLOCK
    dedupe: int = 0

    @property
    def since(self) -> int:
        """From which event time on rows have to be read: the first window's beginning, or that of the lane's epoch."""
        pane_ms = self.settings_of(*self.model).pane_ms
        wanted = [record.window for record in self.told.records if self.is_inside(record.window)]
        begin = min([self.span.start_ms, *(window.start for window in wanted)])
        if wanted:
            end = wanted[0].end
            lanes = {self.line.at(wanted[0].start), self.line.at(end - 1)}
            epoch = min(self.told.epoch_before(end, known, pane_ms, self.line) for known in lanes)
            begin = min(begin, max(epoch, self.told.earliest))
        return begin - begin % pane_ms

    @property
    def line(self) -> ModelLine:
        """The baselines of the model."""
        return self.log.line(*self.model)

    def wants(self, window: Window, spec: WindowSpec) -> bool:
        """Whether a window is to be judged: it lies in the range and has the wanted length."""
        return self.is_inside(window) and self.label in {None, spec.label}

    def is_inside(self, window: Window) -> bool:
        """Whether a window lies in the range."""
        return self.span.start_ms <= window.start and window.end <= self.span.end_ms


class Follower(Protocol):
    """Whoever takes the batches of a reader."""

    def is_ahead(self, place: Place, /) -> bool:
        """Whether a source may wait for the others."""

    def is_over(self, place: Place, /) -> bool:
        """Whether nothing more of a source is wanted."""

    def ended(self, place: Place, /) -> None:
        """Nothing more of a source is coming."""


class Reader(Protocol):
    """Reads sources from offsets on; ``starts`` and ``ends`` by topic and partition (no end: up to where it ends today)."""

    def batches(
        self,
        starts: Mapping[Place, int],
        ends: Mapping[Place, int],
        follower: Follower,
    ) -> Iterable[RawBatch]:
        """Batches in offset order within a source, with a word to the ``follower`` when one has come to its end."""


class Replay:
    """One replay; use it once."""

    def __init__(self, given: Circumstances, starts: Mapping[Source, int]) -> None:
        """``starts`` has every source to be read and the offset from which it is folded."""
        self.given = given
        self.refused = Refused()
        self._log = LogState(models=dict(given.log.models), facts=[*given.told.facts()])
        self._shelf = BaselineShelf()
        self._shelf.learn(self._log)
        self._sources = {(source.topic, source.partition): source for source in starts}
        settings = given.settings_of(*given.model)
        self._book = RecallingBook(
            *given.model, settings, told=given.told, wanted=given.wants, since=given.since, closed=NO_TIME
        )
        folds = {place: self._fold(source, starts[source]) for place, source in self._sources.items()}
        self._gathering = Gathering(given.model, self._book.panes, self._shelf, folds)
        self._remaining = set(folds)
        self._found: list[JudgedWindow] = []

    def run(self, reader: Reader, ends: Mapping[Place, int], lows: Mapping[Place, int] | None = None) -> AnalysisResult:
        """Read, fold and judge; ``lows`` are the first offsets that there are. Memory: two of the longest windows, one batch."""
        first = lows or {}
        folds = self._gathering.folds.items()
        starts = {place: max(first.get(place, 0), fold.position - self.given.dedupe) for place, fold in folds}
        for batch in reader.batches(starts, ends, self):
            self._take(batch)
            self._close_what_is_final()
        self._gathering.flush()
        self._close(self.given.span.end_ms)
        return self._result()

    def lose(self, window: Window, source: Source, start: int, end: int, reason: str) -> None:
        """Say of offsets of a window that they can't be read any more: it may lack events, and is UNKNOWN."""
        self._log.facts.append(Fact("gap", source, start, end, window.end - 1, window.start, reason))

    def _take(self, batch: RawBatch) -> None:
        place = (batch.topic, batch.partition)
        fold = self._gathering.folds[place]
        before = sum(offset < fold.position for offset in batch.offsets)
        if before:
            fold.remember(part_of(batch, 0, before))
            batch = part_of(batch, before, len(batch))
        if len(batch):
            rejects = self._gathering.fold(batch, self.given.now_ms)
            kept = [reject for reject in rejects if reject.reason not in {"late", "future"}]
            self.refused.add(kept, lambda reject: f"{batch.topic}[{batch.partition}] @ {reject.offset}")

    def is_over(self, place: Place) -> bool:
        """Whether nothing of a source can be of the range any more: its own time has passed the end."""
        return self._gathering.folds[place].watermark >= self.given.span.end_ms

    def is_ahead(self, place: Place) -> bool:
        """Whether a source is so far ahead of the slowest that its panes would only wait."""
        reach = 2 * self.given.settings_of(*self.given.model).longest_ms
        return (
            place in self._remaining
            and self._gathering.folds[place].watermark > self._lowest() + reach > NO_TIME + reach
        )

    def ended(self, place: Place) -> None:
        """Nothing more of a source is coming."""
        self._remaining.discard(place)

    def _lowest(self) -> int:
        """How far event time has certainly come in all sources that are still being read."""
        marks = [self._gathering.folds[place].watermark for place in self._remaining]
        return min(marks, default=self.given.span.end_ms)

    def _close_what_is_final(self) -> None:
        """Judge as rows come in, so that panes do not pile up."""
        lowest = min(self._lowest(), self.given.span.end_ms)
        if lowest >= self._book.due + CLOSE_PANES * self._book.settings.pane_ms and lowest > self.given.since:
            self._gathering.flush()
            self._close(lowest)

    def _close(self, time: int) -> None:
        """Judge the windows that end by ``time``."""
        self._log.closed = time
        for emitted in self._book.close(self._log, self._shelf):
            window = Window(emitted.statistics.window.start, emitted.statistics.window.end)
            if (emitted.statistics.window.label, window) in self._book.judged:
                self._found.append(JudgedWindow(emitted.statistics, emitted.violations))

    def _result(self) -> AnalysisResult:
        given = self.given
        rows = sum(window.statistics.rows for window in self._found)
        return AnalysisResult(
            model=given.model[0],
            version=given.model[1],
            baseline=self._baseline(),
            span=given.span,
            windows=tuple(self._found),
            profile=None,
            records=self._gathering.records,
            rows=rows,
            refused=self.refused,
        )

    def _baseline(self) -> Baseline | None:
        return self._shelf.baseline(self.given.line.at(self.given.span.end_ms - 1))

    def _fold(self, source: Source, position: int) -> SourceFold:
        given, topic = self.given, self.given.topics[source.topic]
        recent = RecordedIds(given.dedupe)
        rows = RecordedRows(
            topic.decoding,
            self._shelf,
            self._log.line,
            model=given.model,
            source_of=lambda partition: self._sources[source.topic, partition],
            allowed=self._allowed,
            letters=given.letters,
            settings_of=given.settings_of,
            since=given.since,
            recent=recent,
        )
        return SourceFold(
            source,
            position,
            NO_TIME,
            settings=topic.source,
            settings_of=given.settings_of,
            line_of=lambda model, version: given.line if (model, version) == given.model else ModelLine(),
            decoding=rows,
            recent=recent,
        )

    def _allowed(self, source: Source, pane: int) -> tuple[int, int] | None:
        return self.given.told.allowed(source, pane, self.given.settings_of(*self.given.model).windows)
