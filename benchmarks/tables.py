"""What benchmarks say: medians of ratios, a table of text, one line of JSON. No I/O."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Protocol


class Rated(Protocol):
    """A run of a contender."""

    @property
    def wall_us(self) -> float:
        """Microseconds an event by the clock."""

    @property
    def cpu_us(self) -> float:
        """Microseconds of CPU time an event."""


class Paced(Rated, Protocol):
    """A run of a worker, or of several."""

    @property
    def rate(self) -> float:
        """Events a second."""


def faster_by_clock(mine: Sequence[Rated], its: Sequence[Rated]) -> float:
    """How many times as fast ``mine`` is: the median of the rounds' own ratios, since both of a round met the same noise.

    Lists of one length, a run a round; NaN for none. More than 1 means that ``mine`` is faster.
    """
    return middle([other.wall_us / one.wall_us for one, other in zip(mine, its, strict=True)])


def cheaper_by_cpu(mine: Sequence[Rated], its: Sequence[Rated]) -> float:
    """The same by CPU time: more than 1 means that ``mine`` is cheaper."""
    return middle([other.cpu_us / one.cpu_us for one, other in zip(mine, its, strict=True)])


def middle(values: Sequence[float]) -> float:
    """The median; NaN of nothing."""
    return median(values) if values else math.nan


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell, the first one to the left, the others to the right; no blanks at ends of lines."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    return "\n".join(_line(row, widths) for row in [header, *rows])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]).rstrip()


def against_first(runs: Mapping[str, Sequence[Paced]], cores: Sequence[int] = ()) -> str:
    """The runs of each beside those of the first; CPU time is that of so many processes, which should share the work."""
    first = next(iter(runs.values()))
    rows = [
        [
            name,
            f"{middle([one.rate for one in held]):,.0f}",
            f"{middle([one.cpu_us for one in held]):.2f}",
            f"{faster_by_clock(held, first):.2f}",
            f"{count * cheaper_by_cpu(held, first):.2f}",
        ]
        for (name, held), count in zip(runs.items(), cores or [1] * len(runs), strict=True)
    ]
    return table(["", "events/s", "CPU us", "ratio by clock", "by CPU"], rows)


def json_line(figures: Mapping[str, object]) -> str:
    """One line of JSON, figures to four digits; what is not a number (any more) is null."""
    return json.dumps(_plain(figures), allow_nan=False)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, float):
        return float(f"{value:.4g}") if math.isfinite(value) else None
    return value
