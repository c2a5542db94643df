"""What the live page shows, as plain values: filled by the worker, served as JSON, drawn by the rest of `web`.

Times are integer milliseconds since the epoch, UTC; rates are per second; None is a figure that is not known.
"""

from __future__ import annotations

import msgspec

from driftline.contracts.statistics import FeatureStatistics, WindowStatistics
from driftline.drawing.values import IncidentView, ModelView


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which model is looked at, in which window length ("": the shortest)."""

    model: str
    version: str
    window: str = ""


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How records or rows ended; consumed is the sum."""

    accepted: int = 0
    rejected: int = 0
    late: int = 0
    duplicate: int = 0
    ignored: int = 0


class SourceView(msgspec.Struct, frozen=True, kw_only=True):
    """One source partition: how far it is read (`position`), how much is left, where its event time stands, its
    ledger; ``condition`` and ``why`` are the watchdog's (docs/health.md), for sources of this worker only.
    """

    topic: str
    partition: int
    owner: str = ""
    position: int | None = None
    lag: int | None = None
    watermark: int | None = None
    idle: bool = False
    holds_back: bool = False
    condition: str = ""
    why: str = ""
    records: Tally = Tally()
    rows: Tally = Tally()


class PageState(msgspec.Struct, frozen=True, kw_only=True):
    """The first page. `generated` is the time it was taken; `notes` are sentences the operator should read.

    `models` come worst first, the first 200 of them with their farthest features.
    """

    generated: int
    worker: str = ""
    release: str = ""
    ready: bool = True
    notes: tuple[str, ...] = ()
    events_per_second: float | None = None
    models: tuple[ModelView, ...] = ()
    incidents: tuple[IncidentView, ...] = ()
    sources: tuple[SourceView, ...] = ()
    deadletters: dict[str, int] = {}


class ModelPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page of one model: `view` has all features with their past and histograms, `statistics` is the record itself."""

    generated: int
    view: ModelView
    statistics: WindowStatistics
    incidents: tuple[IncidentView, ...] = ()

    def feature(self, name: str) -> FeatureStatistics | None:
        """The record of one feature; None if the window has none of that name."""
        return next((one for one in self.statistics.features if one.name == name), None)
