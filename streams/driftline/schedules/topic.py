"""Schedules and executions on Kafka: the topics ``control`` and ``executions``, read as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from driftline.broker.producer import DurableProducer
from driftline.broker.settings import producing, replaying
from driftline.broker.table import Row, read_table
from driftline.config import Config
from driftline.contracts.control import (
    ANSWER,
    SCHEDULE,
    Schedule,
    ScheduleAnswer,
    answer_key,
    decode_answer,
    decode_schedule,
    encode_control,
    kind_of,
    schedule_key,
)
from driftline.contracts.execution import Execution, decode_execution, encode_execution, execution_key
from driftline.contracts.topics import TopicNames
from driftline.errors import ContractError
from driftline.schedules.book import Recorded, in_order

T = TypeVar("T")
Skip = Callable[[str], None]
"""Told of a record that is passed over, in a sentence."""


def _in_silence(_why: str) -> None:
    """Nobody is told."""


class TopicBook:
    """See the module."""

    def __init__(self, config: Config, skip: Skip = _in_silence) -> None:
        """Nothing is connected before the first call; ``skip`` is told of records that are none of ours."""
        self._skip = skip
        self._config = config
        self._names = TopicNames(config.topic_prefix)

    def schedules(self) -> Mapping[str, Schedule]:
        """All schedules by name."""
        return schedules_of(self._table(self._names.control), self._skip)

    def answers(self) -> Mapping[str, ScheduleAnswer]:
        """What workers answered, by name of the schedule."""
        rows = self._table(self._names.control)
        found = _decoded(_of_kind(rows, ANSWER), decode_answer, self._skip)
        return {answer.name: answer for answer, _ in found}

    def save(self, schedule: Schedule) -> None:
        """Keep a schedule; returns when the brokers have it."""
        self._send([(self._names.control, schedule_key(schedule.name), encode_control(schedule))])

    def remove(self, name: str) -> None:
        """Forget a schedule, and what was answered to it."""
        self._send([(self._names.control, key(name), None) for key in (schedule_key, answer_key)])

    def executions(self, name: str | None = None) -> list[Recorded]:
        """Executions, oldest first, as of the times of their records."""
        rows = self._table(self._names.executions)
        found = _decoded(rows.values(), decode_execution, self._skip)
        return in_order([Recorded(execution, row.timestamp) for execution, row in found], name)

    def record(self, execution: Execution) -> None:
        """Keep an execution; returns when the brokers have it."""
        self._send([(self._names.executions, execution_key(execution), encode_execution(execution))])

    def _table(self, topic: str) -> dict[bytes, Row]:
        return read_table(replaying(self._config.kafka), topic)

    def _send(self, records: Iterable[tuple[str, bytes, bytes | None]]) -> None:
        producer = DurableProducer(producing(self._config.kafka))
        for topic, key, value in records:
            producer.send(topic, value, key=key)
        producer.flush()


def schedules_of(rows: Mapping[bytes, Row], skip: Skip) -> dict[str, Schedule]:
    """The schedules in a table of ``control``; ``skip`` is told of records that are none."""
    return {held.name: held for held, _ in _decoded(_of_kind(rows, SCHEDULE), decode_schedule, skip)}


def _of_kind(rows: Mapping[bytes, Row], kind: str) -> list[Row]:
    return [row for key, row in rows.items() if kind_of(key) == kind]


def _decoded(rows: Iterable[Row], decode: Callable[[bytes], T], skip: Skip) -> Iterable[tuple[T, Row]]:
    for row in rows:
        try:
            yield decode(row.value), row
        except ContractError as error:
            skip(f"the record at offset {row.offset} is skipped: {error}")
