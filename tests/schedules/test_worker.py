"""A worker with schedules, on the embedded broker: it answers them, and reports appear and say what the topics say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import confluent_kafka as ck
import pytest

from driftline.baseline import create, save
from driftline.baseline.files import load
from driftline.broker.baselines import publish_baseline
from driftline.broker.embedded import EmbeddedBroker
from driftline.config import Config, load_config
from driftline.contracts.execution import Execution
from driftline.schedules.changes import new_schedule, status_of, stopped, updated
from driftline.schedules.topic import TopicBook
from support.schedules import NOON
from support.watched import Watched

MINUTE = 60_000
ROWS = 60


class Job:
    """Topics, a worker whose reports go to ``reports``, a model with a baseline of ordinary rows."""

    def __init__(self, broker: EmbeddedBroker, folder: Path) -> None:
        self.reports = folder / "reports"
        self.folder = folder
        extra = f'windows = ["1m"]\n[reports]\noutputs = ["{self.reports}"]\n'
        self.worker = Watched(broker.bootstrap, "sched.", folder, self._create(broker), settings=extra)
        self.config: Config = load_config(folder / "driftline.toml", {})
        self.book = TopicBook(self.config)

    @staticmethod
    def _create(broker: EmbeddedBroker) -> Any:  # noqa: ANN401 - what Watched asks for
        return lambda topics: [broker.create_topic(name, partitions) for name, partitions in topics.items()]

    def publish(self) -> None:
        data = self.folder / "train.csv"
        data.write_text("age\n" + "".join(f"{20 + place % 50}\n" for place in range(2_000)))
        save(create(data, model="churn", version="1"), self.folder / "baseline")
        publish_baseline(self.config, load(self.folder / "baseline"))

    def feed(self, minute: int, age: int) -> None:
        """Rows of one minute, in both partitions: ordinary ones, or all of one age."""
        producer = ck.Producer({"bootstrap.servers": self.worker.bootstrap})
        for place in range(ROWS):
            held = age or 20 + (place * 7) % 50
            capture = {
                "model": "churn",
                "version": "1",
                "id": f"{minute}-{place}",
                "time": NOON + minute * MINUTE + place * 500,
                "features": {"age": held},
            }
            producer.produce(self.worker.captures, json.dumps(capture).encode(), partition=place % 2)
        assert producer.flush(10) == 0

    def executions(self, name: str = "by-minute") -> list[Execution]:
        return [one.execution for one in self.book.executions(name)]

    def until_executed(self, count: int, name: str = "by-minute") -> list[Execution]:
        self.worker.until(f"{count} executions", lambda: len(self.executions(name)) >= count)
        return self.executions(name)

    def until_answered(self, name: str) -> tuple[str, str]:
        def status() -> tuple[str, str]:
            return status_of(self.book.schedules()[name], self.book.answers().get(name))

        self.worker.until("an answer", lambda: status()[0] != "Pending")
        return status()


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    with EmbeddedBroker() as broker:
        made = Job(broker, tmp_path)
        yield made
        made.worker.close()


def test_the_report_of_a_window_appears_and_equals_what_the_topics_say(job: Job) -> None:
    fields = {"model": "churn", "version": "1", "covers_from": NOON}
    job.book.save(new_schedule("by-minute", NOON, expression="rate(1 minute)", **fields))
    job.book.save(new_schedule("without", NOON, expression="rate(1 minute)", emit_metrics=False, **fields))
    job.book.save(new_schedule("daily", NOON, expression="cron(0 0 ? * * *)", **fields))
    job.book.save(new_schedule("elsewhere", NOON, expression="rate(1 minute)", output="/etc/driftline", **fields))
    job.publish()
    job.worker.until_ready()
    assert job.until_answered("by-minute") == ("Scheduled", "")
    status, reason = job.until_answered("daily")
    assert status == "Failed"
    assert 'needs windows of "1d" of churn/1, which has 1m' in reason

    job.worker.until(
        "the baseline",
        lambda: job.worker.metric("driftline_log_records_total", kind="baselineinforce", result="counted"),
    )

    for minute, age in enumerate([0, 0, 95, 0]):
        job.feed(minute, age)
    found = job.until_executed(3)
    assert [one.status for one in found] == ["Completed", "Completed", "CompletedWithViolations"], found
    assert [one.scheduled for one in found] == [NOON + minute * MINUTE for minute in (1, 2, 3)]
    broken = found[2]
    assert broken.rows == ROWS
    folder = Path(broken.report)
    assert folder == job.reports / "churn" / "by-minute" / "2026/05/01/12/03"
    assert sorted(path.name for path in folder.iterdir()) == list(broken.files)
    told = json.loads((folder / "constraint_violations.json").read_text())["violations"]
    assert len(told) == broken.violations > 0
    assert told == [
        event["sagemaker"] for event in _records(job, job.worker.topics.violations) if event["kind"] == "opened"
    ]
    statistics = {one["window"]["end"]: one for one in _records(job, job.worker.topics.statistics)}
    assert json.loads((folder / "window.json").read_text()) == statistics[broken.scheduled]

    refused = job.until_executed(3, "elsewhere")
    assert {one.status for one in refused} == {"Failed"}
    assert "reports must go to one of" in refused[0].failure_reason
    assert job.executions("daily") == []
    assert job.worker.metric("driftline_executions_total", schedule="by-minute", status="CompletedWithViolations") == 1

    labels = {"model": "churn", "version": "1", "endpoint": "churn", "feature": "age"}
    job.worker.until(
        "quantities", lambda: job.worker.metric("driftline_feature_data_count", schedule="by-minute", **labels)
    )
    shown = {
        name: job.worker.metric(f"driftline_feature_{name}", schedule="by-minute", **labels)
        for name in ("data_min", "data_max", "data_sum", "data_count", "data_average", "non_null")
    }
    (column,) = statistics[broken.scheduled]["features"]
    assert shown == {
        "data_min": 95,
        "data_max": 95,
        "data_sum": 95 * ROWS,
        "data_count": ROWS,
        "data_average": 95,
        "non_null": 1,
    }
    (drift,) = [one for one in column["readings"] if one["check"] == "baseline_drift_check"]
    assert job.worker.metric("driftline_feature_baseline_drift", schedule="by-minute", **labels) == drift["observed"]
    assert job.worker.metric("driftline_feature_non_null", schedule="without", **labels) is None

    job.book.save(stopped(job.book.schedules()["by-minute"], NOON + 3 * MINUTE))
    job.book.save(updated(job.book.schedules()["elsewhere"], NOON, output=""))
    for minute in (4, 5):
        job.feed(minute, 0)
    assert [one.status for one in job.until_executed(5, "elsewhere")][3:] == ["Completed", "Completed"]
    assert len(job.executions()) == 3, "it is stopped"
    assert job.worker.stop() == 0


def _records(job: Job, topic: str) -> list[dict[str, Any]]:
    from driftline.broker.replay import read_topic  # noqa: PLC0415 - of this test alone
    from driftline.broker.settings import replaying  # noqa: PLC0415 - same

    batches = read_topic(replaying(job.config.kafka), topic)
    return [json.loads(value or b"") for batch in batches for value in batch.values]
