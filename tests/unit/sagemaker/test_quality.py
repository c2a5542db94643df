"""ModelQualityMonitor by the SDK's arguments: the baseline, and hours judged once their truth has come."""

from __future__ import annotations

import json
from pathlib import Path

import confluent_kafka as ck
import pytest

from driftline.broker.embedded import EmbeddedBroker
from driftline.errors import ConfigError
from driftline.sagemaker import CronExpressionGenerator, DatasetFormat, EndpointInput, ModelQualityMonitor
from driftline.sagemaker.model_monitor import monitor as monitors

HOUR = 3_600_000
NOON = 1_777_636_800_000
LABELLED = (
    "label,prediction,probability\n1,1,0.97\n0,0,0.12\n1,1,0.83\n0,1,0.61\n1,1,0.74\n0,0,0.08\n1,0,0.44\n0,0,0.31\n"
)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("DRIFTLINE_CONFIG", raising=False)
    monkeypatch.setenv("DRIFTLINE_SAGEMAKER_STORE", str(tmp_path))
    monkeypatch.setenv("DRIFTLINE_SAGEMAKER_CAPTURES", "s3://bucket/datacapture")
    (tmp_path / "validated.csv").write_text(LABELLED)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def baselined() -> ModelQualityMonitor:
    monitor = ModelQualityMonitor(role="r", instance_count=1)
    monitor.suggest_baseline(
        baseline_dataset="validated.csv",
        dataset_format=DatasetFormat.csv(header=True),
        problem_type="BinaryClassification",
        inference_attribute="prediction",
        probability_attribute="probability",
        ground_truth_attribute="label",
        output_s3_uri="s3://bucket/quality",
    )
    return monitor


def write(folder: Path, records: list[dict[str, object]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "a.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))


def answers(store: Path, values: str) -> None:
    records = [
        {
            "captureData": {"endpointOutput": {"data": f"{value},0.{value}", "encoding": "CSV", "mode": "OUTPUT"}},
            "eventMetadata": {"eventId": f"e{place}", "inferenceTime": f"2026-05-01T12:0{place}:00Z"},
            "eventVersion": "0",
        }
        for place, value in enumerate(values)
    ]
    write(store / "bucket" / "datacapture" / "churn" / "AllTraffic" / "2026" / "05" / "01" / "12", records)


def truths(store: Path, values: str) -> None:
    records = [
        {"groundTruthData": {"data": value, "encoding": "CSV"}, "eventMetadata": {"eventId": f"e{place}"}}
        for place, value in enumerate(values)
    ]
    write(store / "bucket" / "truth" / "2026" / "05" / "01" / "13", records)


def test_the_baseline_is_metrics_and_their_limits(store: Path) -> None:
    monitor = baselined()
    assert monitor.baseline_statistics().body_dict["binary_classification_metrics"]["recall"]["value"] == 0.75
    limit = monitor.suggested_constraints().body_dict["binary_classification_constraints"]["recall"]
    assert limit == {"threshold": 0.75, "comparison_operator": "LessThanThreshold"}
    assert (store / "bucket" / "quality" / "statistics.json").is_file()


def test_hours_are_judged_with_the_truth_that_has_come(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monitor = baselined()
    monkeypatch.setattr(monitors, "now_ms", lambda: NOON + 60_000)
    monitor.create_monitoring_schedule(
        endpoint_input=EndpointInput(
            "churn",
            "/opt/ml/processing/input",
            inference_attribute="0",
            probability_attribute="1",
            start_time_offset="-PT1H",
            end_time_offset="-PT1H",
        ),
        ground_truth_input="s3://bucket/truth",
        problem_type="BinaryClassification",
        output_s3_uri="s3://bucket/reports",
        monitor_schedule_name="quality",
        schedule_cron_expression=CronExpressionGenerator.hourly(),
    )
    answers(store, "1101")
    truths(store, "0101")
    monkeypatch.setattr(monitors, "now_ms", lambda: NOON + 2 * HOUR)
    nothing, judged = monitor.list_executions()
    assert nothing.describe()["FailureReason"] == "Job inputs had no data", "the hour before, by its offsets"
    found = monitor.latest_monitoring_constraint_violations().body_dict["violations"]
    assert {"precision", "trueNegativeRate"} <= {entry["metric_name"] for entry in found}
    assert judged.describe()["ExitMessage"] == (
        f"CompletedWithViolations: Job completed successfully with {len(found)} violations."
    )
    assert judged.output.destination == "s3://bucket/reports/churn/quality/2026/05/01/14"
    assert monitor.describe_schedule()["MonitoringType"] == "ModelQuality"


def test_a_problem_that_nobody_knows_is_refused(store: Path) -> None:
    with pytest.raises(ConfigError, match=r"problem_type must be one of .*Regression"):
        baselined().create_monitoring_schedule(endpoint_input="churn", problem_type="Ranking")


def test_captures_in_kafka_are_joined_with_a_topic_of_truth(
    store: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("DRIFTLINE_SAGEMAKER_CAPTURES")
    answers(store, "1101")
    truths(store, "0101")
    with EmbeddedBroker() as broker:
        producer = ck.Producer({"bootstrap.servers": broker.bootstrap})
        for topic, folder in (("captures", "datacapture/churn/AllTraffic"), ("truth", "truth")):
            broker.create_topic(topic, 1)
            for path in sorted((store / "bucket" / folder).rglob("*.jsonl")):
                for line in path.read_bytes().splitlines():
                    producer.produce(topic, line)
        assert producer.flush(10) == 0
        config = store / "driftline.toml"
        config.write_text(
            f'[kafka]\nbootstrap = "{broker.bootstrap}"\n[[topics]]\nname = "captures"\nmodel = "churn"\n'
        )
        monkeypatch.setenv("DRIFTLINE_CONFIG", str(config))
        monitor = baselined()
        monitor.create_monitoring_schedule(
            endpoint_input=EndpointInput("churn", "/opt", inference_attribute="0", probability_attribute="1"),
            ground_truth_input="truth",
            problem_type="BinaryClassification",
            monitor_schedule_name="quality",
            schedule_cron_expression=CronExpressionGenerator.now(),
            data_analysis_start_time="2026-05-01T12:00Z",
            data_analysis_end_time="2026-05-01T13:00Z",
        )
        (execution,) = monitor.list_executions()
    assert execution.describe()["ProcessingJobStatus"] == "Completed", execution.describe()
    assert execution.statistics().body_dict["dataset"]["item_count"] == 4
    assert 'say version = "AllTraffic" at their topic' in caplog.text
