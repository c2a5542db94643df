"""What holds up a source, if anything: from positions, ends and times to one of eight conditions.

A source partition is looked at every few seconds.  The rules, in this order, over the last ``HORIZON_SECONDS``:

1. Kafka has not answered for ``SILENT_SECONDS``: **unreachable**. Nothing else can be told: ends are old.
2. It is not being read yet: **starting**; for ``STUCK_SECONDS`` and longer: **stuck**.
3. It is held back on purpose, until slower sources have caught up: **held_back**.
4. Everything is read: **no_traffic** when nothing has come for ``QUIET_SECONDS``, else **current**.
5. Records wait, or their number cannot be had, and none has been read for ``STUCK_SECONDS``: **stuck**.
6. The next record has waited for longer than ``BEHIND_SECONDS``: **slow** when, for half the horizon, more has come than was
   read; else **catching_up**.
7. **current** otherwise.

Time is an argument, seconds of any clock that never goes back; only differences matter, as with offsets.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

HORIZON_SECONDS = 60.0
"""How far back rates are taken. Chosen: long enough for the rhythm of batches and flushes, short enough to act upon."""

SILENT_SECONDS = 10.0
"""Chosen: longer than the election of a leader and the pauses of a broker, which are no news."""

STUCK_SECONDS = 45.0
"""Chosen: longer than a rebalance with a dead member (10 s) and than librdkafka's longest wait for a reconnect (10 s)."""

QUIET_SECONDS = 60.0
"""Chosen: a minute without one event is worth a word where there is usually traffic; alerts choose their own time."""

BEHIND_SECONDS = 10.0
"""How long the next record may have waited. Chosen: ten flushes; drift has time. A rate would not do: it is small after a
silence, and the first burst would look like a backlog."""


class Condition(StrEnum):
    """What a source is doing."""

    CURRENT = "current"
    NO_TRAFFIC = "no_traffic"
    CATCHING_UP = "catching_up"
    HELD_BACK = "held_back"
    STARTING = "starting"
    SLOW = "slow"
    STUCK = "stuck"
    UNREACHABLE = "unreachable"


TROUBLE = frozenset({Condition.SLOW, Condition.STUCK, Condition.UNREACHABLE})
"""Conditions that somebody should look at."""


@dataclass(frozen=True)
class Observation:
    """One look at a source.

    ``position`` is the next offset to read (None: not being read yet), ``end`` the next offset to be written as the broker
    says (None: it did not say), ``answered`` the time of Kafka's last answer, ``fault`` what it said instead of an end.
    """

    at: float
    position: int | None
    end: int | None
    answered: float
    held_back: bool = False
    fault: str = ""


@dataclass(frozen=True)
class Verdict:
    """The condition of a source, since when (same clock as the observations), and why in plain words."""

    condition: Condition
    since: float
    why: str


class SourceWatch:
    """Follows one source; `observe` costs a few microseconds, and what it keeps is bounded by the horizon."""

    def __init__(self) -> None:
        """Nothing has been seen."""
        self._seen: deque[Observation] = deque()
        self._highest = -1
        self._end: int | None = None
        self._moved = self._grown = self._entered = 0.0
        self._condition: Condition | None = None

    def observe(self, now: Observation) -> Verdict:
        """Take in a look, not older than the last one, and judge."""
        self._note(now)
        condition, why = self._judge(now)
        if condition is not self._condition:
            self._condition, self._entered = condition, now.at
        return Verdict(condition, self._entered, why)

    def _note(self, now: Observation) -> None:
        """Remember when the source last moved, or had no need to; going back to read again is no move."""
        ahead = now.position is not None and now.position > self._highest
        if not self._seen or ahead or now.held_back or _is_silent(now) or _is_read(now):
            self._moved = now.at
        if not self._seen or (now.end is not None and now.end != self._end):
            self._grown, self._end = now.at, now.end
        self._highest = max(self._highest, -1 if now.position is None else now.position)
        self._seen.append(now)
        while now.at - self._seen[0].at > HORIZON_SECONDS:
            self._seen.popleft()

    def _judge(self, now: Observation) -> tuple[Condition, str]:
        still = now.at - self._moved
        if _is_silent(now):
            return Condition.UNREACHABLE, f"Kafka has not answered for {now.at - now.answered:.0f} s"
        if now.position is None:
            stuck = still >= STUCK_SECONDS
            return (Condition.STUCK if stuck else Condition.STARTING), f"not being read yet, for {still:.0f} s"
        if now.held_back:
            return Condition.HELD_BACK, "far ahead of the other sources, and held back until they have caught up"
        if _is_read(now):
            quiet = now.at - self._grown
            is_quiet = quiet >= QUIET_SECONDS
            why = f"nothing has come for {quiet:.0f} s" if is_quiet else "everything is read"
            return (Condition.NO_TRAFFIC if is_quiet else Condition.CURRENT), why
        return self._judge_waiting(now, still)

    def _judge_waiting(self, now: Observation, still: float) -> tuple[Condition, str]:
        waiting = now.fault or "how many records wait is not known"
        if now.position is not None and now.end is not None:
            waiting = f"{now.end - now.position} records wait"
        if still >= STUCK_SECONDS:
            return Condition.STUCK, f"{waiting}, none was read for {still:.0f} s"
        return self._judge_speed(now, waiting)

    def _judge_speed(self, now: Observation, waiting: str) -> tuple[Condition, str]:
        first = self._seen[0]
        seconds = now.at - first.at
        if now.position is None or now.end is None or first.position is None or first.end is None:
            return Condition.CURRENT, waiting
        read, came = now.position - first.position, now.end - first.end
        if read <= 0 or self._waited(now.at, now.position) <= BEHIND_SECONDS:
            return Condition.CURRENT, waiting
        why = f"{waiting}; {came / seconds:.0f} come and {read / seconds:.0f} are read a second"
        slow = came > read and seconds >= HORIZON_SECONDS / 2
        return (Condition.SLOW if slow else Condition.CATCHING_UP), why

    def _waited(self, at: float, position: int) -> float:
        """For how long, at least, the record at ``position`` has been there, as far as the horizon goes."""
        return at - next((one.at for one in self._seen if one.end is not None and one.end > position), at)


def _is_silent(now: Observation) -> bool:
    return now.at - now.answered >= SILENT_SECONDS


def _is_read(now: Observation) -> bool:
    return now.position is not None and now.end is not None and now.position >= now.end
