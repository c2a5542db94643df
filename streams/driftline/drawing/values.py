"""What is drawn, as plain values: a model in a window, its features, their past, and incidents.

Times are integer milliseconds since the epoch, UTC; None is a figure that is not known.
"""

from __future__ import annotations

from typing import Final

import msgspec

from driftline.contracts.violation import Interval, SeverityName, StateName

_FARTHEST: Final = 999.0
"""Times the limit beyond which nobody asks how far. Chosen; a p-value may be 0."""


class Point(msgspec.Struct, frozen=True, array_like=True):
    """One closed window in the past of a feature: its start, the distance, the limit, and the worst state.

    Of a model ``value`` are the rows.
    """

    start: int
    value: float | None
    limit: float | None
    state: StateName


class Overlay(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of baseline and window on the same bins, as in ``contracts.violation.Histogram``: edges, or categories."""

    baseline: tuple[int, ...]
    window: tuple[int, ...]
    edges: tuple[float, ...] | None = None
    categories: tuple[str, ...] | None = None


class FeatureView(msgspec.Struct, frozen=True, kw_only=True):
    """One feature or prediction in a closed window.

    `distance` is the one its constraint names (`measure`), `limit` what it may be, `shift` the same in baseline sigmas,
    `completeness` a share of the rows; `check` and `reason` are those of the worst reading. `trend` and `overlay` are
    filled where one model is looked at.
    """

    name: str
    role: str
    state: StateName
    kind: str = ""
    check: str = ""
    measure: str = ""
    distance: float | None = None
    limit: float | None = None
    shift: float | None = None
    completeness: float | None = None
    reason: str = ""
    trend: tuple[Point, ...] = ()
    overlay: Overlay | None = None

    @property
    def far(self) -> float | None:
        """How many times its limit the distance is, at most 999; of a p-value the other way round. None if unknown."""
        if self.distance is None or self.limit is None:
            return None
        over, under = (self.limit, self.distance) if self.measure == "chi_squared" else (self.distance, self.limit)
        return min(_FARTHEST, over / under) if under > 0 else _FARTHEST if over > 0 else 0.0


class ModelView(msgspec.Struct, frozen=True, kw_only=True):
    """One model and version in the last closed window of one length (`window`); `windows` are all lengths it has.

    In a list of models `features` are only the farthest; `count` is how many there are, `violated` how many are violated.
    """

    model: str
    version: str
    state: StateName
    reason: str = ""
    baseline_id: str = ""
    window: str = ""
    windows: tuple[str, ...] = ()
    window_start: int | None = None
    window_end: int | None = None
    timezone: str = "UTC"
    rows: int | None = None
    open_rows: int | None = None
    complete: bool = True
    count: int = 0
    violated: int = 0
    features: tuple[FeatureView, ...] = ()
    history: tuple[Point, ...] = ()


class IncidentView(msgspec.Struct, frozen=True, kw_only=True):
    """One incident; `windows` counts the breaching windows so far, `opened` is the start of the first of them.

    `onset` is when the change began as far as was told, `resolved` the start of the window that ended it.
    """

    incident_id: str
    model: str
    version: str
    feature: str
    check: str
    severity: SeverityName
    window: str
    opened: int
    windows: int
    timezone: str = "UTC"
    observed: float | None = None
    limit: float | None = None
    reason: str = ""
    reproduce: str = ""
    onset: Interval | None = None
    resolved: int | None = None
    moved: tuple[str, ...] = ()


def by_distance(feature: FeatureView) -> tuple[bool, float, str]:
    """The order of features: violated ones first, then by how many times its limit the distance is; unknown ones last."""
    return (feature.state != "VIOLATED", -1.0 * (-1.0 if feature.far is None else feature.far), feature.name)
