"""WindowInput: all that the verdict on one window depends on."""

from __future__ import annotations

from dataclasses import dataclass

from driftline.baseline.model import Baseline
from driftline.judging.budget import DEFAULT, Budget
from driftline.judging.volume import VolumeHistory
from driftline.stats.open_profile import OpenProfile
from driftline.stats.profile import Profile


@dataclass(frozen=True)
class WindowInput:
    """All that a verdict depends on. ``profile`` None is a window without rows; ``history`` is that of *earlier* windows."""

    model: str
    version: str
    label: str
    start_ms: int
    end_ms: int
    timezone: str
    baseline: Baseline | None
    profile: Profile | OpenProfile | None
    complete: bool = True
    incomplete_reasons: tuple[str, ...] = ()
    history: VolumeHistory | None = None
    budget: Budget = DEFAULT

    @property
    def rows(self) -> int:
        """Rows of the window."""
        return 0 if self.profile is None else self.profile.rows

    @property
    def judged(self) -> Profile | None:
        """The profile, if it is one that a baseline can judge."""
        return self.profile if isinstance(self.profile, Profile) else None

    @property
    def obstacle(self) -> str:
        """Why no check can be made, "" if they can (gate 2)."""
        return "" if self.complete else "incomplete: " + ", ".join(self.incomplete_reasons)
