"""From a closed window to what is said of it: readings become statistics for everybody and events for incidents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from driftline.baseline.model import Baseline, Role
from driftline.contracts.log import Source
from driftline.contracts.statistics import CheckReading, Ledger, SourceShare, Tally, WindowStatistics
from driftline.contracts.violation import OffsetRange, Violation
from driftline.engine.panes import Merged
from driftline.engine.standing import Fact
from driftline.judging.evaluate import WindowInput, evaluate_window
from driftline.judging.incidents import IncidentBook, WindowRef
from driftline.judging.onset import Pane
from driftline.judging.own import OwnCheck, own_readings
from driftline.judging.sequential import SEQUENTIAL
from driftline.judging.severity import violated_share
from driftline.judging.states import Reading, State
from driftline.judging.story import violations
from driftline.judging.summary import window_statistics
from driftline.judging.volume import VolumeHistory
from driftline.windows.spec import Window, WindowSpec

INCOMPLETE = frozenset({"gap", "retire", "anomaly"})
"""Kinds of facts after which events of a window may be missing."""


@dataclass(frozen=True)
class ClosedWindow:
    """Everything that is known of a window that has closed; ``facts`` are those that touch it, ``checks`` the user's own."""

    model: str
    version: str
    spec: WindowSpec
    window: Window
    timezone: str
    merged: Merged
    panes: tuple[Pane, ...]
    facts: tuple[Fact, ...]
    checks: tuple[OwnCheck, ...] = ()

    @property
    def incomplete(self) -> tuple[str, ...]:
        """Why events of the window may be missing; empty when none can be."""
        lost = sorted((f.source, f.start, f.end, f.reason) for f in self.facts if f.kind in INCOMPLETE)
        return tuple(f"{source} [{start}, {end}): {reason}" for source, start, end, reason in lost)

    @property
    def idle(self) -> tuple[Source, ...]:
        """Sources whose time was moved on beyond the window's end while they had nothing to read."""
        end = self.window.end
        return tuple(sorted({f.source for f in self.facts if f.kind == "idle" and f.low < end <= f.high + 1}))

    def input(self, baseline: Baseline | None, history: VolumeHistory) -> WindowInput:
        """What the judging depends on."""
        reasons = self.incomplete
        return WindowInput(
            self.model,
            self.version,
            self.spec.label,
            self.window.start,
            self.window.end,
            self.timezone,
            baseline,
            self.merged.profile,
            complete=not reasons,
            incomplete_reasons=reasons,
            history=history,
        )


def judge(
    closed: ClosedWindow,
    baseline: Baseline | None,
    history: VolumeHistory,
    incidents: IncidentBook,
    lane: Sequence[Reading],
) -> tuple[WindowStatistics, tuple[Violation, ...]]:
    """The final statistics of a window and the events of its incidents; ``history`` and ``incidents`` move on."""
    window = closed.input(baseline, history)
    readings = (*evaluate_window(window), *own_readings(window, closed.checks))
    ledger = _ledger(closed)
    statistics = window_statistics(window, (*readings, *lane), ledger)
    features = frozenset[str]() if baseline is None else frozenset(c.name for c in baseline.with_role(Role.FEATURE))
    identity = "" if baseline is None else baseline.id
    ref = WindowRef(window.model, window.version, window.label, window.start_ms, window.end_ms, identity)
    events = incidents.observe(ref, readings, violated_share(readings, features))
    offsets = tuple(share.range for share in ledger.sources)
    told = violations(events, window, readings, offsets, closed.panes)
    if window.complete and baseline is not None:
        history.observe(window.label, window.start_ms, window.end_ms, window.timezone, window.rows)
    return statistics, told


def recall(told: WindowStatistics, baseline: Baseline | None, history: VolumeHistory, incidents: IncidentBook) -> None:
    """Move ``history`` and ``incidents`` on as judging the window did of which ``told`` are the final statistics."""
    every = (*told.readings, *(reading for feature in told.features for reading in feature.readings))
    readings = tuple(_recalled(reading) for reading in every if reading.check != SEQUENTIAL)
    features = frozenset[str]() if baseline is None else frozenset(c.name for c in baseline.with_role(Role.FEATURE))
    window = told.window
    ref = WindowRef(told.model, told.version, window.label, window.start, window.end, told.baseline_id or "")
    incidents.observe(ref, readings, violated_share(readings, features))
    if told.ledger.complete and told.baseline_id is not None:
        history.observe(window.label, window.start, window.end, window.timezone, told.rows)


def _recalled(wire: CheckReading) -> Reading:
    return Reading(
        wire.feature,
        wire.check,
        State(wire.state),
        wire.observed,
        wire.limit,
        wire.bound,
        wire.n,
        wire.reason,
        wire.details,
    )


def preview(closed: ClosedWindow, baseline: Baseline | None) -> WindowStatistics:
    """The statistics of a window that is still open, as far as it has come; nothing moves on.

    Part of a window is not held against whole ones: its volume is judged without a history, and so is UNKNOWN.
    """
    window = closed.input(baseline, VolumeHistory())
    readings = (*evaluate_window(window), *own_readings(window, closed.checks))
    return window_statistics(window, readings, _ledger(closed))


def _ledger(closed: ClosedWindow) -> Ledger:
    """What the window is made of, source by source; idle sources without rows are named with an empty range."""
    idle, reasons = closed.idle, closed.incomplete
    given = closed.merged.sources
    shares = tuple(_share(source, closed, idle=source in idle) for source in sorted({*given, *idle}))
    return Ledger(
        complete=not reasons,
        reasons=reasons,
        records=Tally(accepted=sum(share.records for share in given.values())),
        rows=Tally(accepted=sum(share.rows for share in given.values())),
        sources=shares,
    )


def _share(source: Source, closed: ClosedWindow, *, idle: bool) -> SourceShare:
    given = closed.merged.sources.get(source)
    start, end = (0, 0) if given is None else (given.first, given.last + 1)
    return SourceShare(
        range=OffsetRange(
            topic=source.topic, partition=source.partition, start=start, end=end, topic_id=source.topic_id
        ),
        records=Tally(accepted=0 if given is None else given.records),
        rows=Tally(accepted=0 if given is None else given.rows),
        idle=idle,
    )
