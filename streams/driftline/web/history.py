"""The past of every feature, for the charts: the last closed windows of each model and length, within a budget."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from math import isnan, nan
from typing import Final

from driftline.drawing.reading import RANK
from driftline.drawing.values import FeatureView, ModelView, Point
from driftline.judging.states import State

WINDOWS: Final = 120
"""Windows that are kept of one length. Chosen: two hours of minutes, four months of days."""

CELLS: Final = 4_000_000
"""Points kept in all, of nine bytes each: 36 MB. With more features than that leaves room for, the past is shorter. Chosen:
1,400 models of 25 features, or 70 of 500, keep all of their 120 windows."""

_STATES: Final = tuple(state.value for state in State)
Key = tuple[str, str, str]
"""Model, version, window length."""


@dataclass(frozen=True)
class Kept:
    """One closed window: single precision, since it is for the eye. ``places`` is shared by windows of the same features."""

    start: int
    state: int
    rows: int
    places: dict[str, int]
    distances: array[float]
    limits: array[float]
    states: bytes

    def point(self, feature: str) -> Point | None:
        """The point of a feature; None if it had none then."""
        place = self.places.get(feature)
        if place is None:
            return None
        value, limit = self.distances[place], self.limits[place]
        known, bounded = None if isnan(value) else value, None if isnan(limit) else limit
        return Point(self.start, known, bounded, _STATES[self.states[place]])


@dataclass
class History:
    """All of it. Adding a window costs 1 µs a feature."""

    cells: int = CELLS
    windows: int = WINDOWS
    _kept: dict[Key, deque[Kept]] = field(default_factory=dict)

    def add(self, view: ModelView) -> None:
        """Keep what a closed window says of every feature, in its place; one that is kept already changes nothing."""
        rows = self._kept.setdefault((view.model, view.version, view.window), deque())
        start = view.window_start
        if start is None:
            return
        place = len(rows) if not rows or rows[-1].start < start else bisect_left(rows, start, key=_start)
        if place < len(rows) and rows[place].start == start:
            return
        rows.insert(place, _kept(view, start, rows[max(0, place - 1)].places if rows else {}))
        self._trim(rows)

    def join(self, other: History) -> None:
        """Take in what another has kept; of a window that both know, this one's own stays."""
        for key, theirs in other._kept.items():
            ours = self._kept.setdefault(key, deque())
            held = {one.start: one for one in theirs} | {one.start: one for one in ours}
            self._kept[key] = deque(held[start] for start in sorted(held))
        for rows in self._kept.values():
            self._trim(rows)

    def _trim(self, rows: deque[Kept]) -> None:
        room = self.room()
        while len(rows) > room:
            rows.popleft()

    def room(self) -> int:
        """Windows that are kept of each length at present: at least two, at most ``windows``."""
        columns = sum(len(rows[-1].places) for rows in self._kept.values() if rows)
        return max(2, min(self.windows, self.cells // max(1, columns)))

    def __len__(self) -> int:
        """Windows kept in all."""
        return sum(map(len, self._kept.values()))

    def of(self, key: Key) -> tuple[Kept, ...]:
        """What is kept of a model and length, oldest first."""
        return tuple(self._kept.get(key, ()))

    def retain(self, models: AbstractSet[tuple[str, str]]) -> None:
        """Forget all other models and versions."""
        for key in [key for key in self._kept if key[:2] not in models]:
            del self._kept[key]


def past_of(kept: Iterable[Kept], feature: str) -> tuple[Point, ...]:
    """The points of one feature, oldest first."""
    return tuple(point for point in (one.point(feature) for one in kept) if point is not None)


def states_of(kept: Sequence[Kept]) -> tuple[Point, ...]:
    """The points of the model itself: rows and state."""
    return tuple(Point(one.start, float(one.rows), None, _STATES[one.state]) for one in kept)


def _start(kept: Kept) -> int:
    return kept.start


def _kept(view: ModelView, start: int, before: dict[str, int]) -> Kept:
    names = [feature.name for feature in view.features]
    places = before if list(before) == names else {name: place for place, name in enumerate(names)}
    return Kept(
        start,
        RANK[view.state],
        view.rows or 0,
        places,
        array("f", (_float(feature.distance) for feature in view.features)),
        array("f", (_float(feature.limit) for feature in view.features)),
        bytes(_rank(feature) for feature in view.features),
    )


def _float(value: float | None) -> float:
    return nan if value is None else value


def _rank(feature: FeatureView) -> int:
    return RANK[feature.state]
