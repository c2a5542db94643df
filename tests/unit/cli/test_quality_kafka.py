"""Labelled rows out of Kafka: what files would say of the same records, of one model among several."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from driftline.broker.embedded import EmbeddedBroker
from driftline.broker.producer import DurableProducer
from driftline.broker.settings import producing
from driftline.cli.main import app
from driftline.config import KafkaConfig

AT = "2026-11-21T06:00:00Z"
CONFIG = """
[kafka]
bootstrap = "{bootstrap}"
[[topics]]
name = "captures"
"""
LIMITS = {
    "version": 0.0,
    "binary_classification_constraints": {
        "accuracy": {"threshold": 0.9, "comparison_operator": "LessThanThreshold"},
        "auc": {"threshold": 0.5, "comparison_operator": "LessThanThreshold"},
    },
}


@pytest.fixture(scope="module")
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker() as running:
        running.create_topic("captures", 2)
        running.create_topic("truths", 1)
        yield running


def capture(place: int, model: str, answer: str) -> str:
    return json.dumps(
        {
            "captureData": {"endpointOutput": {"data": answer, "encoding": "CSV"}},
            "eventMetadata": {
                "eventId": f"{model}{place}",
                "inferenceTime": AT,
                "customAttributes": [f"model={model},version=1"],
            },
            "eventVersion": "0",
        }
    )


def truth(place: int, model: str, value: int) -> str:
    record = {
        "groundTruthData": {"data": str(value), "encoding": "CSV"},
        "eventMetadata": {"eventId": f"{model}{place}"},
    }
    return json.dumps(record)


def analyze(*arguments: object) -> Result:
    fixed = ("--problem-type", "BinaryClassification", "--inference-attribute", "0", "--probability-attribute", "1")
    return CliRunner().invoke(app, ["analyze", *fixed, *map(str, arguments)])


def test_topics_and_files_say_the_same(broker: EmbeddedBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [(place, place % 2, int(place % 3 == 0)) for place in range(12)]
    captures = [
        capture(place, model, f"{answer},0.{place:02}") for model in ("mine", "other") for place, answer, _ in rows
    ]
    truths = [truth(place, "mine", value) for place, _, value in rows]
    producer = DurableProducer(producing(KafkaConfig(broker.bootstrap)))
    for place, record in enumerate([*captures, "no capture"]):
        producer.send("captures", record.encode(), partition=place % 2)
    for record in truths:
        producer.send("truths", record.encode(), partition=0)
    producer.flush()
    Path("c.toml").write_text(CONFIG.format(bootstrap=broker.bootstrap))
    Path("constraints.json").write_text(json.dumps(LIMITS))
    Path("captures.jsonl").write_text("\n".join(captures))
    Path("truths.jsonl").write_text("\n".join(truths))
    held = ("--constraints", "constraints.json", "--model", "mine", "--version", "1", "--start", AT)
    streamed = analyze(*held, "-c", "c.toml", "--ground-truth-topic", "truths", "--report", "topics", "--json")
    filed = analyze(*held, "--input", "captures.jsonl", "--ground-truth", "truths.jsonl", "--report", "files", "--json")
    assert streamed.exit_code == filed.exit_code == 1, (streamed.stderr, filed.stderr)
    of_topics, of_files = json.loads(streamed.stdout), json.loads(filed.stdout)
    assert (of_files["rows"], of_files["notes"]) == (12, ["12 captures are of other models"])
    assert of_topics["notes"][:2] == ["12 captures are of other models", "1 records were refused"]
    assert "captures[0] @ 12: $: must be JSON" in of_topics["notes"][2]
    assert {**of_topics, "notes": [], "files": []} == {**of_files, "notes": [], "files": []}
    for name in ("statistics.json", "constraint_violations.json"):
        assert Path("topics", name).read_bytes() == Path("files", name).read_bytes()


def test_what_is_missing_is_said(broker: EmbeddedBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("c.toml").write_text(CONFIG.format(bootstrap=broker.bootstrap))
    Path("constraints.json").write_text(json.dumps(LIMITS))
    held = ("--constraints", "constraints.json", "-c", "c.toml")
    nobody = analyze(*held)
    assert (nobody.exit_code, "--model says whose captures" in nobody.stderr) == (2, True)
    absent = analyze(*held, "--model", "mine", "--ground-truth-topic", "nowhere")
    assert (absent.exit_code, "topic nowhere is not there" in absent.stderr) == (3, True)
    windowed = analyze(*held, "--model", "mine", "--window", "1h")
    assert (windowed.exit_code, "--window does not go with" in windowed.stderr) == (2, True)
