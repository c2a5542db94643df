"""What people see while the demo runs: a picture that moves on a terminal, plain lines elsewhere."""

from __future__ import annotations

from typing import Final, Protocol, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from driftline.contracts.violation import Violation
from driftline.demo.progress import Progress, day_text, local

EVERY_SECONDS: Final = 5.0
"""Between two plain lines of progress."""

_ROWS: Final = 7
_STYLES: Final = {
    "OK": "green",
    "WATCH": "yellow",
    "UNKNOWN": "magenta",
    "VIOLATED": "bold red",
    "critical": "bold red",
    "warning": "yellow",
    "info": "dim",
}


class View(Protocol):
    """What is told of a demo."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(self, *_: object) -> None:
        """End."""

    def say(self, line: str) -> None:
        """A sentence that stays."""

    def show(self, progress: Progress) -> None:
        """The state of things, as of now."""


class PlainView:
    """A line every few seconds, and one for every incident that opens or ends."""

    def __init__(self, console: Console) -> None:
        """``console`` takes the lines."""
        self._console = console
        self._next = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left to do."""

    def say(self, line: str) -> None:
        """A sentence that stays."""
        self._console.print(line, soft_wrap=True)

    def show(self, progress: Progress) -> None:
        """The lines that are due."""
        for event in progress.news:
            if event.kind == "opened":
                self.say(f"  opened    {_subject(event)}: {_figures(event)}")
            elif event.kind == "resolved":
                self.say(f"  resolved  {_subject(event)}, {event.windows} {'day' if event.windows == 1 else 'days'}")
        if progress.elapsed >= self._next:
            self._next = progress.elapsed + EVERY_SECONDS
            self.say(_line(progress))


class LiveView:
    """A picture that moves."""

    def __init__(self, console: Console) -> None:
        """``console`` is a terminal."""
        self._live = Live(console=console, auto_refresh=False, vertical_overflow="crop")

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def say(self, line: str) -> None:
        """A sentence above the picture."""
        self._live.console.print(line, soft_wrap=True)

    def show(self, progress: Progress) -> None:
        """The whole picture."""
        parts = (_head(progress), _incidents(progress), _features(progress))
        self._live.update(Group(*parts), refresh=True)


def view_on(console: Console) -> View:
    """The view that fits the console."""
    return LiveView(console) if console.is_terminal else PlainView(console)


def _line(progress: Progress) -> str:
    opened = ", ".join(f"{one.feature or 'model'} {one.check}" for one in progress.open) or "none"
    return (
        f"{_clock(progress)}  {progress.sent:,} of {progress.total:,} flights  {progress.rate:,.0f}/s  open: {opened}"
    )


def _clock(progress: Progress) -> str:
    """The watermark on New York's clock."""
    return "…" if progress.watermark is None else f"{local(progress.watermark):%a %d %b %H:%M %Z}"


def _head(progress: Progress) -> RenderableType:
    figures = Table.grid(padding=(0, 3))
    figures.add_row("flights answered", "captures a second", "watermark", "page and /metrics", style="dim")
    figures.add_row(f"{progress.sent:,}", f"{progress.rate:,.0f}", _clock(progress), progress.address, style="bold")
    bar = ProgressBar(total=max(1, progress.total), completed=progress.read)
    return Panel(Group(figures, bar), title="New York flights, February and March 2013", title_align="left")


def _incidents(progress: Progress) -> RenderableType:
    """What is open, then what has ended last, as far as there is room."""
    table = Table("since", "days", "feature", "check", "severity", "observed", "limit", "", expand=True, box=None)
    ended = progress.incidents.ended
    rows = [(one, "") for one in progress.open] + [(one, "resolved") for one in reversed(ended)]
    for one, end in rows[:_ROWS]:
        severity = Text(one.severity, style=_STYLES[one.severity])
        figures = ("", "") if end else (_number(one.observed), _number(one.limit))
        name, since, days = one.feature or "–", day_text(one.opened.start), str(one.windows)
        table.add_row(since, days, name, one.check, severity, *figures, end, style="dim" if end else "")
    for _ in range(_ROWS - len(rows)):
        table.add_row()
    return Panel(table, title=f"open incidents: {len(progress.open)}, resolved: {len(ended)}", title_align="left")


def _features(progress: Progress) -> RenderableType:
    table = Table("feature", "state", "drift", "limit", "shift", "completeness", "why", expand=True, box=None)
    for one in progress.worst[:_ROWS]:
        shift = "" if one.shift is None else f"{one.shift:.2f} σ"
        share = "" if one.completeness is None else f"{one.completeness:.0%}"
        state = Text(one.state, style=_STYLES[one.state])
        table.add_row(one.name, state, _number(one.distance), _number(one.limit), shift, share, Text(one.reason))
    model = progress.model
    day = f" on {day_text(model.window_start)}" if model and model.window_start is not None else ""
    return Panel(table, title=f"worst features{day}", title_align="left")


def _subject(one: Violation) -> str:
    return f"{day_text(one.opened.start):10}  {one.feature or 'model'} {one.check} ({one.severity})"


def _figures(one: Violation) -> str:
    return f"observed {_number(one.observed)}, limit {_number(one.limit)}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"
