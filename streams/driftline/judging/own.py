"""Checks of the user's own: plain functions that see what our rules see, and answer as they do.

A check is called once for every closed window, and about once a second for the open one. What it answers has to depend on the
window alone: no clock, no chance, no memory of earlier windows; only then do all workers, and a replay, say the same. A check
that fails is a reading, UNKNOWN with the error, and stops nobody.
"""

from __future__ import annotations

import math
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from driftline.baseline.model import Baseline
from driftline.judging.evaluate import NO_BASELINE, RULES
from driftline.judging.facts import ColumnFacts, gather
from driftline.judging.states import Reading, State
from driftline.judging.window import WindowInput
from driftline.stats.open_profile import OpenProfile
from driftline.stats.profile import Profile

MOST_READINGS: Final = 10_000
"""Readings of one check in one window: as many as a baseline may have columns."""

MOST_LABEL: Final = 200
"""Characters of a name or a reason."""

OURS: Final = frozenset({*RULES.values(), NO_BASELINE})
"""Names that mean our own rules."""


@dataclass(frozen=True)
class OwnWindow:
    """One window as a check sees it; ``start_ms`` and ``end_ms`` are UTC, ``label`` is its length ("1h")."""

    model: str
    version: str
    label: str
    start_ms: int
    end_ms: int
    baseline: Baseline | None
    profile: Profile | OpenProfile | None

    @property
    def rows(self) -> int:
        """Rows of the window; 0 when nothing came."""
        return 0 if self.profile is None else self.profile.rows

    @cached_property
    def columns(self) -> Mapping[str, ColumnFacts]:
        """What our rules look at, by column: counts of window and baseline in the same bins. Empty without a baseline."""
        profile = self.profile if isinstance(self.profile, Profile) else None
        found = () if self.baseline is None or isinstance(self.profile, OpenProfile) else gather(self.baseline, profile)
        return {column.name: column for column in found}


Check = Callable[[OwnWindow], Iterable[Reading]]


@dataclass(frozen=True)
class OwnCheck:
    """A check by the name that its readings carry unless they say another."""

    name: str
    function: Check


class _BadReadingError(ValueError):
    """A check answered what no rule may."""


def own_readings(window: WindowInput, checks: Iterable[OwnCheck]) -> tuple[Reading, ...]:
    """The answers of all checks, in order. A window that is not complete is UNKNOWN, and no check is asked."""
    return tuple(reading for check in checks for reading in _answers(window, check))


def _answers(window: WindowInput, check: OwnCheck) -> tuple[Reading, ...]:
    if window.obstacle:
        return (_unknown(window, check, window.obstacle),)
    view = OwnWindow(
        window.model,
        window.version,
        window.label,
        window.start_ms,
        window.end_ms,
        window.baseline,
        window.profile,
    )
    try:
        return _checked(check, check.function(view))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this check's answer
        return (_unknown(window, check, _line(error)),)


def _checked(check: OwnCheck, answers: Iterable[Reading]) -> tuple[Reading, ...]:
    """The readings, if they can be told. Raises _BadReadingError."""
    found: dict[tuple[str, str], Reading] = {}
    for answer in answers:
        if not isinstance(answer, Reading):
            raise _BadReadingError(f"must answer Readings, got a {type(answer).__name__}")
        reading = replace(answer, check=answer.check or check.name)
        _check(reading)
        key = (reading.feature, reading.check)
        if key in found:
            raise _BadReadingError(f"must answer once for {reading.check} of {reading.feature!r}")
        if len(found) >= MOST_READINGS:
            raise _BadReadingError(f"must answer at most {MOST_READINGS} Readings")
        found[key] = reading
    return tuple(found.values())


def _check(reading: Reading) -> None:
    if reading.check in OURS:
        raise _BadReadingError(f"must not answer under the name of our own {reading.check}")
    if max(map(len, (reading.check, reading.feature, reading.reason))) > MOST_LABEL:
        raise _BadReadingError(f"names and reasons must have at most {MOST_LABEL} characters")
    numbers = {"observed": reading.observed, "limit": reading.limit, "bound": reading.bound, **reading.details}
    for name, number in numbers.items():
        if number is not None and not math.isfinite(number):
            raise _BadReadingError(f"{name} must be finite, got {number} for {reading.feature!r}")
    if not isinstance(reading.state, State):
        raise _BadReadingError(f"state must be a State, got {reading.state!r}")


def _unknown(window: WindowInput, check: OwnCheck, reason: str) -> Reading:
    return Reading("", check.name, State.UNKNOWN, n=window.rows, reason=reason[:MOST_LABEL])


def _line(error: Exception) -> str:
    """The last line of a traceback, and where it was."""
    if isinstance(error, _BadReadingError):
        return str(error)
    places = traceback.extract_tb(error.__traceback__)
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text} ({Path(places[-1].filename).name}:{places[-1].lineno})"
