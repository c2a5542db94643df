"""The windows that schedules look at, on ``/metrics`` under Model Monitor's names, by the worker that judges the model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from driftline.agents.background import in_background
from driftline.agents.context import WorkerContext
from driftline.contracts.control import Schedule
from driftline.contracts.statistics import WindowStatistics
from driftline.errors import BrokerError, ConfigError
from driftline.exporter.quantities import hide_scheduled, show_scheduled
from driftline.exporter.series import SeriesTable
from driftline.schedules.changes import covers, is_active
from driftline.schedules.topic import schedules_of

REFRESH_SECONDS: Final = 5.0
"""Time between two looks for schedules. Chosen: a schedule that is new shows before its first window closes."""

Model = tuple[str, str]


class ScheduledSeries:
    """Keeps the series of schedules up to date. Not thread-safe: lives on the event loop.

    Of models with a schedule the last window of each length is remembered, so that one that is made later shows at once.
    """

    def __init__(self, context: WorkerContext, table: SeriesTable) -> None:
        """Nothing is read yet."""
        self._context = context
        self._table = table
        self._reader = context.table_reader(context.topics.control)
        self._schedules: dict[Model, dict[str, Schedule]] = {}
        self._last: dict[Model, dict[str, WindowStatistics]] = defaultdict(dict)

    def close(self) -> None:
        """Stop reading."""
        self._reader.close()

    def closed(self, statistics: WindowStatistics) -> None:
        """Show a window that closed, under every schedule that looks at it."""
        model = (statistics.model, statistics.version)
        if model not in self._schedules:
            return
        self._last[model][statistics.window.label] = statistics
        self._show(self._schedules[model].values(), (statistics,))

    async def refresh(self) -> None:
        """Look for schedules that are new, changed or gone. That Kafka does not answer is the report agent's to say."""
        try:
            rows = await in_background(self._reader.refresh)
        except BrokerError:
            return
        found: dict[Model, dict[str, Schedule]] = defaultdict(dict)
        for name, schedule in schedules_of(rows, lambda _why: None).items():
            if is_active(schedule):
                found[schedule.model, schedule.version][name] = schedule
        self._take(dict(found))

    def _take(self, found: dict[Model, dict[str, Schedule]]) -> None:
        for model, schedules in self._schedules.items():
            for name, schedule in schedules.items():
                if name not in found.get(model, {}):
                    hide_scheduled(self._table, schedule)
        changed = [
            (model, schedule)
            for model, schedules in found.items()
            for name, schedule in schedules.items()
            if self._schedules.get(model, {}).get(name) != schedule
        ]
        self._schedules = found
        for model in set(self._last) - set(found):
            del self._last[model]
        for model, schedule in changed:
            self._show((schedule,), self._last[model].values())

    def _show(self, schedules: Iterable[Schedule], windows: Iterable[WindowStatistics]) -> None:
        for schedule in schedules:
            for statistics in windows:
                if _covers(schedule, statistics):
                    show_scheduled(self._table, schedule, statistics)


def _covers(schedule: Schedule, statistics: WindowStatistics) -> bool:
    """One whose expression this release does not know covers nothing."""
    try:
        return covers(schedule, statistics)
    except ConfigError:
        return False
