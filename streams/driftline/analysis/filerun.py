"""A run over records that are no stream: no order is assumed, nothing is late, and all of it is one source.

Without a window length the whole range is one window. Its panes are as short as memory allows: they start with a minute and
become twice as long whenever there are too many, so that the onset of what is found can be dated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from driftline.analysis.chosen import ChosenRows, ModelName
from driftline.analysis.gathering import Gathering
from driftline.analysis.moments import Span
from driftline.analysis.result import AnalysisResult, JudgedWindow, Refused
from driftline.baseline.model import Baseline
from driftline.contracts.capture import CaptureTopic, RawBatch, Reject
from driftline.contracts.log import Source
from driftline.durations import MINUTE_MS, format_duration
from driftline.engine.baselines import BaselineShelf, pack_baseline
from driftline.engine.book import ModelBook
from driftline.engine.dedupe import RecentIds
from driftline.engine.fold import SourceFold
from driftline.engine.ledger import LogState
from driftline.engine.panes import Merged, PaneBook
from driftline.engine.profiles import AnyProfile, absorb
from driftline.engine.results import ClosedWindow, judge
from driftline.engine.settings import ModelSettings, SourceSettings
from driftline.engine.standing import InForce
from driftline.errors import ConfigError
from driftline.judging.incidents import IncidentBook
from driftline.judging.onset import Pane
from driftline.judging.own import OwnCheck
from driftline.judging.volume import VolumeHistory
from driftline.stats.profile import Profile
from driftline.windows.spec import Window, WindowSpec
from driftline.windows.watermark import NO_TIME

FOREVER: Final = 2**61
"""Lateness of files, and their clock: before and after all times."""

MOST_PANES: Final = 512
"""Panes of a range that is one window. Chosen: an epoch of the sequential lane; at 50 features some 20 MB."""

MOST_WINDOWS: Final = 10_000
"""Windows that a range of files may be cut into. Chosen: more than a week by the minute; each is a pane in memory."""


@dataclass(frozen=True)
class Question:
    """What a run over files is asked: by which baseline, over which range, in windows of which length (None: one).

    ``strict`` leaves out rows of other models; ``command`` is what violations tell to reproduce them, if it is known,
    ``checks`` are the user's own.
    """

    baseline: Baseline
    span: Span | None = None
    window: WindowSpec | None = None
    strict: bool = False
    command: str = ""
    checks: tuple[OwnCheck, ...] = ()

    @property
    def model(self) -> tuple[str, str]:
        """Name and version."""
        return self.baseline.model, self.baseline.version


class FileRun:
    """Takes records in any order, then judges them once. Memory: the panes; not the records."""

    def __init__(self, question: Question, topics: Sequence[CaptureTopic], sources: Sequence[Source] = ()) -> None:
        """``topics`` say how records are read; ``sources`` have them, by default partition 0 of each, with rising offsets."""
        self.refused = Refused()
        self._question = question
        self._pane_ms = MINUTE_MS if question.window is None else question.window.step_ms
        self._log, self._shelf = _in_force(question.baseline)
        line = self._log.line(*question.model)
        self._rows = {
            topic.name: ChosenRows(topic, self._shelf, line, question.model, question.span, strict=question.strict)
            for topic in topics
        }
        self._panes = PaneBook()
        folds = {
            (source.topic, source.partition): self._fold(source)
            for source in sources or [Source(topic.name, "", 0) for topic in topics]
        }
        self._gathering = Gathering(question.model, self._panes, self._shelf, folds)

    def feed(self, batch: RawBatch) -> list[Reject]:
        """Take in records; the answer is what was refused."""
        rejects = self._gathering.fold(batch, FOREVER)
        if len(self._panes.panes) > self._most:
            self._make_room()
        return rejects

    @property
    def records(self) -> int:
        """Records taken in so far."""
        return self._gathering.records

    def judge(self) -> AnalysisResult:
        """Judge everything that was taken in, once."""
        self._gathering.flush()
        self._make_room()
        span = self._question.span or self._span()
        whole = self._panes.merge(Window(NO_TIME, FOREVER), self._question.baseline.id)
        rows = sum(share.rows for share in whole.sources.values())
        windows = tuple(self._with_command(window) for window in self._judged(span, whole))
        return AnalysisResult(
            model=self._question.baseline.model,
            version=self._question.baseline.version,
            baseline=self._question.baseline,
            span=span,
            windows=windows,
            profile=whole.profile,
            records=self._gathering.records,
            rows=rows,
            refused=self.refused,
            notes=tuple(self._notes(rows)),
            unreadable=self._is_unreadable(rows),
        )

    def _judged(self, span: Span | None, whole: Merged) -> tuple[JudgedWindow, ...]:
        if self._question.window is not None:
            return self._windows(self._question.window)
        return () if span is None else (self._one_window(span, whole),)

    def _with_command(self, window: JudgedWindow) -> JudgedWindow:
        command = self._question.command
        if not command:
            return window
        events = tuple(replace(event, reproduce=command) for event in window.violations)
        return JudgedWindow(window.statistics, events)

    def _is_unreadable(self, rows: int) -> bool:
        """Whether there were records, and not one that could be read."""
        return bool(self.refused.total) and not rows and not self._outside and not self._others

    @property
    def _outside(self) -> int:
        return sum(rows.outside for rows in self._rows.values())

    @property
    def _others(self) -> Counter[ModelName]:
        return sum((rows.others for rows in self._rows.values()), Counter[ModelName]())

    def _notes(self, rows: int) -> list[str]:
        notes = []
        outside, others = self._outside, self._others
        if outside:
            notes.append(f"{outside} rows lie outside the range and are left out")
        for (model, version), count in others.most_common(3):
            notes.append(f"{count} rows are of {model}/{version} and are left out; --model and --version choose")
        if self._is_unreadable(rows):
            notes.append("not one record could be read: nothing is known, which is not the same as fine")
        elif not rows:
            where = "" if self._question.span is None else f" of {self._question.span}"
            notes.append(f"there are no rows{where}: nothing is known, which is not the same as fine")
        return notes

    @property
    def _most(self) -> int:
        return MOST_PANES if self._question.window is None else MOST_WINDOWS

    def _fold(self, source: Source) -> SourceFold:
        return SourceFold(
            source,
            0,
            NO_TIME,
            settings=SourceSettings(FOREVER, 0),
            settings_of=lambda _model, _version: self._settings(),
            line_of=self._log.line,
            decoding=self._rows[source.topic],
            recent=RecentIds(0),
        )

    def _settings(self) -> ModelSettings:
        spec = self._question.window or WindowSpec(self._pane_ms, self._pane_ms)
        return ModelSettings(self._pane_ms, (spec,), spec.timezone, checks=self._question.checks)

    def _make_room(self) -> None:
        """Merge panes two by two while there are too many. Raises ConfigError where they are windows."""
        spec = self._question.window
        while len(self._panes.panes) > self._most:
            if spec is not None:
                raise ConfigError(
                    f"the rows lie in more than {MOST_WINDOWS} windows of {spec.label}: "
                    "choose longer windows, or a range with --start and --end"
                )
            self._gathering.flush()
            self._pane_ms *= 2
            self._panes = _coarser(self._panes, self._pane_ms)
            self._gathering.panes = self._panes

    def _span(self) -> Span | None:
        """From the first pane to the last, of what was given."""
        if not self._panes.panes:
            return None
        return Span(min(self._panes.panes), max(self._panes.panes) + self._pane_ms)

    def _one_window(self, span: Span, whole: Merged) -> JudgedWindow:
        window = Window(span.start_ms, span.end_ms)
        length = span.end_ms - span.start_ms
        parts, checks = self._parts(window), self._question.checks
        closed = ClosedWindow(*self._question.model, _Whole(length, length), window, "UTC", whole, parts, (), checks)
        return JudgedWindow(*judge(closed, self._question.baseline, VolumeHistory(), IncidentBook(), ()))

    def _parts(self, window: Window) -> tuple[Pane, ...]:
        """The panes, cut at the ends of the range."""
        found = (
            (start, pane.profiles[self._question.baseline.id]) for start, pane in sorted(self._panes.panes.items())
        )
        return tuple(
            Pane(max(start, window.start), min(start + self._pane_ms, window.end), profile)
            for start, profile in found
            if isinstance(profile, Profile)
        )

    def _windows(self, spec: WindowSpec) -> tuple[JudgedWindow, ...]:
        book = ModelBook(*self._question.model, self._settings(), panes=self._panes)
        ends = [spec.windows_of(start)[-1].end for start in self._panes.panes]
        self._log.closed = max(ends, default=NO_TIME)
        told = book.close(self._log, self._shelf) if ends else ()
        return tuple(JudgedWindow(one.statistics, one.violations) for one in told)


class _Whole(WindowSpec):
    """A range that is one window, wherever it begins."""

    def __post_init__(self) -> None:
        """Any length will do."""

    @property
    def label(self) -> str:
        """Its length."""
        return format_duration(self.length_ms)


def _in_force(baseline: Baseline) -> tuple[LogState, BaselineShelf]:
    """A log in which nothing stands but that this baseline has always been in force."""
    log, shelf = LogState(), BaselineShelf()
    line = log.models.setdefault((baseline.model, baseline.version), log.line(baseline.model, baseline.version))
    line.baselines.append(InForce(NO_TIME, baseline.id, pack_baseline(baseline), 0))
    shelf.learn(log)
    return log, shelf


def _coarser(book: PaneBook, pane_ms: int) -> PaneBook:
    """The same panes, those that lie in one of ``pane_ms`` merged."""
    merged = PaneBook()
    for start, pane in sorted(book.panes.items()):
        onto = merged.panes.setdefault(start - start % pane_ms, pane)
        if onto is not pane:
            _merge(onto.profiles, pane.profiles)
            for source, share in pane.sources.items():
                onto.add_share(source, share)
    return merged


def _merge(onto: dict[str, AnyProfile], profiles: dict[str, AnyProfile]) -> None:
    for baseline, profile in profiles.items():
        absorb(onto[baseline], profile)
