"""VolumeHistory: how many rows a window of this hour of the week (day of the week) used to have.

Rule 1: like is compared with like. A *slot* is the hour of the week in the model's time zone, the day of the week for
windows of a day and longer; an *instance* is one such hour (day) of one week.
Rule 2: windows shorter than an hour share an instance, which is known by the mean of its windows.
Rule 3: the reference is the median over the instances of earlier weeks, once there are enough of them; until then it is
the median of the instances seen, the running one included, once there are enough windows.
Rule 4: only complete windows are remembered, at most ``DEPTH`` instances a slot: memory is bounded by 168 slots a label.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any, Final

from driftline.errors import DriftlineError
from driftline.windows.grid import zone

DEPTH: Final = 8
"""Instances remembered per slot: two months of weeks; chosen, because older traffic says little of today's."""

SHORTEST_DAY_MS: Final = 82_800_000
"""A day of 23 hours, as the start of summer time makes it."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Reference:
    """What a window is compared with: ``rows`` (median, may be a fraction) from ``windows`` earlier windows.

    ``settled`` says whether it stems from earlier weeks (Rule 3).
    """

    rows: float
    windows: int
    settled: bool


@dataclass(frozen=True)
class Instance:
    """One hour (day) of one week: the sum of rows over its ``windows`` complete windows. ``start_ms`` names it."""

    start_ms: int
    windows: int
    rows: int

    @property
    def mean(self) -> float:
        """Rows per window."""
        return self.rows / self.windows


@dataclass
class VolumeHistory:
    """The own history of one model and version; equal observations give equal histories, also across a restart."""

    slots: dict[tuple[str, int], tuple[Instance, ...]] = field(default_factory=dict)

    def observe(self, label: str, start_ms: int, end_ms: int, timezone: str, rows: int) -> None:
        """Remember a complete window of ``rows`` rows, after it was judged. Windows of a label come in order."""
        slot, instance_ms = slot_of(start_ms, end_ms, timezone)
        known = self.slots.get((label, slot), ())
        if known and known[-1].start_ms == instance_ms:
            last = known[-1]
            known = (*known[:-1], Instance(instance_ms, last.windows + 1, last.rows + rows))
        else:
            known = (*known, Instance(instance_ms, 1, rows))[-DEPTH:]
        self.slots[label, slot] = known

    def reference(self, label: str, start_ms: int, end_ms: int, timezone: str, enough: int) -> Reference | None:
        """What the window is to be compared with; None with fewer than ``enough`` (>= 1) earlier windows."""
        slot, instance_ms = slot_of(start_ms, end_ms, timezone)
        known = self.slots.get((label, slot), ())
        earlier = tuple(instance for instance in known if instance.start_ms < instance_ms)
        settled = len(earlier) >= enough
        used = earlier if settled else known
        windows = sum(instance.windows for instance in used)
        if windows < enough:
            return None
        return Reference(float(median(instance.mean for instance in used)), windows, settled)

    def to_state(self) -> dict[str, Any]:
        """Integers and text only, in a fixed order."""
        rows = [
            [label, slot, [[i.start_ms, i.windows, i.rows] for i in instances]]
            for (label, slot), instances in sorted(self.slots.items())
        ]
        return {"v": 1, "slots": rows}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> VolumeHistory:
        """The history behind :meth:`to_state`.

        Raises:
            DriftlineError: the state is of a version that this program does not know.

        """
        if state.get("v") != 1:
            raise DriftlineError(f"the state of a volume history must have version 1, got {state.get('v')!r}")
        return cls(
            {
                (label, slot): tuple(Instance(*instance) for instance in instances)
                for label, slot, instances in state["slots"]
            }
        )


def slot_of(start_ms: int, end_ms: int, timezone: str) -> tuple[int, int]:
    """(slot, start of its instance in ms UTC) of the window [start_ms, end_ms); Monday is 0, an hour slot is 0..167.

    Windows of a day (23 hours, if the clock says so) or longer have the slot of their first day, 0..6.

    >>> slot_of(0, 3_600_000, "UTC")  # Thursday, midnight
    (72, 0)
    >>> slot_of(0, 86_400_000, "UTC")
    (3, 0)
    """
    local = (_EPOCH + timedelta(milliseconds=start_ms)).astimezone(zone(timezone))
    if end_ms - start_ms >= SHORTEST_DAY_MS:
        return local.weekday(), start_ms
    into_hour = local.minute * 60_000 + local.second * 1000 + local.microsecond // 1000
    return local.weekday() * 24 + local.hour, start_ms - into_hour
