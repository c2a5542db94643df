"""The schedule agent: every schedule on the ``control`` topic is answered, so that its author knows whether it is served.

An ordinary Faust agent; the group gives each record to one worker. A worker that starts looks at all schedules anew: its
configuration may have changed since they were answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import faust

from driftline.agents.background import in_background
from driftline.agents.context import WorkerContext
from driftline.agents.patience import acknowledged, once_readable
from driftline.contracts.control import (
    SCHEDULE,
    Schedule,
    ScheduleAnswer,
    answer_key,
    decode_schedule,
    encode_control,
    kind_of,
)
from driftline.errors import ConfigError, ContractError, ReportError
from driftline.schedules.outputs import output_of
from driftline.schedules.store import open_store
from driftline.schedules.verify import answer_to, ground_of

PART: Final = "schedule agent"

Record = tuple[bytes, bytes | None]
"""Key and value."""


def make_schedule_agent(app: faust.App, context: WorkerContext) -> Callable[..., Any]:
    """The agent that follows the ``control`` topic."""
    topic = app.topic(
        context.topics.control, value_type=bytes, value_serializer="raw", key_type=bytes, key_serializer="raw"
    )

    async def answer(stream: Any) -> None:
        producer = context.producer()

        async def send(records: list[Record]) -> None:
            for key, value in records:
                producer.send(context.topics.control, value, key=key)
            await acknowledged(producer)

        await send(await once_readable(context, PART, missing_answers, context))
        async for event in stream.events():
            context.given(PART)
            record = await in_background(answer_record, context, event.key, event.value)
            await send([] if record is None else [record])
            context.done(PART)

    return app.agent(topic, name="driftline.schedules")(context.ending.guarded(PART, answer))


def answer_record(context: WorkerContext, key: bytes | None, value: bytes | None) -> Record | None:
    """What is to be written in answer to a record: nothing unless it is a schedule, a tombstone to one. May block."""
    if kind_of(key) != SCHEDULE:
        return None
    if value is None:
        return answer_key((key or b"").partition(b"/")[2].decode("utf-8", "replace")), None
    try:
        schedule = decode_schedule(value)
    except ContractError:
        context.counters.reasons["control_record"] += 1
        return None
    return answer_key(schedule.name), encode_control(answer_of(context, schedule))


def missing_answers(context: WorkerContext) -> list[Record]:
    """The answers that stand otherwise on the topic, or not at all. Blocks."""
    rows = context.load_table(context.topics.control)
    return list(_changed(context, {key: row.value for key, row in rows.items()}))


def _changed(context: WorkerContext, records: dict[bytes, bytes]) -> Iterator[Record]:
    for key, value in records.items():
        record = answer_record(context, key, value)
        if record is not None and records.get(record[0]) != record[1]:
            yield record


def answer_of(context: WorkerContext, schedule: Schedule) -> ScheduleAnswer:
    """What this worker says to a schedule by its configuration. May block while a store is opened."""
    answer = answer_to(schedule, ground_of(context.config, schedule))
    if answer.status == "Failed":
        return answer
    reports = context.config.reports
    try:
        open_store(output_of(schedule.output, reports.outputs), reports.store)
    except (ConfigError, ReportError) as error:
        return ScheduleAnswer(name=schedule.name, revision=schedule.revision, status="Failed", reason=str(error))
    return answer
