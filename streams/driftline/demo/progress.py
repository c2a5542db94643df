"""How far the demo is: what was sent, what the worker shows of itself, and what it has said of incidents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from driftline.contracts.violation import Violation
from driftline.demo.events import Incidents
from driftline.demo.flights import TIMEZONE
from driftline.drawing.values import FeatureView, ModelView
from driftline.web.state import PageState

_RANKS = {"OK": 0, "WATCH": 1, "UNKNOWN": 2, "VIOLATED": 3}


@dataclass(frozen=True, slots=True)
class Progress:
    """One look at everything: ``news`` since the last one, ``state`` None before the worker's first answer."""

    sent: int
    total: int
    elapsed: float
    address: str
    incidents: Incidents
    news: tuple[Violation, ...] = ()
    state: PageState | None = None

    @property
    def read(self) -> int:
        """Captures that the worker has folded and committed."""
        return sum(source.position or 0 for source in self.state.sources) if self.state else 0

    @property
    def rate(self) -> float:
        """Captures a second, as the worker measures them."""
        return (self.state.events_per_second or 0.0) if self.state else 0.0

    @property
    def watermark(self) -> int | None:
        """The event time that all sources have reached, ms UTC; None before all have."""
        times = [source.watermark for source in self.state.sources] if self.state else []
        known = [time for time in times if time is not None]
        return min(known) if known and len(known) == len(times) else None

    @property
    def model(self) -> ModelView | None:
        """The last closed window of the model; None before there is one."""
        return self.state.models[0] if self.state and self.state.models else None

    @property
    def open(self) -> list[Violation]:
        """The incidents that are open, by feature and check."""
        return sorted(self.incidents.open.values(), key=lambda one: (one.feature, one.check))

    @property
    def worst(self) -> tuple[FeatureView, ...]:
        """The features of the last closed window, worst first: by state, then by how far they moved."""
        features = self.model.features if self.model else ()
        return tuple(sorted(features, key=lambda one: (-_RANKS[one.state], -(one.shift or 0.0), one.name)))


def local(time_ms: int) -> datetime:
    """A time in ms UTC on New York's clock."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).astimezone(ZoneInfo(TIMEZONE))


def day_text(time_ms: int) -> str:
    """The day that a window begins on.

    >>> day_text(1_360_299_600_000)
    'Fri 8 Feb'
    """
    day = local(time_ms)
    return f"{day:%a} {day.day} {day:%b}"
