"""A recurring schedule that a notebook makes, served by a worker: its executions and files as the notebook sees them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import confluent_kafka as ck
import pytest

from driftline.broker.embedded import EmbeddedBroker
from driftline.sagemaker.model_monitor import DatasetFormat, DefaultModelMonitor, EndpointInput
from driftline.sagemaker.model_monitor import monitor as monitors
from support.schedules import NOON
from support.watched import Watched

ROWS = 60


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    (tmp_path / "bucket").mkdir()
    rows = "".join(f"0.{n % 10},{20 + n % 50}\n" for n in range(300))
    (tmp_path / "bucket" / "train.csv").write_text(f"score,age\n{rows}")
    settings = f'windows = ["1m"]\n[reports]\noutputs = ["{tmp_path}"]\n'
    with EmbeddedBroker() as broker:
        made = Watched(
            broker.bootstrap,
            "sdk.",
            tmp_path,
            lambda topics: [broker.create_topic(name, partitions) for name, partitions in topics.items()],
            settings=settings,
        )
        monkeypatch.setenv("DRIFTLINE_SAGEMAKER_STORE", str(tmp_path))
        monkeypatch.setenv("DRIFTLINE_CONFIG", str(tmp_path / "driftline.toml"))
        monkeypatch.setattr(monitors, "now_ms", lambda: NOON)
        yield made
        made.close()


def feed(worker: Watched, minute: int, age: str = "") -> None:
    producer = ck.Producer({"bootstrap.servers": worker.bootstrap})
    for place in range(ROWS):
        when = datetime.fromtimestamp(NOON / 1000 + minute * 60 + place, UTC)
        capture = {
            "captureData": {
                "endpointInput": {"mode": "INPUT", "data": age or str(20 + place % 50), "encoding": "CSV"},
                "endpointOutput": {"mode": "OUTPUT", "data": f"0.{place % 10}", "encoding": "CSV"},
            },
            "eventMetadata": {
                "eventId": f"{minute}-{place}",
                "inferenceTime": f"{when:%Y-%m-%dT%H:%M:%SZ}",
                "customAttributes": ["model=churn", "version=AllTraffic"],
            },
            "eventVersion": "0",
        }
        producer.produce(worker.captures, json.dumps(capture).encode(), partition=place % 2)
    assert producer.flush(10) == 0


def test_a_schedule_made_in_a_notebook_is_served_by_a_worker(worker: Watched) -> None:
    monitor = DefaultModelMonitor()
    monitor.suggest_baseline("s3://bucket/train.csv", DatasetFormat.csv(header=True), output_s3_uri="s3://bucket/base")
    monitor.create_monitoring_schedule(
        endpoint_input=EndpointInput("churn", "/opt/ml/processing/input"),
        output_s3_uri="s3://bucket/reports",
        monitor_schedule_name="by-minute",
        schedule_cron_expression="rate(1 minute)",
    )
    worker.until_ready()
    worker.until("an answer", lambda: monitor.describe_schedule()["MonitoringScheduleStatus"] == "Scheduled")
    counted = {"kind": "baselineinforce", "result": "counted"}
    worker.until("the baseline", lambda: worker.metric("driftline_log_records_total", **counted))
    for minute, age in ((0, ""), (1, "3.5"), (3, ""), (4, "")):  # nothing in the third
        feed(worker, minute, age)
    worker.until("executions", lambda: len(monitor.list_executions()) >= 4)
    told = [one.describe() for one in monitor.list_executions()]
    assert [one["ProcessingJobStatus"] for one in told] == ["Completed", "Completed", "Failed", "Completed"]
    assert [one["ExitMessage"] for one in told][1:3] == [
        "CompletedWithViolations: Job completed successfully with 1 violations.",
        "Job inputs had no data",
    ]
    second = monitor.list_executions()[1]
    assert second.output.destination == "s3://bucket/reports/churn/by-minute/2026/05/01/12/02"
    (violation,) = second.constraint_violations().body_dict["violations"]
    assert violation["description"].endswith("Observed: Only 0.0% of data is Integral.")
    assert monitor.latest_monitoring_statistics().body_dict["dataset"]["item_count"] == ROWS
    assert monitor.describe_schedule()["LastMonitoringExecutionSummary"]["MonitoringExecutionStatus"] == "Completed"
    labels = {"model": "churn", "version": "AllTraffic", "endpoint": "churn", "schedule": "by-minute"}
    worker.until("quantities", lambda: worker.metric("driftline_feature_data_count", feature="age", **labels) == ROWS)
