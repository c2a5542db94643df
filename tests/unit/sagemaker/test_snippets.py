"""Notebook cells as people have them, from the scheduling page's three ways: they run with another import and nothing else."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import confluent_kafka as ck
import pytest

from driftline.broker.baselines import published
from driftline.broker.embedded import EmbeddedBroker
from driftline.config import load_config
from driftline.contracts.topics import TopicNames
from driftline.errors import BaselineError, ConfigError, NotFoundError, ReportError
from driftline.sagemaker import (
    BatchTransformInput,
    Constraints,
    CronExpressionGenerator,
    DataQualityDistributionConstraints,
    DataQualityMonitoringConfig,
    DatasetFormat,
    DefaultModelMonitor,
    EndpointInput,
    MonitoringDatasetFormat,
    Session,
    Statistics,
)
from driftline.sagemaker.model_monitor import monitor as monitors
from driftline.sagemaker.s3 import S3Downloader, S3Uploader
from driftline.schedules.topic import TopicBook

HOUR = 3_600_000
TRAIN = "score,age,plan\n" + "".join(f"0.{n % 10},{20 + n % 50},{'free' if n % 3 else 'paid'}\n" for n in range(200))


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the place of S3, with training data and a script in a bucket."""
    for name in ("DRIFTLINE_CONFIG", "DRIFTLINE_SAGEMAKER_CAPTURES", "DRIFTLINE_SAGEMAKER_VERSION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DRIFTLINE_SAGEMAKER_STORE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "bucket" / "baselining" / "data" / "training-dataset-with-header.csv"
    data.parent.mkdir(parents=True)
    data.write_text(TRAIN)
    (tmp_path / "bucket" / "postprocessor.py").write_text(
        "import os\n\ndef postprocess_handler():\n"
        "    with open('/opt/ml/processing/output/seen.txt', 'w') as file:\n"
        "        file.write(os.environ['sagemaker_monitoring_schedule_name'])\n"
    )
    return tmp_path


def baselined() -> DefaultModelMonitor:
    my_default_monitor = DefaultModelMonitor(
        role="arn:aws:iam::111122223333:role/monitor",
        instance_count=1,
        instance_type="ml.m5.xlarge",
        volume_size_in_gb=20,
        max_runtime_in_seconds=3600,
    )
    my_default_monitor.suggest_baseline(
        baseline_dataset="s3://bucket/baselining/data/training-dataset-with-header.csv",
        dataset_format=DatasetFormat.csv(header=True),
        output_s3_uri="s3://bucket/baselining/results",
        wait=True,
    )
    return my_default_monitor


def capture(number: int, when: int, plan: str = "free") -> bytes:
    moment = f"{datetime.fromtimestamp(when / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
    return json.dumps(
        {
            "captureData": {
                "endpointInput": {"mode": "INPUT", "data": f"{20 + number % 50},{plan}", "encoding": "CSV"},
                "endpointOutput": {"mode": "OUTPUT", "data": f"0.{number % 10}", "encoding": "CSV"},
            },
            "eventMetadata": {"eventId": f"e{number}", "inferenceTime": moment},
            "eventVersion": "0",
        }
    ).encode()


@pytest.fixture
def kafka(store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Topics on a broker, with an hour's captures of an endpoint."""
    with EmbeddedBroker() as broker:
        for name in vars(TopicNames("x.")).values():
            broker.create_topic(name, 2)
        broker.create_topic("captures", 2)
        producer = ck.Producer({"bootstrap.servers": broker.bootstrap})
        begin = int(time.time() * 1000) - 50 * 60_000
        for number in range(150):
            producer.produce("captures", capture(number, begin + number * 1000, "gold" if number % 5 else "free"))
        assert producer.flush(10) == 0
        config = store / "driftline.toml"
        config.write_text(
            f'[driftline]\ntopic_prefix = "x."\n[kafka]\nbootstrap = "{broker.bootstrap}"\n'
            f'[[topics]]\nname = "captures"\nmodel = "churn-endpoint"\nversion = "AllTraffic"\n'
            f'[reports]\noutputs = ["{store}"]\n'
        )
        monkeypatch.setenv("DRIFTLINE_CONFIG", str(config))
        yield config


def test_a_recurring_schedule_of_an_endpoint_is_given_to_the_workers(kafka: Path, store: Path) -> None:
    my_default_monitor = baselined()
    my_default_monitor.create_monitoring_schedule(
        monitor_schedule_name="my-monitoring-schedule",
        endpoint_input=EndpointInput(endpoint_name="churn-endpoint", destination="/opt/ml/processing/input/endpoint"),
        post_analytics_processor_script="s3://bucket/postprocessor.py",
        output_s3_uri="s3://bucket/reports",
        statistics=my_default_monitor.baseline_statistics(),
        constraints=my_default_monitor.suggested_constraints(),
        schedule_cron_expression=CronExpressionGenerator.hourly(),
        enable_cloudwatch_metrics=True,
    )
    described = my_default_monitor.describe_schedule()
    assert described["MonitoringScheduleStatus"] == "Pending", "no worker has answered"
    assert described["EndpointName"] == "churn-endpoint"
    assert described["CreationTime"].tzinfo is not None
    config = load_config(kafka, {})
    schedule = TopicBook(config).schedules()["my-monitoring-schedule"]
    assert schedule.expression == "cron(0 * ? * * *)"
    assert schedule.output == str(store / "bucket" / "reports")
    assert schedule.postprocess == "postprocessor.py", "a name to compare, no code"
    (baseline,) = published(config)
    assert (baseline.model, baseline.version) == ("churn-endpoint", "AllTraffic")
    assert baseline.monitor is not None
    assert my_default_monitor.list_executions() == []
    my_default_monitor.stop_monitoring_schedule()
    assert my_default_monitor.describe_schedule()["MonitoringScheduleStatus"] == "Stopped"
    my_default_monitor.start_monitoring_schedule()
    my_default_monitor.delete_monitoring_schedule()
    assert "my-monitoring-schedule" not in TopicBook(config).schedules()


def test_a_schedule_that_runs_once_has_run_when_it_is_made(kafka: Path, store: Path) -> None:
    my_default_monitor = baselined()
    my_default_monitor.create_monitoring_schedule(
        monitor_schedule_name="run-once",
        endpoint_input=EndpointInput(endpoint_name="churn-endpoint", destination="/opt/ml/processing/input/endpoint"),
        post_analytics_processor_script="s3://bucket/postprocessor.py",
        output_s3_uri="s3://bucket/reports",
        statistics=my_default_monitor.baseline_statistics(),
        constraints=my_default_monitor.suggested_constraints(),
        schedule_cron_expression=CronExpressionGenerator.now(),
        data_analysis_start_time="-PT1H",
        data_analysis_end_time="-PT0H",
        enable_cloudwatch_metrics=True,
    )
    (execution,) = my_default_monitor.list_executions()
    told = execution.describe()
    assert told["ProcessingJobStatus"] == "Completed", told
    found = my_default_monitor.latest_monitoring_constraint_violations().body_dict["violations"]
    assert ("plan", "categorical_values_check") in {(v["feature_name"], v["constraint_check_type"]) for v in found}
    assert told["ExitMessage"] == f"CompletedWithViolations: Job completed successfully with {len(found)} violations."
    assert execution.output.destination.startswith("s3://bucket/reports/churn-endpoint/run-once/")
    assert my_default_monitor.latest_monitoring_statistics().body_dict["dataset"]["item_count"] == 150
    report = Session().path(execution.output.destination)
    assert (report / "seen.txt").read_text() == "run-once"
    summary = my_default_monitor.describe_schedule()["LastMonitoringExecutionSummary"]
    assert summary["MonitoringExecutionStatus"] == "CompletedWithViolations"


def test_a_schedule_of_batch_transform_judges_the_hours_that_are_over(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    my_default_monitor = baselined()
    noon = 1_777_636_800_000
    monkeypatch.setattr(monitors, "now_ms", lambda: noon + 600_000)
    my_default_monitor.create_monitoring_schedule(
        monitor_schedule_name="by-batch",
        batch_transform_input=BatchTransformInput(
            destination="opt/ml/processing/input",
            data_captured_destination_s3_uri="s3://bucket/captured",
            dataset_format=MonitoringDatasetFormat.csv(header=False),
        ),
        post_analytics_processor_script="s3://bucket/postprocessor.py",
        output_s3_uri="s3://bucket/reports",
        statistics=my_default_monitor.baseline_statistics(),
        constraints=my_default_monitor.suggested_constraints(),
        schedule_cron_expression=CronExpressionGenerator.hourly(),
        enable_cloudwatch_metrics=True,
    )
    hour = store / "bucket" / "captured" / "2026" / "05" / "01" / "12"
    hour.mkdir(parents=True)
    (hour / "part.csv").write_text("0.1,30,free\n0.2,31,gold\n0.3,,paid\n")
    assert my_default_monitor.list_executions() == [], "the hour is not over"
    monkeypatch.setattr(monitors, "now_ms", lambda: noon + 2 * HOUR)
    first, second = my_default_monitor.list_executions()
    assert first.describe()["ProcessingJobStatus"] == "Completed"
    violations = {
        (v["feature_name"], v["constraint_check_type"]) for v in first.constraint_violations().body_dict["violations"]
    }
    assert {("age", "completeness_check"), ("plan", "categorical_values_check")} <= violations
    statistics = first.statistics().body_dict
    assert statistics["dataset"]["item_count"] == 3
    assert "kll" in statistics["features"][0]["numerical_statistics"]["distribution"], "whole statistics, as there"
    assert second.describe()["ProcessingJobStatus"] == "Failed"
    assert second.describe()["FailureReason"] == "Job inputs had no data"
    with pytest.raises(ReportError, match="Job inputs had no data"):
        second.statistics()
    assert len(my_default_monitor.list_executions()) == 2, "each hour once"
    again = DefaultModelMonitor.attach("by-batch")
    assert [one.job_name for one in again.list_executions()] == [first.job_name, second.job_name]
    described = again.describe_schedule()
    assert described["MonitoringScheduleStatus"] == "Scheduled"
    assert described["LastMonitoringExecutionSummary"]["MonitoringExecutionStatus"] == "Failed"


def test_captures_in_files_stand_in_for_kafka(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTLINE_SAGEMAKER_CAPTURES", "s3://bucket/datacapture")
    my_default_monitor = baselined()
    noon = 1_777_636_800_000
    monkeypatch.setattr(monitors, "now_ms", lambda: noon)
    my_default_monitor.create_monitoring_schedule(
        monitor_schedule_name="of-files", endpoint_input="churn-endpoint", schedule_cron_expression="cron(0 * ? * * *)"
    )
    hour = store / "bucket" / "datacapture" / "churn-endpoint" / "AllTraffic" / "2026" / "05" / "01" / "12"
    hour.mkdir(parents=True)
    rows = [capture(number, noon + number * 30_000) for number in range(160)]
    (hour / "a.jsonl").write_bytes(b"\n".join(rows))
    monkeypatch.setattr(monitors, "now_ms", lambda: noon + HOUR)
    (execution,) = my_default_monitor.list_executions()
    assert execution.statistics().body_dict["dataset"]["item_count"] == 120, "of that hour"


def test_an_hour_of_which_nothing_can_be_read_is_failed_and_says_why(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRIFTLINE_SAGEMAKER_CAPTURES", str(store / "captures"))
    (store / "captures" / "churn").mkdir(parents=True)
    (store / "captures" / "churn" / "a.jsonl").write_text('{"captureData": {"endpointInput": \n' * 3)
    monitor = baselined()
    monitor.create_monitoring_schedule(
        endpoint_input="churn",
        monitor_schedule_name="s",
        schedule_cron_expression=CronExpressionGenerator.now(),
        data_analysis_start_time="-PT1H",
        data_analysis_end_time="-PT0H",
    )
    (execution,) = monitor.list_executions()
    assert execution.describe()["ProcessingJobStatus"] == "Failed"
    assert "none could be read" in execution.describe()["FailureReason"]
    assert "a.jsonl:1" in execution.describe()["FailureReason"], "where"


def test_arguments_that_mean_nothing_are_said_to_be_ignored(store: Path, caplog: pytest.LogCaptureFixture) -> None:
    baselined()
    (told,) = [record.getMessage() for record in caplog.records if "ignores" in record.getMessage()]
    names = "role, instance_count, instance_type, volume_size_in_gb, max_runtime_in_seconds"
    assert told == f"DefaultModelMonitor ignores {names}: nothing here runs on AWS"


def test_files_go_into_the_store_and_out_of_it(store: Path) -> None:
    (store / "local.json").write_text(
        '{"features": [{"name": "age"}, {"name": "plan", "string_constraints": {}}], "mine": 1.0E-4}'
    )
    assert S3Uploader.upload("local.json", "s3://bucket/files") == "s3://bucket/files/local.json"
    assert S3Downloader.list("s3://bucket/files") == ["s3://bucket/files/local.json"]
    held = Constraints.from_s3_uri("s3://bucket/files/local.json")
    held.set_monitoring(False, "age")
    held.set_monitoring(False, "plan")
    assert held.save("s3://bucket/files/new.json") == "s3://bucket/files/new.json"
    again = Constraints.from_s3_uri("s3://bucket/files/new.json").body_dict
    disabled = {"evaluate_constraints": "Disabled"}
    assert again["features"] == [
        {"name": "age", "monitoringConfigOverrides": disabled},
        {"name": "plan", "string_constraints": {"monitoring_config_overrides": disabled}},
    ]
    assert '"mine" : 1.0E-4' in S3Downloader.read_file("s3://bucket/files/new.json"), "as it was written"
    assert Statistics.from_string('{"version": 0.0}').body_dict == {"version": 0.0}
    with pytest.raises(BaselineError, match="there is no such file"):
        Statistics.from_s3_uri("s3://bucket/none.json")
    with pytest.raises(NotFoundError, match="no such file or folder"):
        S3Downloader.download("s3://bucket/none", "here")


def test_a_baseline_takes_overrides_names_of_its_own_and_a_script(store: Path) -> None:
    (store / "bare.csv").write_text(TRAIN.partition("\n")[2])
    monitor = DefaultModelMonitor()
    override = DataQualityMonitoringConfig(
        distribution_constraints=DataQualityDistributionConstraints(categorical_drift_method="ChiSquared")
    )
    monitor.suggest_baseline("bare.csv", DatasetFormat.csv(header=False), monitoring_config_override=override)
    config = monitor.suggested_constraints().body_dict["monitoring_config"]
    assert config["distribution_constraints"]["categorical_drift_method"] == "ChiSquared"
    assert config["distribution_constraints"]["comparison_threshold"] == 0.1
    assert [one["name"] for one in monitor.baseline_statistics().body_dict["features"]] == ["_c0", "_c1", "_c2"]
    (store / "pre.py").write_text("def preprocess_handler(line):\n    return {'a': str(line).split(',')[1]}\n")
    monitor.suggest_baseline("bare.csv", DatasetFormat.csv(header=False), record_preprocessor_script="pre.py")
    assert [one["name"] for one in monitor.baseline_statistics().body_dict["features"]] == ["a"]


def test_an_update_changes_what_is_named(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTLINE_SAGEMAKER_CAPTURES", str(store))
    monitor = baselined()
    monitor.create_monitoring_schedule(
        endpoint_input="churn", monitor_schedule_name="s", schedule_cron_expression="cron(0 * ? * * *)"
    )
    with pytest.raises(ValueError, match="delete_monitoring_schedule"):
        monitor.create_monitoring_schedule(endpoint_input="churn")
    monitor.update_monitoring_schedule(
        schedule_cron_expression=CronExpressionGenerator.daily(7), enable_cloudwatch_metrics=False
    )
    told = monitor.describe_schedule()
    assert told["ScheduleExpression"] == "cron(0 7 ? * * *)"
    assert told["EndpointName"] == "churn"
    assert told["MonitoringScheduleConfig"]["MonitoringJobDefinition"]["Environment"] == {
        "publish_cloudwatch_metrics": "Disabled"
    }


def test_a_faulty_baseline_is_told_before_there_is_a_schedule(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTLINE_SAGEMAKER_CAPTURES", str(store))
    (store / "bucket" / "cut.json").write_text('{"version" : 0.0, "fea')
    monitor = DefaultModelMonitor()
    with pytest.raises(BaselineError, match="cut off, copy it again"):
        monitor.create_monitoring_schedule(
            endpoint_input="churn", constraints="s3://bucket/cut.json", monitor_schedule_name="s"
        )
    assert monitor.monitoring_schedule_name is None
    with pytest.raises(NotFoundError):
        DefaultModelMonitor.attach("s")


def test_what_cannot_be_is_said_with_what_can_be_done(store: Path, caplog: pytest.LogCaptureFixture) -> None:
    monitor = DefaultModelMonitor(sagemaker_session=object())
    assert "ignores sagemaker_session" in caplog.text
    with pytest.raises(BaselineError, match="there is no such file or folder"):
        monitor.suggest_baseline("s3://bucket/nothing.csv", DatasetFormat.csv())
    with pytest.raises(BaselineError, match="expected a data set in one file"):
        monitor.suggest_baseline("s3://bucket", DatasetFormat.csv())
    with pytest.raises(ConfigError, match="expected a path, file:// or s3://"):
        monitor.suggest_baseline("gs://bucket/x.csv", DatasetFormat.csv())
    with pytest.raises(ConfigError, match="call suggest_baseline first"):
        monitor.baseline_statistics()
    with pytest.raises(ValueError, match="either endpoint_input or batch_transform_input"):
        monitor.create_monitoring_schedule()
    with pytest.raises(ConfigError, match="create_monitoring_schedule"):
        monitor.describe_schedule()
    with pytest.raises(NotFoundError, match="there is no schedule 'none'"):
        DefaultModelMonitor.attach("none")
    monitor = baselined()
    with pytest.raises(ConfigError, match=r"DRIFTLINE_CONFIG=driftline.toml .* DRIFTLINE_SAGEMAKER_CAPTURES=FOLDER"):
        monitor.create_monitoring_schedule(endpoint_input="churn-endpoint")
    with pytest.raises(ConfigError, match="dataset_format must be one of"):
        monitor.suggest_baseline("train.csv", {"xml": {}})
