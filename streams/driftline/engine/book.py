"""One model and version on the verdict side: its panes, and what its windows have said so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from driftline.baseline.model import Baseline
from driftline.contracts.statistics import WindowStatistics
from driftline.contracts.violation import Violation
from driftline.engine.baselines import BaselineShelf
from driftline.engine.ledger import LogState
from driftline.engine.panes import Merged, PaneBook
from driftline.engine.results import ClosedWindow, judge, preview
from driftline.engine.settings import ModelSettings
from driftline.engine.standing import ModelLine
from driftline.judging.incidents import IncidentBook, IncidentPolicy
from driftline.judging.onset import Pane
from driftline.judging.sequential import SequentialLane
from driftline.judging.volume import VolumeHistory
from driftline.stats.profile import Profile
from driftline.windows.spec import Window, WindowSpec
from driftline.windows.watermark import NO_TIME


@dataclass(frozen=True)
class Emitted:
    """What one closed window says: its final statistics, and the events of its incidents."""

    statistics: WindowStatistics
    violations: tuple[Violation, ...]


@dataclass
class Line:
    """One window length: the end of its last window with rows, and whether the silence after it has been told."""

    last_end: int = NO_TIME
    quiet: bool = True


@dataclass
class ModelBook:
    """See the module; ``closed`` is the time up to which windows have been judged."""

    model: str
    version: str
    settings: ModelSettings
    closed: int = NO_TIME
    panes: PaneBook = field(default_factory=PaneBook)
    history: VolumeHistory = field(default_factory=VolumeHistory)
    incidents: IncidentBook = field(default_factory=IncidentBook)
    lane: SequentialLane | None = None
    observed: int = NO_TIME
    lines: dict[str, Line] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """The policy is configuration, not state."""
        need, out_of = self.settings.open_after
        self.incidents.policy = IncidentPolicy(need, out_of, self.settings.resolve_after)

    @property
    def is_silent(self) -> bool:
        """Whether there are no rows in open windows, and the silence has been told."""
        return not self.panes.panes and all(line.quiet for line in self.lines.values())

    @property
    def due(self) -> int:
        """The next time at which anything can become final: the end of the pane that ``closed`` lies in."""
        return self.closed - self.closed % self.settings.pane_ms + self.settings.pane_ms

    def close(self, log: LogState, shelf: BaselineShelf) -> Iterator[Emitted]:
        """Judge everything that the log has made final since the last time.

        Panes are shown to the lane, and rolled up, in step with the windows and not after all of them: what a window says
        may not depend on how far the log happened to move at once.
        """
        if log.closed < self.due:
            return
        line = log.line(self.model, self.version)
        for window, spec, has_rows in self._closing(log.closed):
            self._observe_until(window.end, line, shelf)
            self.panes.roll_up(self.settings.pane_ms, self.settings.windows, window.end - self.settings.pane_ms)
            yield self._judge(window, spec, line, log, shelf, has_rows=has_rows)
        self._observe_until(log.closed, line, shelf)
        self.closed = log.closed
        self.panes.roll_up(self.settings.pane_ms, self.settings.windows, self.closed)

    def _closing(self, closed: int) -> list[tuple[Window, WindowSpec, bool]]:
        """Windows with rows in the order of their ends, and the first empty one after each stretch of them."""
        found = [
            (window, spec, True)
            for window, spec in self.panes.windows_ending(self.settings.windows, self.closed, closed)
        ]
        for spec in self.settings.windows:
            found += [
                (window, spec, False) for window in self._silences(spec, [w for w, s, _ in found if s == spec], closed)
            ]
        return sorted(found, key=lambda entry: (entry[0].end, entry[1].length_ms, entry[1].step_ms))

    def _silences(self, spec: WindowSpec, windows: list[Window], closed: int) -> Iterator[Window]:
        line = self.lines.setdefault(spec.label, Line())
        for window in windows:
            yield from self._silence_before(spec, line, window.end - 1)
            line.last_end, line.quiet = window.end, False
        yield from self._silence_before(spec, line, closed)

    @staticmethod
    def _silence_before(spec: WindowSpec, line: Line, upto: int) -> Iterator[Window]:
        if line.quiet:
            return
        following = spec.next_end(line.last_end)
        if following <= upto:
            line.quiet = True
            yield spec.window_ending(following)

    def _judge(
        self,
        window: Window,
        spec: WindowSpec,
        line: ModelLine,
        log: LogState,
        shelf: BaselineShelf,
        *,
        has_rows: bool,
    ) -> Emitted:
        baseline = line.at(window.start)
        merged = self.panes.merge(window, baseline) if has_rows else Merged(None, {})
        closed = ClosedWindow(
            self.model,
            self.version,
            spec,
            window,
            self.settings.timezone,
            merged,
            self._judged_panes(window, baseline),
            tuple(fact for fact in log.facts if fact.touches(window.start, window.end)),
            self.settings.checks,
        )
        lane = self.lane.readings() if self.lane is not None and self.lane.key == baseline else ()
        return Emitted(*judge(closed, shelf.baseline(baseline), self.history, self.incidents, lane))

    def early(self, spec: WindowSpec, log: LogState, shelf: BaselineShelf) -> WindowStatistics | None:
        """What the open window that holds the newest pane would say if it closed now; changes nothing. None without panes."""
        if not self.panes.panes:
            return None
        window = spec.windows_of(max(self.panes.panes))[0]
        baseline = log.line(self.model, self.version).at(window.start)
        merged = self.panes.merge(window, baseline)
        closed = ClosedWindow(
            self.model, self.version, spec, window, self.settings.timezone, merged, (), (), self.settings.checks
        )
        return preview(closed, shelf.baseline(baseline))

    def _judged_panes(self, window: Window, baseline: str) -> tuple[Pane, ...]:
        """The panes and blocks of a window, each until the next one begins."""
        starts = sorted(start for start in self.panes.panes if window.start <= start < window.end)
        ends = [*starts[1:], window.end][: len(starts)]
        profiles = [self.panes.panes[start].profiles[baseline] for start in starts]
        return tuple(
            Pane(start, end, profile)
            for start, end, profile in zip(starts, ends, profiles, strict=True)
            if isinstance(profile, Profile)
        )

    def _observe_until(self, time: int, line: ModelLine, shelf: BaselineShelf) -> None:
        """Show the panes that end by ``time`` to the sequential lane, in order, each once."""
        length = self.settings.pane_ms
        due = sorted(start for start in self.panes.panes if self.observed < start + length <= time)
        for start in due:
            self._observe(start, line.at(start), shelf)
        self.observed = max(self.observed, time - time % length)

    def _observe(self, start: int, baseline: str, shelf: BaselineShelf) -> None:
        profile = self.panes.panes[start].profiles.get(baseline)
        if not isinstance(profile, Profile) or profile.is_empty or _is_monitors(shelf.baseline(baseline)):
            return
        layout = shelf.layout(baseline)
        if self.lane is None or self.lane.key != baseline:
            self.lane = SequentialLane(baseline, layout.numeric, self.settings.pane_ms)
        means = [profile.moments.mean(column) for column in range(len(layout.numeric))]
        values = np.array([np.nan if mean is None else mean for mean in means], dtype=np.float64)
        self.lane.observe((values - layout.center) / layout.scale, profile.moments.n)

    def to_state(self) -> dict[str, Any]:
        """Everything but the panes, as plain values."""
        return {
            "closed": self.closed,
            "history": self.history.to_state(),
            "incidents": self.incidents.to_state(),
            "lane": None if self.lane is None else self.lane.to_state(),
            "observed": self.observed,
            "lines": [[label, line.last_end, line.quiet] for label, line in sorted(self.lines.items())],
        }

    @classmethod
    def from_state(cls, model: str, version: str, settings: ModelSettings, state: dict[str, Any]) -> ModelBook:
        """The book behind :meth:`to_state`, without its panes."""
        return cls(
            model,
            version,
            settings,
            state["closed"],
            history=VolumeHistory.from_state(state["history"]),
            incidents=IncidentBook.from_state(state["incidents"]),
            lane=None if state["lane"] is None else SequentialLane.from_state(state["lane"]),
            observed=state["observed"],
            lines={label: Line(last_end, quiet) for label, last_end, quiet in state["lines"]},
        )


def _is_monitors(baseline: Baseline | None) -> bool:
    """Whether a window is judged as Model Monitor would, which knows no sequential tests."""
    return baseline is not None and baseline.monitor is not None
