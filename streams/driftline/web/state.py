"""What the live page shows, as plain values: filled by the worker, served as JSON, drawn by `web.page`.

Times are integer milliseconds since the epoch, UTC; rates are per second; None is a figure that is not known.
"""

from __future__ import annotations

from typing import Literal

import msgspec

StateName = Literal["OK", "WATCH", "UNKNOWN", "VIOLATED"]
SeverityName = Literal["info", "warning", "critical"]


class FeatureView(msgspec.Struct, frozen=True, kw_only=True):
    """One feature or prediction in the last closed window.

    `distance` is the one its constraint names (`measure`), `limit` what it may be, `shift` the same in baseline sigmas,
    `completeness` a share of the rows.
    """

    name: str
    role: str
    state: StateName
    check: str = ""
    measure: str = ""
    distance: float | None = None
    limit: float | None = None
    shift: float | None = None
    completeness: float | None = None
    reason: str = ""


class ModelView(msgspec.Struct, frozen=True, kw_only=True):
    """One model and version: the last closed window of its shortest length, its features in any order."""

    model: str
    version: str
    state: StateName
    reason: str = ""
    baseline_id: str = ""
    window: str = ""
    window_start: int | None = None
    window_end: int | None = None
    rows: int | None = None
    open_rows: int | None = None
    rows_per_second: float | None = None
    features: tuple[FeatureView, ...] = ()


class IncidentView(msgspec.Struct, frozen=True, kw_only=True):
    """One open incident; `windows` counts the breaching windows so far, `opened` is the start of the first of them."""

    incident_id: str
    model: str
    version: str
    feature: str
    check: str
    severity: SeverityName
    window: str
    opened: int
    windows: int
    observed: float | None = None
    limit: float | None = None
    reason: str = ""
    reproduce: str = ""


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
    """The whole page. `generated` is the time it was taken; `notes` are sentences the operator should read."""

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
