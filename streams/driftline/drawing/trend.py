"""The past of a feature as inline SVG: the distance of every closed window against its limit, with the same in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from driftline.drawing.figures import clock, number
from driftline.drawing.html import Markup, element
from driftline.drawing.values import Point

WIDTH: Final = 440
HEIGHT: Final = 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 432, 10, 126
SPARK: Final = (96, 22)
MOST: Final = 240
"""Points that a chart shows; of more windows the farthest of each stretch. Chosen: two pixels apart."""

_LETTERS: Final = 12
"""Pixels that two figures at the axis need between them."""

_HEADROOM: Final = 1.1
_SPARK_HEADROOM: Final = 1.6
"""Of a spark line the limit lies at 1 / 1.6 of the height where nothing is above it, so that calm looks calm."""


def thinned(points: Sequence[Point], most: int = MOST) -> tuple[Point, ...]:
    """At most ``most`` points: of each stretch of windows the one that is farthest over its limit."""
    if len(points) <= most:
        return tuple(points)
    size = -(-len(points) // most)
    return tuple(max(points[at : at + size], key=_severity) for at in range(0, len(points), size))


def trend(points: Sequence[Point], timezone: str = "UTC") -> Markup:
    """The chart; a sentence instead when no window has a distance. About 60 bytes a point."""
    shown = thinned(points)
    if not any(point.value is not None for point in shown):
        return element("p", "No window has had a distance yet.", class_="none")
    place = _Plane(shown, (_LEFT, _RIGHT, _TOP, _BOTTOM), _HEADROOM)
    parts = [*_frame(place, shown, timezone), *_lines(place, shown), *_marks(place, shown)]
    text = summary(points, timezone)
    box = f"0 0 {WIDTH} {HEIGHT}"
    return element("svg", element("title", text), *parts, class_="trend", viewBox=box, role="img", aria_label=text)


def spark(points: Sequence[Point], timezone: str = "UTC") -> Markup:
    """The same in the height of a line: no axes."""
    shown = thinned(points, SPARK[0] // 2)
    if not any(point.value is not None for point in shown):
        return Markup("–")
    place = _Plane(shown, (2, SPARK[0] - 2, 2, SPARK[1] - 2), _SPARK_HEADROOM)
    label = summary(points, timezone)
    return element(
        "svg",
        *_lines(place, shown),
        *_marks(place, shown),
        class_="spark",
        viewBox=f"0 0 {SPARK[0]} {SPARK[1]}",
        width=SPARK[0],
        height=SPARK[1],
        role="img",
        aria_label=label,
    )


def summary(points: Sequence[Point], timezone: str = "UTC") -> str:
    """What the chart shows, for those who do not see it."""
    known = [point for point in points if point.value is not None]
    if not known:
        return "no distance is known"
    top, last = max(known, key=_severity), known[-1]
    if len(points) == 1:
        return (
            f"Distance {number(last.value)} in the window of {clock(last.start, timezone)}, limit {number(last.limit)}."
        )
    over = sum(_is_over(point) for point in known)
    return (
        f"Distance in {len(points)} windows from {clock(points[0].start, timezone)} to "
        f"{clock(points[-1].start, timezone)}: {over} above the limit, farthest {number(top.value)} at "
        f"{clock(top.start, timezone)}, last {number(last.value)}, limit {number(last.limit)}."
    )


def strip(points: Sequence[Point], timezone: str = "UTC") -> Markup:
    """The states of the last windows as a row of blocks, oldest first; a word for each state in the text."""
    shown = points[-30:]
    if not shown:
        return Markup("–")
    counted = Counter(point.state for point in shown)
    told = ", ".join(f"{counted[state]} {state}" for state in ("VIOLATED", "UNKNOWN", "WATCH", "OK") if counted[state])
    label = f"Last {len(shown)} windows, since {clock(shown[0].start, timezone)}: {told}"
    blocks = (
        element(
            "rect",
            x=index * 6,
            y=_DROP[point.state],
            width=5,
            height=16 - _DROP[point.state],
            class_=f"at-{point.state}",
        )
        for index, point in enumerate(shown)
    )
    width = 6 * len(shown)
    box = f"0 0 {width} 16"
    return element(
        "svg",
        element("title", label),
        *blocks,
        class_="strip",
        viewBox=box,
        width=width,
        height=16,
        role="img",
        aria_label=label,
    )


_DROP: Final = {"VIOLATED": 0, "UNKNOWN": 5, "WATCH": 8, "OK": 11}
"""Pixels that a block of a state falls short of the height: the states differ by more than colour."""


class _Plane:
    """From times and distances to pixels."""

    def __init__(self, points: Sequence[Point], box: tuple[int, int, int, int], headroom: float) -> None:
        self.left, self.right, self.top, self.bottom = box
        values = [point.value for point in points if point.value is not None]
        limits = [point.limit for point in points if point.limit is not None]
        self.high = max(max(values) * _HEADROOM, max(limits, default=0.0) * headroom) or 1.0
        self._start, self._span = points[0].start, max(1, points[-1].start - points[0].start)
        self._alone = len(points) == 1

    def x(self, time: int) -> float:
        share = 0.5 if self._alone else (time - self._start) / self._span
        return round(self.left + share * (self.right - self.left), 1)

    def y(self, value: float) -> float:
        return round(self.bottom - max(0.0, value) / self.high * (self.bottom - self.top), 1)


def _frame(place: _Plane, points: Sequence[Point], timezone: str) -> list[Markup]:
    limit = next((point.limit for point in reversed(points) if point.limit is not None), None)
    parts = [element("line", x1=_LEFT, x2=_RIGHT, y1=_BOTTOM, y2=_BOTTOM, class_="axis")]
    top = max(point.value for point in points if point.value is not None)
    apart = limit is None or abs(place.y(top) - place.y(limit)) > _LETTERS
    for value, kind in ((0.0, "tick"), (limit, "tick limit"), (top if apart and top > 0 else None, "tick")):
        if value is not None:
            parts.append(
                element("text", number(value), x=_LEFT - 5, y=place.y(value) + 4, class_=kind, text_anchor="end")
            )
    ends = ((_LEFT, points[0], "start"), (_RIGHT, points[-1], "end"))
    for x, point, anchor in ends if len(points) > 1 else (((_LEFT + _RIGHT) // 2, points[0], "middle"),):
        when = clock(point.start, timezone)
        parts.append(element("text", when, x=x, y=_BOTTOM + 16, class_="tick", text_anchor=anchor))
    return parts


def _lines(place: _Plane, points: Sequence[Point]) -> list[Markup]:
    """The limit as a step, the distance as a line that breaks where nothing is known."""
    limit, value, pen, level = [], [], "M", None
    for point in points:
        if point.limit is not None:
            y = place.y(point.limit)
            limit.append(
                f"M{place.left} {y}" if level is None else f"H{place.x(point.start)}V{y}" if y != level else ""
            )
            level = y
        if point.value is None:
            pen = "M"
            continue
        value.append(f"{pen}{place.x(point.start)} {place.y(point.value)}")
        pen = "L"
    drawn = [element("path", d="".join((*limit, f"H{place.right}")), class_="limit")] if limit else []
    return [*drawn, element("path", d="".join(value), class_="line")]


def _marks(place: _Plane, points: Sequence[Point]) -> list[Markup]:
    """A dot above the limit, a ring where another check is violated, a ring at the foot where no distance is known."""
    marks = []
    for point in points:
        x = place.x(point.start)
        if point.value is None:
            marks.append(element("circle", cx=x, cy=place.bottom - 2, r=2, class_="gap"))
        elif point.state == "VIOLATED":
            kind = "at-VIOLATED" if _is_over(point) else "other"
            marks.append(element("circle", cx=x, cy=place.y(point.value), r=2.6, class_=kind))
        elif len(points) == 1:
            marks.append(element("circle", cx=x, cy=place.y(point.value), r=2.6, class_="dot"))
    return marks


def _is_over(point: Point) -> bool:
    return point.value is not None and point.limit is not None and point.value > point.limit


def _severity(point: Point) -> tuple[bool, float]:
    return (point.state == "VIOLATED", -1.0 if point.value is None else point.value)
