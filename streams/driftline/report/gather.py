"""Taking in statistics one by one, in any order, keeping what a report needs: a point a feature and window, not the records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from driftline.contracts.statistics import FeatureStatistics, WindowStatistics
from driftline.contracts.violation import Window
from driftline.drawing.reading import RANK, feature_view, reason_of
from driftline.drawing.values import FeatureView, Point
from driftline.durations import parse_duration
from driftline.report.period import Period

MODELS: Final = 50
"""Models and versions that a report tells of. Chosen: with charts that is some 5 MB; beyond, name the model."""

Key = tuple[str, str]


@dataclass(frozen=True)
class Farthest:
    """A feature in the window in which it was farthest from normal."""

    view: FeatureView
    statistics: FeatureStatistics
    window: Window
    baseline_id: str

    @property
    def rank(self) -> tuple[int, float, int]:
        """Violated by most, then farthest, then earliest."""
        return (RANK[self.view.state], -1.0 if self.view.far is None else self.view.far, -self.window.start)


@dataclass
class Tale:
    """One model and version in windows of one length; ``windows`` are without features, ``reasons`` say why their state."""

    windows: dict[int, WindowStatistics] = field(default_factory=dict)
    points: dict[str, dict[int, Point]] = field(default_factory=dict)
    farthest: dict[str, Farthest] = field(default_factory=dict)
    violated: dict[int, int] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)

    def add(self, statistics: WindowStatistics) -> None:
        """Take in a window; one that is told again says the same."""
        start = statistics.window.start
        if start in self.windows:
            return
        self.windows[start] = without_features(statistics)
        self.reasons[start] = reason_of(statistics)
        views = [(feature, feature_view(feature)) for feature in statistics.features]
        self.violated[start] = sum(view.state == "VIOLATED" for _, view in views)
        for feature, view in views:
            point = Point(start, view.distance, view.limit, view.state)
            self.points.setdefault(view.name, {})[start] = point
            found = Farthest(view, feature, statistics.window, statistics.baseline_id or "")
            known = self.farthest.get(view.name)
            if known is None or found.rank > known.rank:
                self.farthest[view.name] = found

    def past(self, feature: str) -> tuple[Point, ...]:
        """The points of a feature in their order."""
        return tuple(point for _, point in sorted(self.points.get(feature, {}).items()))

    def ordered(self) -> list[WindowStatistics]:
        """The windows in their order."""
        return [window for _, window in sorted(self.windows.items())]


@dataclass
class Gathered:
    """Everything that was taken in, and how many models were left out."""

    period: Period
    length: str | None = None
    tales: dict[Key, dict[str, Tale]] = field(default_factory=dict)
    left_out: set[Key] = field(default_factory=set)

    def add(self, statistics: WindowStatistics) -> None:
        """Take in a record, if the period covers its window and it is of the wanted length."""
        window, key = statistics.window, (statistics.model, statistics.version)
        if self.length not in {None, window.label} or not self.period.covers(window):
            return
        if key not in self.tales and len(self.tales) >= MODELS:
            self.left_out.add(key)
            return
        self.tales.setdefault(key, {}).setdefault(window.label, Tale()).add(statistics)

    def told(self) -> Iterator[tuple[Key, str, Tale, tuple[str, ...]]]:
        """Each model in its shortest windows, with the other lengths that there are."""
        for key, tales in sorted(self.tales.items()):
            labels = sorted(tales, key=lambda label: (parse_duration(label.partition("/")[0]), label))
            yield key, labels[0], tales[labels[0]], tuple(labels[1:])


def without_features(statistics: WindowStatistics) -> WindowStatistics:
    """The record of the window alone."""
    return WindowStatistics(
        **{
            name: getattr(statistics, name)
            for name in statistics.__struct_fields__
            if name not in {"features", "schema"}
        },
        features=(),
    )
