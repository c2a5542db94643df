"""The report agent: a closed window on the ``statistics`` topic becomes the report of every schedule that looks at it.

An ordinary Faust agent on a topic of windows, not of events. Its offset is committed when the report is in its place and the
execution on its topic: a worker that dies in between leaves it to the next one, who writes the same files and the same
record. A store that does not take a report fails that execution, after a few tries, and never the worker.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Final

import faust

from driftline.agents.background import in_background
from driftline.agents.clock import now_ms
from driftline.agents.context import WorkerContext
from driftline.agents.patience import acknowledged, once_readable
from driftline.broker.producer import DurableProducer
from driftline.contracts.control import Schedule
from driftline.contracts.execution import Execution, encode_execution, execution_key
from driftline.contracts.statistics import WindowStatistics, decode_statistics
from driftline.errors import ConfigError, ContractError, ReportError
from driftline.schedules.changes import covers
from driftline.schedules.execute import failed, planned, write_report
from driftline.schedules.topic import schedules_of

PART: Final = "report agent"

PAUSES: Final = (0.5, 2.0)
"""Seconds before a report is tried again. Chosen: two hiccups of a store are survived, and nobody waits long behind it."""

PATIENCE: Final = 20.0
"""Seconds that a store may take for a report. Chosen: three tries stay below what a stuck part is given (two minutes)."""

SKEW_MS: Final = 1_000
"""What the clocks of two workers may differ by. Chosen, because a report may wait for a second."""


class Clerk:
    """Knows the schedules, as of when a window closed, and writes their reports."""

    def __init__(self, context: WorkerContext, producer: DurableProducer) -> None:
        """Nothing is read yet."""
        self._context = context
        self._producer = producer
        self._table = context.table_reader(context.topics.control)
        self._mark: tuple[int, int] | None = None
        self._schedules: dict[bytes, list[Schedule]] = {}
        self._read_at = 0

    def close(self) -> None:
        """Stop reading."""
        self._table.close()

    async def take(self, key: bytes | None, value: bytes | None, written_ms: int) -> list[Execution]:
        """Do what schedules want of a closed window; ``key`` and ``value`` are its record, written at ``written_ms``.

        A schedule that was there when the window closed is known: it is looked for again unless that was done since.
        """
        await self._look(written_ms + SKEW_MS)
        wanted = self._schedules.get(key or b"", ())
        statistics = self._decoded(value) if wanted else None
        if statistics is None:
            return []
        return [await self._execute(schedule, statistics) for schedule in wanted if _covers(schedule, statistics)]

    async def _look(self, needed_ms: int) -> None:
        """Have schedules as of ``needed_ms`` or later: a thousand windows that close together wait for one look."""
        ahead = needed_ms - now_ms()
        if self._read_at >= needed_ms:
            return
        await asyncio.sleep(ahead / 1000 if 0 < ahead <= SKEW_MS else 0.0)
        began = now_ms()
        await once_readable(self._context, PART, self._refresh)
        self._read_at = began

    def _refresh(self) -> None:
        rows = self._table.refresh()
        mark = (len(rows), max((row.offset for row in rows.values()), default=-1))
        if mark == self._mark:
            return
        found: dict[bytes, list[Schedule]] = defaultdict(list)
        for _, schedule in sorted(schedules_of(rows, lambda _why: None).items()):
            found[f"{schedule.model}/{schedule.version}".encode()].append(schedule)
        self._schedules, self._mark = dict(found), mark

    def _decoded(self, value: bytes | None) -> WindowStatistics | None:
        try:
            return decode_statistics(value or b"")
        except ContractError:
            self._context.counters.reasons["statistics_record"] += 1
            return None

    async def _execute(self, schedule: Schedule, statistics: WindowStatistics) -> Execution:
        reports = self._context.config.reports
        execution = planned(schedule, statistics, reports.outputs)
        fault = await self._write(execution, statistics)
        if fault:
            execution = failed(execution, fault)
        self._producer.send(self._context.topics.executions, encode_execution(execution), key=execution_key(execution))
        await acknowledged(self._producer)
        self._context.executed(execution)
        return execution

    async def _write(self, execution: Execution, statistics: WindowStatistics) -> str:
        """Put the report into its place; why that could not be done, or nothing."""
        options, fault = self._context.config.reports.store, ""
        for pause in (0.0, *PAUSES):
            await asyncio.sleep(pause)
            try:
                await asyncio.wait_for(in_background(write_report, execution, statistics, options), PATIENCE)
            except ReportError as error:
                fault = str(error)
            except TimeoutError:
                fault = f"report {execution.report} must be written within {PATIENCE:g} s"
            else:
                return ""
        return fault


def _covers(schedule: Schedule, statistics: WindowStatistics) -> bool:
    """One whose expression this release does not know covers nothing; its answer says so."""
    try:
        return covers(schedule, statistics)
    except ConfigError:
        return False


def make_report_agent(app: faust.App, context: WorkerContext) -> Callable[..., Any]:
    """The agent that follows the ``statistics`` topic."""
    topic = app.topic(
        context.topics.statistics, value_type=bytes, value_serializer="raw", key_type=bytes, key_serializer="raw"
    )

    async def report(stream: Any) -> None:
        clerk = Clerk(context, context.producer())
        try:
            async for event in stream.events():
                context.given(PART)
                await clerk.take(event.key, event.value, int(event.message.timestamp * 1000))
                context.done(PART)
        finally:
            clerk.close()

    return app.agent(topic, name="driftline.reports")(context.ending.guarded(PART, report))
