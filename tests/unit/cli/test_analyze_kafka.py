"""`driftline analyze` on topics that no worker has read: as the first worker would judge them, or the range as one window."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from driftline.baseline import save
from driftline.broker.embedded import EmbeddedBroker
from driftline.broker.producer import DurableProducer
from driftline.broker.settings import producing
from driftline.cli.main import app
from driftline.config import KafkaConfig
from support.judged import baseline_of, numeric

START = 1_714_564_800_000
CONFIG = """
[kafka]
bootstrap = "{}"
[[topics]]
name = "captures"
[defaults]
windows = ["1m", "5m"]
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Ten minutes of a model, the last two of them moved, and some rows of another; a folder with configuration and baseline."""
    folder = tmp_path_factory.mktemp("place")
    save(baseline_of(numeric("x", [float(n % 11) for n in range(990)]), rows=990), folder / "baseline")
    rng = random.Random(1)
    with EmbeddedBroker({"captures": 2, "requests": 1}) as broker:
        (folder / "driftline.toml").write_text(CONFIG.format(broker.bootstrap))
        producer = DurableProducer(producing(KafkaConfig(bootstrap=broker.bootstrap)))
        for second in range(600):
            row = {"x": rng.randint(0, 10) + (8 if second >= 480 else 0)}
            model = "m" if rng.random() < 0.9 else "other"
            capture = {"time": START + second * 1000, "model": model, "version": "1", "features": row}
            producer.send("captures", json.dumps(capture).encode(), partition=second % 2)
            side = {"observedContentType": "text/csv", "mode": "INPUT", "data": str(row["x"]), "encoding": "CSV"}
            metadata = {"eventId": str(second), "inferenceTime": "2024-05-01T12:00:30Z"}
            request = {"captureData": {"endpointInput": side}, "eventMetadata": metadata, "eventVersion": "0"}
            producer.send("requests", json.dumps(request).encode(), partition=0)
        producer.flush()
        yield folder


def analyzed(place: Path, *words: object) -> dict[str, Any]:
    told = (
        "-c",
        place / "driftline.toml",
        "--baseline",
        place / "baseline",
        "-m",
        "m",
        "--version",
        "1",
        "--json",
        *words,
    )
    result = CliRunner().invoke(app, ["analyze", *map(str, told)])
    assert result.exit_code in {0, 1}, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def states(found: dict[str, Any]) -> list[tuple[str, int, str]]:
    windows = found["windows"]
    return [(one["window"]["label"], (one["window"]["start"] - START) // 60_000, one["state"]) for one in windows]


def test_the_models_own_windows_in_the_range(place: Path) -> None:
    found = analyzed(place, "--start", "2024-05-01T12:05Z", "--end", "2024-05-01T12:10Z")
    minutes = [("1m", minute, "VIOLATED" if minute >= 8 else "OK") for minute in range(5, 10)]
    assert states(found) == [*minutes, ("5m", 5, "VIOLATED")]
    assert {line["feature_name"] for line in found["violations"]} == {"x"}


def test_offsets_and_a_length_choose(place: Path) -> None:
    words = ("--start", "2024-05-01T12:01Z", "--end", "2024-05-01T12:02Z", "--window", "1m")
    whole = analyzed(place, *words)
    half = analyzed(place, *words, "--offsets", "captures:1:30-60")
    (rows,), (fewer,) = ([window["rows"] for window in found["windows"]] for found in (whole, half))
    assert 20 <= fewer < rows <= 60
    assert half["records"] == 30


def test_a_range_that_is_no_window_is_one(place: Path) -> None:
    for words in (
        ("--start", "2024-05-01T12:08:30Z", "--end", "2024-05-01T12:09:15Z"),
        ("--window", "range", "--start", "2024-05-01"),
    ):
        found = analyzed(place, *words)
        assert len(found["windows"]) == 1
        assert found["notes"][0].startswith("judged as one window")
    assert found["rows"] + int(found["notes"][1].split()[0]) == 600
    assert found["notes"][1].endswith("rows are of other/1 and are left out; --model and --version choose")


def test_a_topic_that_is_not_configured(place: Path) -> None:
    found = analyzed(
        place, "--topic", "requests", "--start", "2024-05-01T12:00Z", "--end", "2024-05-01T12:05Z", "--window", "5m"
    )
    assert (found["rows"], states(found)) == (600, [("5m", 0, "VIOLATED")])
    told = (
        "-c",
        place / "driftline.toml",
        "-m",
        "m",
        "--version",
        "1",
        "--baseline",
        place / "baseline",
        "--topic",
        "none",
    )
    result = CliRunner().invoke(app, ["analyze", *map(str, told), "--start", "-PT1H", "--window", "1m"])
    assert (result.exit_code, result.stdout) == (3, "")
    assert "captures topics none must exist" in result.stderr


def test_nothing_in_the_range_is_unknown(place: Path) -> None:
    found = analyzed(place, "--start", "-PT1H", "--end", "-PT0H")
    assert (found["state"], found["rows"]) == ("UNKNOWN", 0)
    assert "nothing is known" in found["notes"][-1]


def test_wrong_words_are_usage_errors(place: Path) -> None:
    base = ["analyze", "-c", str(place / "driftline.toml")]
    named = [*base, "-m", "m", "--version", "1"]
    for words, code, expected in (
        (base, 2, "--model and --version say whose captures"),
        (named, 2, "say which event times"),
        ([*named, "--start", "-P1D", "--window", "7m"], 2, "one of the model's own (1m, 5m)"),
        ([*named, "--start", "-P1D", "--offsets", "captures"], 2, "TOPIC:PARTITION:FIRST-LAST"),
        ([*named, "--start", "-P1D", "--baseline", "0123456789abcdef"], 3, "is not published: there are none"),
        ([*named, "--start", "-PT10S"], 3, "no baseline of m/1 is published"),
    ):
        result = CliRunner().invoke(app, words)
        assert (result.exit_code, result.stdout) == (code, ""), words
        assert expected in result.stderr
