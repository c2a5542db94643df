"""Where schedules and executions are kept, seen from those who use them: the same on Kafka's topics and in a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from driftline.contracts.control import Schedule, ScheduleAnswer
from driftline.contracts.execution import Execution
from driftline.errors import ConfigError, NotFoundError


@dataclass(frozen=True)
class Recorded:
    """An execution, and when its record was last written (ms UTC)."""

    execution: Execution
    written: int


class ScheduleBook(Protocol):
    """Calls block, and raise BrokerError or ReportError when what they need cannot be reached."""

    def schedules(self) -> Mapping[str, Schedule]:
        """All schedules by name."""

    def answers(self) -> Mapping[str, ScheduleAnswer]:
        """What workers answered, by name of the schedule."""

    def save(self, schedule: Schedule) -> None:
        """Keep a schedule, in the place of one of the same name."""

    def remove(self, name: str) -> None:
        """Forget a schedule; its executions stay."""

    def executions(self, name: str | None = None) -> list[Recorded]:
        """The executions of one schedule, or of all, oldest first."""

    def record(self, execution: Execution) -> None:
        """Keep an execution, in the place of one of the same schedule and moment."""


def schedule_named(book: ScheduleBook, name: str) -> Schedule:
    """The schedule of a name. NotFoundError, which says which there are."""
    known = book.schedules()
    if name not in known:
        raise NotFoundError(f"there is no schedule {name!r}; there are {', '.join(sorted(known)) or 'none'}")
    return known[name]


def add_new(book: ScheduleBook, schedule: Schedule) -> None:
    """Keep a schedule of a name that is not taken. ConfigError for one that is."""
    if schedule.name in book.schedules():
        raise ConfigError(f"there is a schedule {schedule.name!r} already: driftline schedule update changes it")
    book.save(schedule)


def in_order(found: list[Recorded], name: str | None) -> list[Recorded]:
    """Those of a schedule (None: of all), oldest first."""
    mine = [one for one in found if name in {None, one.execution.schedule}]
    return sorted(mine, key=lambda one: (one.execution.scheduled, one.execution.schedule))
