"""What docs/sagemaker.md shows of captures in Kafka is what is printed when the records of its session of files are there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from driftline.analysis.compare import Comparison
from driftline.broker.embedded import EmbeddedBroker
from driftline.broker.producer import DurableProducer
from driftline.broker.settings import producing
from driftline.cli.main import app
from driftline.config import KafkaConfig

PAGE = (Path(__file__).parents[3] / "docs" / "sagemaker.md").read_text()
SECTION = PAGE.partition("\n## Analysis\n")[2].partition("\n## ")[0]
FILES, KAFKA = re.findall(r"^```console\n(.*?)^```", SECTION, re.DOTALL | re.MULTILINE)
ADDRESS = "127.0.0.1:9092"


def commands(block: str) -> list[tuple[list[str], str]]:
    """Words and what is shown below them."""
    parts = [part.partition("\n") for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return [(shlex.split(command), shown) for command, _, shown in parts]


def test_a_topic_is_judged_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for (program, *words), shown in commands(FILES)[:3]:
        if program == "cat":
            Path(words[0]).write_text(shown)
        else:
            CliRunner().invoke(app, words)
    with EmbeddedBroker({"captures": 1}) as broker:
        producer = DurableProducer(producing(KafkaConfig(bootstrap=broker.bootstrap)))
        for line in Path("captures.jsonl").read_bytes().splitlines():
            producer.send("captures", line, partition=0)
        producer.flush()
        ((words, shown),) = commands(KAFKA)
        done = CliRunner().invoke(app, [word.replace(ADDRESS, broker.bootstrap) for word in words[1:]])
    assert done.stdout == shown
    assert done.exit_code == 1


def test_the_words_of_a_verification() -> None:
    assert f"`{Comparison(7, 11, 0, ()).lines()[0]}`" in SECTION
