"""Changes of condition as log lines: one line a change, of everything that it befell, and seldom about the same thing."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping

from driftline.health.source import Condition, Verdict

REST_SECONDS = 60.0
"""A source that changes to and fro is spoken of once in this time; the last change is told when it is over."""

NAMED = 5
"""Sources named in a line; the rest are counted."""

_ORDINARY = (Condition.CURRENT, Condition.CATCHING_UP, Condition.HELD_BACK, Condition.STARTING)
_LEVEL = {Condition.SLOW: logging.WARNING, Condition.STUCK: logging.ERROR}
_TEXT = {
    Condition.CURRENT: "all is well again",
    Condition.NO_TRAFFIC: "no traffic",
    Condition.SLOW: "slow: more comes than is read",
    Condition.STUCK: "stuck: what waits is not read",
}

Line = tuple[int, str]
"""Logging level and text."""


class News:
    """What has been told of whom. Sources that have nothing to report when they are first seen are not spoken of."""

    def __init__(self) -> None:
        """Nothing has been told."""
        self._told: dict[str, Condition] = {}
        self._at: dict[str, float] = {}

    def tell(self, now: float, verdicts: Mapping[str, Verdict]) -> list[Line]:
        """The lines that are due, given the conditions of all sources by name.

        A broker that does not answer is told by `kafka`, not once more of every source.
        """
        for gone in self._told.keys() - verdicts.keys():
            del self._told[gone]
            self._at.pop(gone, None)
        groups: dict[Condition, list[str]] = defaultdict(list)
        for name, verdict in verdicts.items():
            condition = Condition.CURRENT if verdict.condition in _ORDINARY else verdict.condition
            if condition is Condition.UNREACHABLE or condition is self._told.setdefault(name, Condition.CURRENT):
                continue
            if now - self._at.get(name, -REST_SECONDS) >= REST_SECONDS:
                groups[condition].append(name)
                self._told[name], self._at[name] = condition, now
        return list(_lines(groups, verdicts))


def _lines(groups: Mapping[Condition, list[str]], verdicts: Mapping[str, Verdict]) -> Iterator[Line]:
    for condition, names in groups.items():
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        why = verdicts[names[0]].why
        reason = f" ({names[0]}: {why})" if len(names) > 1 else f" ({why})"
        yield _LEVEL.get(condition, logging.INFO), f"{', '.join(names[:NAMED])}{more}: {_TEXT[condition]}{reason}"
