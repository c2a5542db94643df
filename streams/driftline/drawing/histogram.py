"""Baseline and window over each other as inline SVG, with the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from driftline.drawing.bars import Bar, bars_of
from driftline.drawing.figures import share
from driftline.drawing.html import Markup, element
from driftline.drawing.values import Overlay

WIDTH: Final = 440
_HEIGHT, _FLOOR, _LEFT = 150, 126, 6
_ROW, _NAMES, _LONGEST = 20, 150, 230
_SHORT: Final = 22
"""Letters of a category that fit beside its bar."""


def histogram(overlay: Overlay | None) -> Markup:
    """The chart; a sentence instead where there is nothing to compare. 3 to 8 kB."""
    bars = () if overlay is None else bars_of(overlay)
    if overlay is None or not any(bar.window or bar.baseline for bar in bars):
        return element("p", "No counts of window and baseline to compare.", class_="none")
    drawn, height = (_rows(bars), len(bars) * _ROW + 4) if overlay.categories is not None else (_columns(bars), _HEIGHT)
    text = words_of(bars)
    box = f"0 0 {WIDTH} {height}"
    return element("svg", element("title", text), *drawn, class_="histogram", viewBox=box, role="img", aria_label=text)


def words_of(bars: Sequence[Bar]) -> str:
    """The three bars that differ most, as a sentence."""
    if not any(bar.window for bar in bars):
        return "The window has no values."
    first = sorted((bar for bar in bars if bar.moved), key=lambda bar: -abs(bar.moved))[:3]
    told = "; ".join(f"{bar.label}: {share(bar.window)}, baseline {share(bar.baseline)}" for bar in first)
    return f"Largest differences: {told}." if told else "Window and baseline have the same shares."


def words_of_overlay(overlay: Overlay | None) -> str:
    """The same of an overlay; "" without one."""
    return "" if overlay is None else words_of(bars_of(overlay))


def _columns(bars: Sequence[Bar]) -> list[Markup]:
    high = max(max(bar.baseline, bar.window) for bar in bars)
    step = (WIDTH - 2 * _LEFT) / len(bars)
    drawn = [element("line", x1=_LEFT, x2=WIDTH - _LEFT, y1=_FLOOR, y2=_FLOOR, class_="axis")]
    for index, bar in enumerate(bars):
        x = _LEFT + index * step
        for value, kind, inset in ((bar.baseline, "base", 0.5), (bar.window, "now", 1.5)):
            tall = round(value / high * (_FLOOR - 8), 1)
            place = {"x": round(x + inset, 1), "y": round(_FLOOR - tall, 1), "width": round(step - 2 * inset, 1)}
            drawn.append(element("rect", height=tall, class_=kind, **place))
    middle = len(bars) // 2
    for index, anchor in ((0, "start"), (middle, "middle"), (len(bars) - 1, "end")):
        at = {"start": _LEFT, "middle": _LEFT + (index + 0.5) * step, "end": WIDTH - _LEFT}[anchor]
        drawn.append(
            element("text", bars[index].label, x=round(at, 1), y=_FLOOR + 16, class_="tick", text_anchor=anchor)
        )
    return drawn


def _rows(bars: Sequence[Bar]) -> list[Markup]:
    high = max(max(bar.baseline, bar.window) for bar in bars if not bar.is_rest) or 1.0
    drawn = []
    for index, bar in enumerate(bars):
        y = index * _ROW + 2
        name = bar.label if len(bar.label) <= _SHORT else f"{bar.label[: _SHORT - 1]}…"
        drawn.append(element("text", name, x=_NAMES - 6, y=y + 13, class_="tick", text_anchor="end"))
        end, told = float(_NAMES), f"{share(bar.window)}, baseline {share(bar.baseline)}"
        if not bar.is_rest:
            drawn += [_bar(bar.baseline / high, y, 16, "base"), _bar(bar.window / high, y + 3, 10, "now")]
            end, told = _NAMES + max(bar.baseline, bar.window) / high * _LONGEST + 5, share(bar.window)
        drawn.append(element("text", told, x=round(end, 1), y=y + 13, class_="tick"))
    return drawn


def _bar(length: float, y: int, tall: int, kind: str) -> Markup:
    return element("rect", x=_NAMES, y=y, width=round(length * _LONGEST, 1), height=tall, class_=kind)
