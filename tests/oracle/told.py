"""What no record of a topic can tell: where a source began, and what of it nobody could read. Written down in the delta log."""

from __future__ import annotations

from dataclasses import dataclass, field

NEVER = -(2**62)
Source = tuple[str, int]
"""Topic and partition; of a topic that was created anew, ``topic@life`` and partition."""


@dataclass(frozen=True)
class Loss:
    """Events may be missing from every window that ends after ``low`` and starts at or before ``high``."""

    low: int
    high: int
    text: str

    def touches(self, start: int, end: int) -> bool:
        return end > self.low and start <= self.high


@dataclass
class Told:
    """Nothing, for a topic that was there before its worker and lost nothing."""

    watermarks: dict[Source, int] = field(default_factory=dict)
    """What a source began with: the time up to which the others had closed their windows."""
    gaps: dict[Source, list[tuple[int, int]]] = field(default_factory=dict)
    """Offsets that nobody could read; where none are, the ids of events before them are forgotten."""
    retired: set[Source] = field(default_factory=set)
    """Sources of a topic's earlier life: windows do not wait for them."""
    losses: list[Loss] = field(default_factory=list)

    def reasons(self, start: int, end: int) -> list[str]:
        """Why a window is incomplete."""
        return [loss.text for loss in self.losses if loss.touches(start, end)]
