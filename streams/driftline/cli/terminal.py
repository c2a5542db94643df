"""A console that lets nothing through which was not meant for the terminal. Imports rich: only when something is shown."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from driftline.printable import printable


class PlainConsole(Console):
    """rich's, with control characters of what it shows written out; rich itself lets most of them pass.

    Square brackets are text, not markup. Tables with such characters are wider than they think; better than being obeyed.
    """

    def __init__(self, *, width: int | None = None) -> None:
        super().__init__(markup=False, width=width)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The segments of what is shown; those that control the terminal are rich's own."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(printable(segment.text), segment.style)
