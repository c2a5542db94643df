"""What is stored of event time: panes (and blocks of rolled-up panes) of one model, and the windows they make."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from driftline.contracts.log import PaneDelta, Source
from driftline.engine.baselines import BaselineShelf
from driftline.engine.profiles import AnyProfile, absorb
from driftline.engine.stored import Share, StoredPane, Written
from driftline.windows.panes import PaneSpec
from driftline.windows.rollup import plan_rollup
from driftline.windows.spec import Window, WindowSpec


@dataclass(frozen=True)
class Merged:
    """The panes of one window put together; ``profile`` is None for a window without rows."""

    profile: AnyProfile | None
    sources: dict[Source, Share]


@dataclass
class PaneBook:
    """All stored panes of one model and version, by start; ``written``: those that stand on the snapshots topic."""

    panes: dict[int, StoredPane] = field(default_factory=dict)
    changed: set[int] = field(default_factory=set)
    written: dict[int, Written] = field(default_factory=dict)

    def add(self, source: Source, delta: PaneDelta, shelf: BaselineShelf) -> None:
        """Merge one part of a counted delta."""
        pane = self.panes.setdefault(delta.pane, StoredPane())
        profile = shelf.profile_from_state(delta.baseline, delta.statistics)
        held = pane.profiles.get(delta.baseline)
        if held is None:
            pane.profiles[delta.baseline] = profile
        else:
            absorb(held, profile)
        if delta.baseline == min(pane.profiles):
            pane.add_share(source, Share(delta.records, delta.rows, delta.first, delta.last))
        self.changed.add(delta.pane)

    def windows_ending(self, specs: tuple[WindowSpec, ...], after: int, upto: int) -> list[tuple[Window, WindowSpec]]:
        """Windows with rows that end in (after, upto], by end, then length."""
        found = {
            (window.end, spec.length_ms, spec.step_ms): (window, spec)
            for start in self.panes
            for spec in specs
            for window in spec.windows_of(start)
            if after < window.end <= upto
        }
        return [found[key] for key in sorted(found)]

    def merge(self, window: Window, baseline: str) -> Merged:
        """Everything stored of [start, end) under one baseline; the panes are left as they are."""
        starts = sorted(start for start in self.panes if window.start <= start < window.end)
        whole: AnyProfile | None = None
        sources = StoredPane()
        for start in starts:
            pane = self.panes[start]
            for source, share in pane.sources.items():
                sources.add_share(source, share)
            profile = pane.profiles[baseline]
            if whole is None:
                whole = profile.copy()
            else:
                absorb(whole, profile)
        return Merged(whole, dict(sorted(sources.sources.items())))

    def roll_up(self, pane_ms: int, specs: tuple[WindowSpec, ...], closed: int) -> tuple[int, ...]:
        """Merge final panes that no open window can tell apart; the starts that are gone."""
        plan = plan_rollup(self.panes, PaneSpec(pane_ms), specs, closed)
        gone = list(plan.expired)
        for start, members in plan.blocks.items():
            block = self.panes[start]
            for member in members[1:]:
                other = self.panes[member]
                if set(other.profiles) != set(block.profiles):
                    continue
                for baseline, profile in other.profiles.items():
                    absorb(block.profiles[baseline], profile)
                for source, share in other.sources.items():
                    block.add_share(source, share)
                gone.append(member)
            self.changed.add(start)
        for start in gone:
            del self.panes[start]
            self.changed.discard(start)
            self.written.pop(start, None)
        return tuple(gone)

    def pane_state(self, start: int) -> dict[str, Any]:
        """One pane as plain values."""
        return self.panes[start].to_state(start)

    def restore_pane(self, start: int, written: Written, data: bytes, shelf: BaselineShelf) -> None:
        """Put a pane of a snapshot back, packed as it is."""
        self.panes[start] = StoredPane.packed(data, shelf)
        self.written[start] = written
