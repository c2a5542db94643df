"""Which windows there are: half-open stretches of event time, tumbling or hopping, in UTC or by a local clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from driftline.durations import DAY_MS, HOUR_MS, format_duration, parse_duration
from driftline.errors import ConfigError
from driftline.windows.grid import MONDAY_MS, EvenGrid, Grid, LocalGrid, zone

__all__ = ["MAX_OVERLAP", "Window", "WindowSpec", "format_duration", "parse_duration"]

MAX_OVERLAP = 1_440
"""Windows that one pane may be in. Chosen: a day that hops by the minute; each costs a merge on closing."""


class Window(NamedTuple):
    """A window [start, end) in ms UTC; equal to and unpacked like the pair."""

    start: int
    end: int


@dataclass(frozen=True)
class WindowSpec:
    """Windows of `length_ms` that begin every `step_ms`; equal numbers tumble, a smaller step hops.

    Windows shorter than an hour are cut from the epoch. Windows of an hour and longer are cut by the clock on the
    wall in `timezone`: hours and quarters of a day from midnight, days at midnight, weeks on Monday. A day there may
    have 23 or 25 hours. A hopping window is always `length/step` consecutive steps, so every instant is in exactly
    that many windows.

    Raises ConfigError for a length that is not a multiple of the step, an unknown zone, or a step that does not
    divide the day.
    """

    length_ms: int
    step_ms: int
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        """Refuse what cannot tile time."""
        if self.step_ms <= 0 or self.length_ms <= 0 or self.length_ms % self.step_ms:
            raise ConfigError(
                f"window length must be a positive multiple of its step, got {self.length_ms} ms and {self.step_ms} ms"
            )
        if self.overlap > MAX_OVERLAP:
            raise ConfigError(f"window {self.label} would overlap {self.overlap} times, at most {MAX_OVERLAP} allowed")
        unit, other = sorted((self.step_ms, DAY_MS))
        if self.length_ms >= HOUR_MS and other % unit:
            raise ConfigError(
                f"the step of a window of an hour or more must divide the day or be whole days, got {self.label}"
            )
        zone(self.timezone)

    @classmethod
    def parse(cls, text: str, timezone: str = "UTC") -> WindowSpec:
        """Read a label: ``1h`` tumbles, ``1h/15m`` hops. Raises ConfigError.

        >>> WindowSpec.parse("1h/15m").overlap
        4
        """
        length, _, step = text.partition("/")
        return cls(parse_duration(length), parse_duration(step or length), timezone)

    @property
    def label(self) -> str:
        """The spelling of `parse`, as used in labels and keys: ``1h`` or ``1h/15m``. The zone is not part of it."""
        length = format_duration(self.length_ms)
        return length if self.length_ms == self.step_ms else f"{length}/{format_duration(self.step_ms)}"

    @property
    def overlap(self) -> int:
        """In how many windows every instant is; 1 when tumbling."""
        return self.length_ms // self.step_ms

    @property
    def follows_local_clock(self) -> bool:
        """Whether boundaries move with the clock of `timezone`."""
        return self.length_ms >= HOUR_MS and self.timezone != "UTC"

    def start_of(self, ts: int) -> int:
        """The start of the youngest window that contains `ts`."""
        return self._grid.floor(ts)

    def windows_of(self, pane_start_ms: int) -> tuple[Window, ...]:
        """All windows that contain the instant, oldest first; `overlap` of them.

        >>> WindowSpec(4, 2).windows_of(5)
        (Window(start=2, end=6), Window(start=4, end=8))
        """
        ends = [self._grid.after(pane_start_ms)]
        starts = [self._grid.floor(pane_start_ms)]
        for _ in range(self.overlap - 1):
            ends.append(self._grid.after(ends[-1]))
            starts.append(self._grid.before(starts[-1]))
        return tuple(Window(start, end) for start, end in zip(reversed(starts), ends, strict=True))

    def next_end(self, after: int) -> int:
        """The first end of any window later than `after`."""
        return self._grid.after(after)

    def window_ending(self, end: int) -> Window:
        """The one window that ends at the boundary `end`; ValueError when none ends there."""
        if self._grid.floor(end) != end:
            raise ValueError(f"no {self.label} window ends at {end}")
        start = end
        for _ in range(self.overlap):
            start = self._grid.before(start)
        return Window(start, end)

    def next_ends(self, after: int, upto: int) -> Iterator[Window]:
        """The windows whose end lies in (after, upto], in order of their ends.

        Lazy: each window costs one step of the grid when it is asked for, so a caller that jumps over a long gap stops
        asking and starts anew behind it. `after` must be a time, not "no time yet": from there all windows would come.

        >>> list(WindowSpec(4, 2).next_ends(4, 8))
        [Window(start=2, end=6), Window(start=4, end=8)]
        """
        end = self._grid.after(after)
        if end > upto:
            return
        starts = deque([self.window_ending(end).start])
        while len(starts) < self.overlap:
            starts.append(self._grid.after(starts[-1]))
        while end <= upto:
            yield Window(starts.popleft(), end)
            starts.append(end)
            end = self._grid.after(end)

    @cached_property
    def _grid(self) -> Grid:
        if self.follows_local_clock:
            return LocalGrid(self.timezone, self.step_ms)
        return EvenGrid(self.step_ms, MONDAY_MS if self.step_ms % (7 * DAY_MS) == 0 else 0)
