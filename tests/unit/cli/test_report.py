"""`driftline report` against topics of the embedded broker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from driftline.baseline.parts import split
from driftline.broker.embedded import EmbeddedBroker
from driftline.broker.producer import DurableProducer
from driftline.broker.settings import producing
from driftline.cli.main import app
from driftline.config import KafkaConfig
from driftline.contracts.statistics import encode_statistics
from driftline.contracts.violation import encode_violation
from support.pages import DAY, START, Reader, baseline, feature, violation, window

TOPICS = ("violations", "statistics", "baselines")


@pytest.fixture(scope="module")
def bootstrap() -> Iterator[str]:
    """A quiet day, a violated one, and a quiet one; of another model a quiet day."""
    judged_by = baseline()
    with EmbeddedBroker({f"driftline.{name}": 1 for name in TOPICS}) as broker:
        producer = DurableProducer(producing(KafkaConfig(bootstrap=broker.bootstrap)))
        for index, distance in enumerate((0.05, 0.25, 0.04)):
            age = feature("age", distance, counts=(0, 30, 60, 0))
            record = window(age, start=START + index * DAY, baseline_id=judged_by.id)
            for _ in range(2):
                producer.send("driftline.statistics", encode_statistics(record))
        producer.send("driftline.statistics", b"not ours")
        producer.send("driftline.statistics", encode_statistics(window(feature("x"), model="quiet", start=START)))
        for kind, day in (("opened", 1), ("resolved", 2)):
            event = violation(kind, opened=START + DAY, start=START + day * DAY)  # type: ignore[arg-type]
            producer.send("driftline.violations", encode_violation(event))
        for key, value in split(judged_by):
            producer.send("driftline.baselines", value, key=key.encode())
        producer.flush()
        yield broker.bootstrap


def run(bootstrap: str, *arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["report", *arguments, "--bootstrap", bootstrap])
    return result.exit_code, result.stdout, result.stderr


def test_a_day_as_html_with_charts_from_the_baselines_topic(bootstrap: str, tmp_path: Path) -> None:
    path = tmp_path / "day.html"
    code, out, err = run(bootstrap, "--model", "churn", "--day", "2023-11-16", "-o", str(path))
    assert (code, out) == (1, f"{path}: Thursday, 2023-11-16; models 1, windows 1, incidents 1\n")
    assert "driftline.statistics[0] @ 6 is skipped" in err
    page = Reader(path.read_text(encoding="utf-8"))
    (age,) = [row for row in page.rows if row[:2] == ["age", "feature"]]
    assert (age[2], age[5], age[6]) == ("VIOLATED", "0.25", "0.1")
    assert "Largest differences: 0 … 1: 33.3 %, baseline 50 %; 1 … 2: 66.6 %, baseline 50 %." in page.text


def test_a_quiet_day_ends_with_nought_and_markdown_goes_to_the_output(bootstrap: str) -> None:
    code, out, _ = run(bootstrap, "--model", "quiet", "--day", "2023-11-15")
    assert code == 0
    assert out.startswith("# Report: Wednesday, 2023-11-15\n\n## quiet 1\n\n**OK** at worst.")


def test_a_week_of_all_models_as_json(bootstrap: str) -> None:
    code, out, _ = run(bootstrap, "--week", "2023-W46", "--json")
    told = json.loads(out)
    assert code == 1
    assert [(one["model"], len(one["windows"])) for one in told["models"]] == [("churn", 3), ("quiet", 1)]


def test_an_incident_by_the_beginning_of_its_id(bootstrap: str, tmp_path: Path) -> None:
    path = tmp_path / "incident.md"
    code, out, _ = run(bootstrap, "--incident", "aaaa", "--output", str(path))
    assert code == 1
    assert "windows 3, incidents 1" in out
    assert "| age | baseline drift | warning |" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "report needs one of --day, --week, --window and --incident, got 0 of them"),
        (["--day", "2023-11-15", "--week", "2023-W46"], "got 2 of them"),
        (["--day", "yesterday"], "--day must be a date such as 2013-02-08, got 'yesterday'"),
        (["--incident", "b"], "must be the beginning of one incident's id, 'b' is that of 0"),
        (["--day", "2023-11-15", "-o", "report.pdf"], "--output must end in .html or .md, got 'report.pdf'"),
        (["--day", "2023-11-15", "-o", "/nowhere/report.md"], "/nowhere/report.md: cannot be written"),
    ],
)
def test_what_cannot_be_is_said_with_exit_code_2(bootstrap: str, arguments: list[str], said: str) -> None:
    code, out, err = run(bootstrap, *arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_without_baselines_there_is_a_report_and_a_word() -> None:
    with EmbeddedBroker({"driftline.violations": 1, "driftline.statistics": 1}) as broker:
        code, out, err = run(broker.bootstrap, "--day", "2023-11-15")
    assert code == 0
    assert "no histograms, as the baselines cannot be read" in err
    assert "nothing is known of it" in out


@pytest.mark.parametrize(
    "asked", [(), ("--day", "2023-11-16", "--week", "2023-W46"), ("--day", "2023-13-01"), ("--window", "1d")]
)
def test_what_is_asked_for_wrongly_is_told_before_kafka_is_asked(asked: tuple[str, ...]) -> None:
    code, out, err = run("127.0.0.1:9", *asked)
    assert (code, out) == (2, "")
    assert "--day" in err or "--window" in err
