"""Panes: the fixed short stretches of event time that are stored; every window is a whole number of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from driftline.durations import format_duration
from driftline.errors import ConfigError
from driftline.windows.grid import zone
from driftline.windows.spec import WindowSpec

_CHECKED_YEARS = (1973, 2040)
"""Years whose zone offsets are looked at. Chosen: the last odd offset in use (Liberia, -0:44:30) ended in 1972."""


@dataclass(frozen=True)
class PaneSpec:
    """Panes of `length_ms`, cut from the epoch, half-open. Raises ConfigError for a length below 1 ms."""

    length_ms: int

    def __post_init__(self) -> None:
        """Refuse an empty pane."""
        if self.length_ms <= 0:
            raise ConfigError(f"pane length must be a positive number of ms, got {self.length_ms}")

    def pane_of(self, ts: int) -> int:
        """The start of the pane that holds `ts`.

        >>> PaneSpec(1000).pane_of(1999), PaneSpec(1000).pane_of(-1)
        (1000, -1000)
        """
        return ts - ts % self.length_ms

    def panes_of(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        """`pane_of` for an array; a new int64 array of the same shape."""
        return times - times % self.length_ms

    def check_tiles(self, specs: Iterable[WindowSpec]) -> None:
        """Raise ConfigError unless every window of every spec is whole panes, on days of clock changes too."""
        for spec in specs:
            if spec.step_ms % self.length_ms:
                raise ConfigError(
                    f"panes of {format_duration(self.length_ms)} do not tile the windows {spec.label}: "
                    f"the pane must divide {format_duration(spec.step_ms)}"
                )
            if spec.follows_local_clock:
                self._check_zone(spec)

    def _check_zone(self, spec: WindowSpec) -> None:
        for offset in _offsets_of(spec.timezone):
            if offset % self.length_ms:
                raise ConfigError(
                    f"panes of {format_duration(self.length_ms)} do not tile the windows {spec.label} "
                    f"of {spec.timezone}: the pane must divide its distance from UTC of {format_duration(abs(offset))}"
                )


@lru_cache(maxsize=64)
def _offsets_of(timezone: str) -> tuple[int, ...]:
    """Every UTC offset (ms) the zone has had or will have, looked at once a week."""
    tz = zone(timezone)
    first, last = (datetime(year, 1, 1, tzinfo=UTC) for year in _CHECKED_YEARS)
    weeks = range((last - first).days // 7)
    offsets = {(first + timedelta(weeks=week)).astimezone(tz).utcoffset() or timedelta() for week in weeks}
    return tuple(sorted(offset // timedelta(milliseconds=1) for offset in offsets))
