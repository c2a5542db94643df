"""The four answers of a check, and the reading that carries one of them.

Rule 1: unknown is not fine. A check that cannot be made says UNKNOWN and why; it never says OK.
Rule 2: the order is OK < WATCH < UNKNOWN < VIOLATED; of several answers the worst wins.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


class State(enum.StrEnum):
    """The answer of one check for one window."""

    OK = "OK"
    WATCH = "WATCH"
    UNKNOWN = "UNKNOWN"
    VIOLATED = "VIOLATED"

    @property
    def rank(self) -> int:
        """Place in the order, 0 (OK) to 3 (VIOLATED); also the value of a gauge that shows all four."""
        return _RANKS[self]


_RANKS: Final = {state: rank for rank, state in enumerate(State)}


def worst(states: Iterable[State]) -> State:
    """The highest of ``states``; of none at all it is UNKNOWN, since nothing was looked at.

    >>> worst([State.OK, State.UNKNOWN, State.WATCH])
    <State.UNKNOWN: 'UNKNOWN'>
    >>> worst([])
    <State.UNKNOWN: 'UNKNOWN'>
    """
    return max(states, key=lambda state: state.rank, default=State.UNKNOWN)


@dataclass(frozen=True)
class Reading:
    """What one check says of one feature in one window.

    ``feature`` is "" for checks of the whole model. ``observed`` is the point estimate that people read, ``limit`` what it
    may be, ``bound`` the confidence bound of the *effect* that was compared: each in the unit of the check, None where
    nothing was measured. ``n`` counts the rows of the window. ``reason`` is one sentence fragment, "" for OK. ``details``
    are further numbers by name, always finite.
    """

    feature: str
    check: str
    state: State
    observed: float | None = None
    limit: float | None = None
    bound: float | None = None
    n: int = 0
    reason: str = ""
    details: dict[str, float] = field(default_factory=dict)
