"""The report agent's clerk: which schedules it knows, what it writes, and what a store that fails does to it."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from driftline.agents import reports
from driftline.agents.reports import Clerk
from driftline.broker.table import Row
from driftline.config import Config, ReportsConfig
from driftline.contracts.control import Schedule, encode_control, schedule_key
from driftline.contracts.execution import Execution, decode_execution
from driftline.contracts.statistics import encode_statistics
from driftline.contracts.topics import TopicNames
from driftline.errors import BrokerError, ReportError
from support.schedules import HOUR, NOON, hourly, window_of

KEY = b"churn/1"
WINDOW = encode_statistics(window_of(NOON + HOUR, violations=2))


class Table:
    """The control topic, as it is when it is looked at."""

    def __init__(self) -> None:
        self.rows: dict[bytes, Row] = {}
        self.looks = 0
        self.fault: BrokerError | None = None

    def put(self, schedule: Schedule) -> None:
        self.rows[schedule_key(schedule.name)] = Row(encode_control(schedule), len(self.rows) + schedule.revision, 0)

    def refresh(self) -> dict[bytes, Row]:
        self.looks += 1
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        return self.rows

    def close(self) -> None:
        """Nothing is open."""


class Producer:
    """Keeps what it is given; everything is acknowledged at once."""

    outstanding = 0

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes, bytes]] = []

    def send(self, topic: str, value: bytes, *, key: bytes) -> None:
        self.sent.append((topic, key, value))

    def poll(self) -> None:
        """Nothing is under way."""


class Desk:
    """A clerk with its surroundings."""

    def __init__(self, folder: Path) -> None:
        self.table, self.producer, self.folder = Table(), Producer(), folder / "reports"
        self.counted: list[Execution] = []
        self.parts: Counter[str] = Counter()
        self.context: Any = SimpleNamespace(
            config=Config(reports=ReportsConfig((str(self.folder),))),
            topics=TopicNames(),
            table_reader=lambda _topic: self.table,
            counters=SimpleNamespace(reasons=Counter()),
            executed=self.counted.append,
            given=lambda part: self.parts.update([f"given {part}"]),
            done=lambda part: self.parts.update([f"done {part}"]),
        )
        self.clerk = Clerk(self.context, self.producer)  # type: ignore[arg-type] # what a clerk needs of one

    def take(self, value: bytes = WINDOW, key: bytes = KEY, written: int = NOON + HOUR) -> list[Execution]:
        return asyncio.run(self.clerk.take(key, value, written))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(reports, "PAUSES", (0.0, 0.0))
    return Desk(tmp_path)


def test_a_window_is_reported_to_every_schedule_that_looks_at_it(desk: Desk) -> None:
    desk.table.put(hourly())
    executed = desk.take()
    assert [one.status for one in executed] == ["CompletedWithViolations"]
    assert desk.counted == executed
    ((topic, key, value),) = desk.producer.sent
    assert (topic, key) == ("driftline.executions", b"churn-hourly/20260501T130000Z")
    assert decode_execution(value) == executed[0]
    assert sorted(path.name for path in Path(executed[0].report).iterdir()) == list(executed[0].files)


def test_a_window_that_comes_again_is_the_same_record_and_the_same_files(desk: Desk) -> None:
    """A worker that dies after the report and before its offset is committed leaves it to the next one."""
    desk.table.put(hourly())
    desk.take()
    files = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in desk.folder.rglob("*.json")}
    again = Desk(desk.folder.parent)
    again.table.put(hourly())
    again.take()
    assert again.producer.sent == desk.producer.sent
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in desk.folder.rglob("*.json")} == files


def test_a_schedule_that_was_there_when_the_window_closed_is_known(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "now_ms", lambda: NOON + HOUR + 5_000)
    assert desk.take() == []
    desk.table.put(hourly())
    assert desk.take(written=NOON + HOUR) == [], "not looked for again: the window closed before the last look"
    assert desk.table.looks == 1
    assert len(desk.take(written=NOON + HOUR + 4_001)) == 1, "clocks may differ by a second"
    assert desk.table.looks == 2


def test_windows_that_close_together_wait_for_one_look(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each would have to look a second later, by its own time; the first to wait looks for all of them."""
    clock = [NOON + HOUR]
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += round(seconds * 1000)

    monkeypatch.setattr(reports, "now_ms", lambda: clock[0])
    monkeypatch.setattr(reports.asyncio, "sleep", sleep)
    for ago in range(500):
        asyncio.run(desk.clerk.take(b"other/1", b"", NOON + HOUR - ago))
    assert slept == [1.0]
    assert desk.table.looks == 1
    asyncio.run(desk.clerk.take(b"other/1", b"", clock[0] + 10 * HOUR))
    assert slept == [1.0, 0.0], "a clock that is hours ahead is not waited for"
    assert desk.table.looks == 2


@pytest.mark.parametrize("key", [b"churn/2", b"other/1", b"", None])
def test_windows_of_other_models_are_not_even_decoded(desk: Desk, key: bytes | None) -> None:
    desk.table.put(hourly())
    assert asyncio.run(desk.clerk.take(key, b"no statistics", NOON)) == []
    assert desk.context.counters.reasons == {}


def test_what_is_no_statistics_is_counted_and_passed_over(desk: Desk) -> None:
    desk.table.put(hourly())
    assert desk.take(b"{") == []
    assert desk.context.counters.reasons == {"statistics_record": 1}
    assert len(desk.take()) == 1


def test_an_expression_of_a_later_release_covers_nothing(desk: Desk) -> None:
    import msgspec  # noqa: PLC0415 - of this test alone

    desk.table.put(msgspec.structs.replace(hourly(), expression="lunar(full)"))
    assert desk.take() == []


def failing(times: int, fault: Exception) -> tuple[Callable[..., None], list[int]]:
    tries: list[int] = []

    def write(*_: object) -> None:
        tries.append(1)
        if len(tries) <= times:
            raise fault

    return write, tries


def test_a_store_that_hiccups_is_tried_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.table.put(hourly())
    write, tries = failing(2, ReportError("slow down"))
    monkeypatch.setattr(reports, "write_report", write)
    assert [one.status for one in desk.take()] == ["CompletedWithViolations"]
    assert len(tries) == 3


def test_a_store_that_fails_fails_the_execution_and_nothing_else(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.table.put(hourly())
    write, tries = failing(3, ReportError("access denied"))
    monkeypatch.setattr(reports, "write_report", write)
    (found,) = desk.take()
    assert (found.status, found.failure_reason, found.report, found.files) == ("Failed", "access denied", "", ())
    assert len(tries) == 3
    assert [one.status for one in desk.take()] == ["CompletedWithViolations"], "the next one goes through"


def test_a_store_that_never_answers_does_not_hold_the_worker(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.table.put(hourly())
    hanging = threading.Event()
    monkeypatch.setattr(reports, "write_report", lambda *_: hanging.wait(60))
    monkeypatch.setattr(reports, "PATIENCE", 0.01)
    (found,) = desk.take()
    hanging.set()
    assert found.status == "Failed"
    assert "must be written within 0.01 s" in found.failure_reason


def test_a_broker_that_comes_back_ends_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("driftline.agents.patience.PAUSE", 0.0)
    desk.table.put(hourly())
    desk.table.fault = BrokerError("Kafka does not answer")
    assert len(desk.take()) == 1
    assert desk.parts == {"given report agent": 1, "done report agent": 1}, "it is not stuck meanwhile"
