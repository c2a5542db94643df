"""`driftline schedule` and `driftline executions`: what they say and how they exit, with a folder and with Kafka."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from driftline.broker.embedded import EmbeddedBroker
from driftline.broker.producer import DurableProducer
from driftline.broker.settings import producing
from driftline.cli.main import app
from driftline.config import KafkaConfig
from driftline.contracts.statistics import encode_statistics
from driftline.schedules.execute import planned
from driftline.schedules.local import FolderBook
from support.schedules import HOUR, NOON, hourly, window_of

HOURLY = ("schedule", "create", "churn-hourly", "-m", "churn", "--version", "1", "--cron", "cron(0 * ? * * *)")


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def store(tmp_path: Path) -> tuple[str, str]:
    return "--store", str(tmp_path)


def documents(*arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run(*arguments, "--json")[1].splitlines()]


def test_the_life_of_a_schedule(store: tuple[str, str]) -> None:
    assert run(*HOURLY, *store)[:2] == (0, "churn-hourly Scheduled: cron(0 * ? * * *) of churn/1\n")
    (made,) = documents("schedule", "describe", "churn-hourly", *store)
    assert made["MonitoringScheduleArn"].endswith(":monitoring-schedule/churn-hourly")
    assert made["MonitoringScheduleStatus"] == "Scheduled"
    assert made["MonitoringScheduleConfig"]["ScheduleConfig"] == {"ScheduleExpression": "cron(0 * ? * * *)"}
    assert made["EndpointName"] == "churn"
    assert made["NextScheduledTime"].endswith(":00:00.000Z")
    assert run("schedule", "update", "churn-hourly", "--cron", "rate(5 minutes)", "--alert", "2/3", *store)[0] == 0
    (changed,) = documents("schedule", "describe", "churn-hourly", *store)
    assert changed["MonitoringScheduleConfig"]["ScheduleConfig"] == {"ScheduleExpression": "rate(5 minutes)"}
    assert (changed["Alert"]["DatapointsToAlert"], changed["Alert"]["EvaluationPeriod"]) == (2, 3)
    assert changed["CreationTime"] == made["CreationTime"]
    assert documents("schedule", "stop", "churn-hourly", *store)[0]["MonitoringScheduleStatus"] == "Stopped"
    assert [one["MonitoringScheduleStatus"] for one in documents("schedule", "list", *store)] == ["Stopped"]
    assert "NextScheduledTime" not in documents("schedule", "describe", "churn-hourly", *store)[0]
    assert documents("schedule", "start", "churn-hourly", *store)[0]["MonitoringScheduleStatus"] == "Scheduled"
    assert run("schedule", "delete", "churn-hourly", *store)[:2] == (0, "deleted churn-hourly\n")
    assert run("schedule", "list", *store)[1] == "no schedules\n"


WRONG = {
    "no expression": (HOURLY[:-2], "say when it runs: --cron"),
    "an expression": ((*HOURLY[:-1], "every hour"), "Known: hourly"),
    "a name": (("schedule", "create", "a/b", *HOURLY[3:]), "name of a schedule must match"),
    "an alert": ((*HOURLY, "--alert", "two"), "--alert must be M/N, as 2/3, got 'two'"),
    "an alert of more than all": ((*HOURLY, "--alert", "4/3"), "M of N with M at most N, got 4 of 3"),
    "NOW without a range": ((*HOURLY[:-1], "NOW"), "needs both ends of its range"),
    "a range that ends first": (
        (*HOURLY[:-1], "NOW", "--start", "-PT0H", "--end", "-PT1H"),
        "--start must be before --end",
    ),
    "a range that is none": ((*HOURLY[:-1], "NOW", "--start", "yesterday", "--end", "-PT1H"), "'yesterday'"),
    "nothing to change": (("schedule", "update", "x"), "name at least one thing to change"),
    "a status": (("executions", "list", "--status", "Fine"), "--status must be one of Pending"),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_exit_code_2(
    arguments: tuple[str, ...], message: str, store: tuple[str, str]
) -> None:
    code, out, err = run(*arguments, *store)
    assert (code, out) == (2, "")
    assert message in err


def test_a_schedule_that_is_not_there_is_told_with_those_that_are(store: tuple[str, str]) -> None:
    run(*HOURLY, *store)
    for command in ("describe", "start", "stop", "delete", "run"):
        code, _, err = run("schedule", command, "other", *store)
        assert (code, err) == (3, "driftline: there is no schedule 'other'; there are churn-hourly\n")
    assert run(*HOURLY, *store)[2].startswith("driftline: there is a schedule 'churn-hourly' already")


def test_executions_and_alerts_are_told(store: tuple[str, str]) -> None:
    book = FolderBook(Path(store[1]))
    book.save(hourly(alert={"datapoints": 2, "period": 3}))
    for hour, violations in enumerate([0, 1, 2], start=1):
        book.record(planned(hourly(), window_of(NOON + hour * HOUR, violations=violations), ["/reports"]))
    code, out, _ = run("executions", "list", *store)
    assert code == 1, "the last one had violations"
    assert "CompletedWithViolations" in out
    found = documents("executions", "list", "--status", "Completed", *store)
    assert [one["ExitMessage"] for one in found] == ["Completed: Job completed successfully with no violations."]
    assert found[0]["Report"] == "/reports/churn/churn-hourly/2026/05/01/13"
    assert found[0]["ProcessingJobArn"].endswith(":processing-job/churn-hourly-20260501T130000Z")
    (alert,) = documents("schedule", "alerts", *store)
    assert alert["AlertStatus"] == "InAlert"
    assert run("schedule", "alerts", "churn-hourly", *store)[0] == 1
    history = documents("schedule", "alerts", "--history", *store)
    assert [(one["CreationTime"], one["AlertStatus"]) for one in history] == [("2026-05-01T15:00:00.000Z", "InAlert")]
    assert run("executions", "show", "churn-hourly-20260501T130000Z", *store)[0] == 0
    code, _, err = run("executions", "show", "churn-hourly", *store)
    assert code == 3, "its report is not where it was"
    assert "/reports/churn/churn-hourly/2026/05/01/15/constraint_violations.json must be read" in err


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[tuple[str, ...]]:
    """A broker with three windows told on its statistics topic, and the configuration for it."""
    with EmbeddedBroker({"driftline.control": 1, "driftline.executions": 1, "driftline.statistics": 1}) as broker:
        producer = DurableProducer(producing(KafkaConfig(bootstrap=broker.bootstrap)))
        for hour, violations in [(1, 0), (2, 2), (2, 2), (3, 0)]:
            told = encode_statistics(window_of(NOON + hour * HOUR, violations=violations))
            producer.send("driftline.statistics", told, key=b"churn/1")
        producer.flush()
        path = tmp_path / "driftline.toml"
        path.write_text(f'[kafka]\nbootstrap = "{broker.bootstrap}"\n[reports]\noutputs = ["{tmp_path}/reports"]\n')
        yield "--config", str(path)


def test_windows_that_were_told_are_reported_once_more(kafka: tuple[str, ...], tmp_path: Path) -> None:
    code, out, _ = run(*HOURLY, "--from", str(NOON), *kafka)
    assert (code, out.partition(":")[0]) == (0, "churn-hourly Pending"), "no worker runs"
    code, out, _ = run("schedule", "run", "churn-hourly", *kafka)
    assert code == 1
    assert [line.split()[2] for line in out.splitlines()] == ["Completed", "CompletedWithViolations", "Completed"]
    folder = tmp_path / "reports" / "churn" / "churn-hourly" / "2026" / "05" / "01"
    assert sorted(path.name for path in folder.iterdir()) == ["13", "14", "15"]
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.json")}
    found = documents("executions", "list", *kafka)
    assert [one["Violations"] for one in found] == [0, 2, 0]
    code, out, _ = run("executions", "show", "churn-hourly-20260501T140000Z", *kafka)
    assert code == 1
    assert out.count("completeness_check") == 2
    assert run("schedule", "run", "churn-hourly", "--start", "2026-05-01T14:00:00Z", *kafka)[0] == 0, (
        "only the last hour"
    )
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.json")} == before, "the same bytes"
    assert len(documents("executions", "list", *kafka)) == 3
    run("schedule", "update", "churn-hourly", "--output", "/etc", *kafka)
    code, out, _ = run("schedule", "run", "churn-hourly", *kafka)
    assert code == 3
    assert "reports must go to one of" in out
    assert run("schedule", "delete", "churn-hourly", *kafka)[0] == 0
    assert len(documents("executions", "list", *kafka)) == 3, "what was found stays"


def test_what_is_on_kafka_and_no_schedule_does_no_harm(kafka: tuple[str, ...]) -> None:
    from driftline.config import load_config  # noqa: PLC0415 - of this test alone

    config = load_config(Path(kafka[1]), {})
    producer = DurableProducer(producing(config.kafka))
    for key in (b"schedule/x", b"mute/x", b"\xff", b"schedule/"):
        producer.send("driftline.control", b"{", key=key)
    producer.send("driftline.executions", b"[]", key=b"x/1")
    producer.flush()
    run(*HOURLY, *kafka)
    assert [one["MonitoringScheduleName"] for one in documents("schedule", "list", *kafka)] == ["churn-hourly"]
    code, out, err = run("executions", "list", *kafka)
    assert (code, out) == (0, "no executions\n")
    assert err.startswith("driftline: the record at offset 0 is skipped: an execution must be decodable")


def test_waiting_for_an_answer_ends_with_exit_code_3(kafka: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("driftline.cli.schedule_options.ANSWER_SECONDS", 0.5)
    code, out, _ = run(*HOURLY, "--wait", *kafka)
    assert code == 3
    assert "no worker has answered yet" in out


def test_a_schedule_that_runs_now_judges_files(store: tuple[str, str], tmp_path: Path) -> None:
    for name, shift in (("train", 0), ("today", 40)):
        rows = "".join(f"{20 + (place * 7) % 50 + shift}\n" for place in range(1_000))
        (tmp_path / f"{name}.csv").write_text(f"age\n{rows}")
    baseline = str(tmp_path / "baseline")
    assert (
        run("baseline", "create", str(tmp_path / "train.csv"), "-m", "churn", "--version", "1", "-o", baseline)[0] == 0
    )
    run(*HOURLY[:-1], "NOW", "--start", "-PT1H", "--end", "-PT0H", *store)
    of_train = ("--input", str(tmp_path / "train.csv"), "--baseline", baseline)
    assert run("schedule", "run", "churn-hourly", *of_train, *store)[0] == 0
    code, out, _ = run(
        "schedule", "run", "churn-hourly", "-i", str(tmp_path / "today.csv"), "--baseline", baseline, *store
    )
    assert code == 1
    assert "CompletedWithViolations" in out
    code, _, err = run(
        "schedule", "run", "churn-hourly", "-i", str(tmp_path / "none.csv"), "--baseline", baseline, *store
    )
    assert (code, "none.csv: there is no such file or folder" in err) == (2, True)
    statuses = [one["MonitoringExecutionStatus"] for one in documents("executions", "list", *store)]
    assert statuses == ["Completed", "CompletedWithViolations", "Failed"]
    (tmp_path / "cut.jsonl").write_text('{"captureData": \n' * 3)
    code, _, err = run(
        "schedule", "run", "churn-hourly", "-i", str(tmp_path / "cut.jsonl"), "--baseline", baseline, *store
    )
    assert (code, "not one record could be read; 3 rows refused: not_json; " in err) == (3, True)
    assert [one["MonitoringExecutionStatus"] for one in documents("executions", "list", *store)][-1] == "Failed"
    run("schedule", "run", "churn-hourly", *of_train, *store)
    assert run("executions", "show", "churn-hourly", *store)[0] == 0
    assert (
        len({one["Report"] for one in documents("executions", "list", "--status", "CompletedWithViolations", *store)})
        == 1
    )


def monitor_capture(minute: int, age: str) -> dict[str, Any]:
    """A capture as Model Monitor keeps it, so many minutes after noon."""
    sides = {
        side: {"observedContentType": "text/csv", "mode": mode, "data": data, "encoding": "CSV"}
        for side, mode, data in (("endpointInput", "INPUT", f"{age},7"), ("endpointOutput", "OUTPUT", "1"))
    }
    time = f"2026-05-01T{12 + minute // 60}:{minute % 60:02d}:00Z"
    return {"captureData": sides, "eventMetadata": {"eventId": f"{minute}", "inferenceTime": time}, "eventVersion": "0"}


def test_windows_of_files_are_reported_by_the_hour(store: tuple[str, str], tmp_path: Path) -> None:
    """Three hours of rows, the second of which is not as it should be; the third is not over in the range."""
    features = [{"name": name, "inferred_type": "Integral", "completeness": 1.0} for name in ("score", "age", "n")]
    (tmp_path / "constraints.json").write_text(json.dumps({"version": 0.0, "features": features}))
    lines = [json.dumps(monitor_capture(place, "" if place == 70 else "40")) for place in range(180)]
    (tmp_path / "captures.jsonl").write_text("\n".join([*lines, ""]))
    run(*HOURLY, "--from", "2026-05-01T12:00Z", *store)
    of_files = ("--input", str(tmp_path / "captures.jsonl"), "--constraints", str(tmp_path / "constraints.json"))
    ran = ("schedule", "run", "churn-hourly", *of_files, "--end", "2026-05-01T14:30Z", *store)
    code, out, err = run(*ran)
    assert code == 1, err
    assert [line.split()[:3] for line in out.splitlines()] == [
        ["2026-05-01", "13:00", "Completed"],
        ["2026-05-01", "14:00", "CompletedWithViolations"],
    ]


def test_baselines_are_for_files_and_for_schedules_that_run_now(store: tuple[str, str]) -> None:
    run(*HOURLY, *store)
    code, _, err = run("schedule", "run", "churn-hourly", "--baseline", "x", *store)
    assert (code, "baselines go with --input, or with schedules that run NOW" in err) == (2, True)
