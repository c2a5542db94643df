"""What the engine needs to know of the configuration, as plain values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from driftline.judging.own import OwnCheck
from driftline.windows.spec import WindowSpec


@dataclass(frozen=True)
class SourceSettings:
    """How the sources of one topic tell time; milliseconds."""

    lateness_ms: int
    future_ms: int


@dataclass(frozen=True)
class ModelSettings:
    """How one model is windowed and judged.

    ``dedupe`` is the number of source offsets within which an event id may repeat; ``checks`` are the user's own.
    """

    pane_ms: int
    windows: tuple[WindowSpec, ...]
    timezone: str = "UTC"
    dedupe: int = 0
    open_after: tuple[int, int] = (1, 1)
    resolve_after: int = 1
    checks: tuple[OwnCheck, ...] = ()

    @property
    def longest_ms(self) -> int:
        """The longest window, with an hour to spare for a day of 25 hours."""
        return max(spec.length_ms for spec in self.windows) + 3_600_000


SettingsOf = Callable[[str, str], ModelSettings]
"""Settings of a model and version."""
