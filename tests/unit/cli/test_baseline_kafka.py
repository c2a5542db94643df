"""The commands on Kafka's protocol: published, shown, compared, deleted, and made from captures."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from driftline.baseline import Role, create, load
from driftline.broker.baselines import published
from driftline.broker.embedded import EmbeddedBroker
from driftline.broker.producer import DurableProducer
from driftline.broker.settings import producing
from driftline.cli.baseline import app
from driftline.config import Config, KafkaConfig
from driftline.engine.baselines import pack_baseline, unpack_baseline
from support.monitor_files import written

START = 1_714_521_600_000  # 2024-05-01T00:00:00Z
HOUR = 3_600_000


@pytest.fixture(scope="module")
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker() as running:
        running.create_topic("driftline.baselines", 1)
        running.create_topic("captures", 3)
        running.create_topic("sagemaker", 1)
        yield running


@pytest.fixture
def run(broker: EmbeddedBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # noqa: ANN201 - a function
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--bootstrap", broker.bootstrap])

    return invoke


def test_a_baseline_is_published_shown_compared_and_deleted(run) -> None:  # noqa: ANN001
    Path("data.csv").write_text("x,c\n" + "".join(f"{i},{'ab'[i % 2]}\n" for i in range(99)))
    made = run("create", "data.csv", "--model", "a/b", "--version", "1", "-o", "out", "--publish")
    assert made.exit_code == 0, made.stderr
    assert made.stdout.endswith("published to driftline.baselines\n")
    path = Path("out/constraints.json")
    path.write_text(path.read_text().replace('"min_samples": 30', '"min_samples": 50'))
    told = run("publish", "out", "--effective-from", "2024-05-01T00:00:00Z", "--json")
    assert (told.exit_code, json.loads(told.stdout)["topic"]) == (0, "driftline.baselines")
    shown = [json.loads(line) for line in run("show", "--from-kafka", "--json", "--model", "a/b").stdout.splitlines()]
    edited = load("out")
    assert {baseline["id"]: baseline["effective_from"] for baseline in shown}[edited.id] == START
    assert len(shown) == 2
    other = next(baseline["id"] for baseline in shown if baseline["id"] != edited.id)
    assert "min_samples" in run("diff", "out", other).stdout
    refused = run("delete", "--model", "a/b", "--version", "1")
    assert (refused.exit_code, "has 2 published baselines" in refused.stderr) == (2, True)
    assert run("delete", "--model", "a/b", "--version", "1", "--id", other).exit_code == 0
    assert edited.id in run("show", "--from-kafka").stdout
    told = run("delete", "--model", "a/b", "--version", "1", "--json")
    assert (told.exit_code, json.loads(told.stdout)["deleted"]["id"]) == (0, edited.id)
    gone = run("show", "--from-kafka", "--model", "a/b")
    assert (gone.exit_code, "no baseline a/b is published" in gone.stderr) == (3, True)


def test_model_monitors_files_are_published_with_their_rules(run, broker: EmbeddedBroker, tmp_path: Path) -> None:  # noqa: ANN001
    folder = written(tmp_path / "monitor")
    files = ("--statistics", str(folder / "statistics.json"), "--constraints", str(folder / "constraints.json"))
    told = run("publish", *files, "-m", "theirs", "--version", "3", "--json")
    assert told.exit_code == 0, told.stderr
    expected = load(folder, model="theirs", version="3")
    assert json.loads(told.stdout)["published"]["id"] == expected.id
    found = published(Config(kafka=KafkaConfig(broker.bootstrap)))
    assert [b for b in found if b.model == "theirs"] == [expected]
    assert unpack_baseline(pack_baseline(expected)) == expected
    shown = json.loads(run("show", "--from-kafka", "-m", "theirs", "--json").stdout)
    assert (shown["id"], shown["judged_as"]) == (expected.id, "sagemaker")


def send(broker: EmbeddedBroker, topic: str, values: list[bytes], partitions: int = 1) -> None:
    producer = DurableProducer(producing(KafkaConfig(broker.bootstrap)))
    for place, value in enumerate(values):
        producer.send(topic, value, partition=place % partitions)
    producer.flush()


def test_a_baseline_of_captures_is_that_of_their_values(run, broker: EmbeddedBroker) -> None:  # noqa: ANN001
    rng = np.random.default_rng(2)
    rows = [
        {
            "amount": float(rng.normal()),
            "items": int(rng.poisson(2)),
            "plan": "ab"[i % 2],
            "gap": None if i % 4 else True,
        }
        for i in range(400)
    ]
    captures = [
        {
            "id": str(i),
            "time": START + i * HOUR,
            "model": "m",
            "version": "1",
            "features": row,
            "prediction": row["amount"] * 2,
        }
        for i, row in enumerate(rows)
    ]
    others = [{**capture, "version": "2"} for capture in captures[:50]]
    values = [json.dumps(capture).encode() for capture in captures + others] + [b"nonsense"]
    send(broker, "captures", values, 3)
    done = run(
        *("create", "--model", "m", "--version", "1", "--from-topic", "captures", "-o", "out"),
        *("--start", str(START + 100 * HOUR), "--end", str(START + 300 * HOUR)),
    )
    assert done.exit_code == 0, done.stderr
    assert "note: 1 captures of the topic can't be decoded" in done.stdout
    baseline = load("out")
    first, last = (
        datetime.fromtimestamp((START + hours * HOUR) / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for hours in (100, 300)
    )
    assert baseline.source == f"topic captures, event time {first} to {last}"
    another = run("create", "--model", "n", "--version", "1", "--from-topic", "captures", "-o", "other")
    assert another.exit_code == 3
    assert "topic captures, event time … to …: there are no rows of n/1; the topic holds m/1 (" in another.stderr
    assert "rows, 2" in another.stderr
    assert another.stderr.endswith("1 could not be decoded\n")
    (Path("rows.jsonl")).write_text(
        "\n".join(json.dumps({**row, "prediction": row["amount"] * 2}) for row in rows[100:300])
    )
    expected = create("rows.jsonl", model="m", version="1")
    assert baseline.rows == 200
    assert {c.name: c for c in baseline.columns} == {c.name: c for c in expected.columns}
    assert baseline.column("prediction").role is Role.PREDICTION


def test_captures_of_csv_rows_are_named_by_their_place(run, broker: EmbeddedBroker) -> None:  # noqa: ANN001
    def record(i: int) -> bytes:
        data = base64.b64encode(f"{i},{i % 3}\n".encode()).decode()
        answer = {"observedContentType": "text/csv", "mode": "OUTPUT", "data": f"{i / 10}", "encoding": "CSV"}
        question = {"observedContentType": "text/csv", "mode": "INPUT", "data": data, "encoding": "BASE64"}
        meta = {"eventId": str(i), "inferenceTime": "2024-05-01T00:00:00Z"}
        captured = {"endpointInput": question, "endpointOutput": answer}
        return json.dumps({"captureData": captured, "eventMetadata": meta, "eventVersion": "0"}).encode()

    send(broker, "sagemaker", [record(i) for i in range(60)])
    done = run(
        *("create", "--model", "m", "--version", "1", "--from-topic", "sagemaker", "-o", "out"),
        *("--columns", "score,a,b", "--role", "score=prediction"),
    )
    assert done.exit_code == 0, done.stderr
    baseline = load("out")
    assert [(column.name, column.role) for column in baseline.columns] == [
        ("score", "prediction"),
        ("a", "feature"),
        ("b", "feature"),
    ]
    assert baseline.column("a").statistics.max == 59


def test_an_empty_range_of_time_fails(run, broker: EmbeddedBroker) -> None:  # noqa: ANN001
    named = ("create", "--model", "m", "--version", "1", "-o", "out", "--from-topic")
    nothing = run(*named, "captures", "--end", "2001-01-01T00:00:00Z")
    assert (nothing.exit_code, "there are no rows" in nothing.stderr) == (3, True)
