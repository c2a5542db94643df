"""``driftline doctor`` on a real Kafka: what is missing is found, and all is well afterwards."""

from __future__ import annotations

import json
import time
from pathlib import Path

from typer.testing import CliRunner

from driftline.broker.producer import DurableProducer
from driftline.broker.settings import producing
from driftline.cli.main import app
from driftline.config import KafkaConfig


def doctor(config: Path, *, code: int) -> dict[str, list[tuple[str, str]]]:
    result = CliRunner().invoke(app, ["doctor", "-c", str(config), "--json"])
    assert result.exit_code == code, result.stdout
    found: dict[str, list[tuple[str, str]]] = {}
    for one in map(json.loads, result.stdout.splitlines()):
        found.setdefault(one["check"], []).append((one["state"], one["text"]))
        assert (one["state"] == "ok") == (not one["remedy"])
    return found


def test_a_doctor_finds_what_is_missing_and_then_nothing(bootstrap: str, unique: str, tmp_path: Path) -> None:
    path = tmp_path / "driftline.toml"
    path.write_text(f'[driftline]\ntopic_prefix = "{unique}"\n[kafka]\nbootstrap = "{bootstrap}"\n')
    found = doctor(path, code=3)
    assert found["kafka"][0][0] == "ok"
    assert ("fault", f"topic {unique}partials does not exist") in found["topics"]
    made = CliRunner().invoke(app, ["topics", "create", "-c", str(path), "--captures", "2"])
    assert made.exit_code == 0
    found = doctor(path, code=0)
    assert [state for state, _ in found["topics"]] == ["ok"]
    assert found["brokers"] == [("ok", found["brokers"][0][1])]
    assert "version 4.0 or newer" in found["brokers"][0][1]
    assert found["session timeout"] == [("ok", "10000 ms, the brokers allow 6000 to 1800000 ms")]
    assert [state for state, _ in found["permissions"]] == ["ok"]
    assert [state for state, _ in found["records"]] == ["warning", "warning"]
    assert found["clock"] == [("ok", "there are no records to hold it against")]


def test_too_short_a_session_and_a_clock_that_is_behind_are_faults(bootstrap: str, unique: str, tmp_path: Path) -> None:
    path = tmp_path / "driftline.toml"
    path.write_text(
        f'[driftline]\ntopic_prefix = "{unique}"\n[kafka]\nbootstrap = "{bootstrap}"\n'
        '[kafka.consumer]\n"session.timeout.ms" = 3000\n"heartbeat.interval.ms" = 500\n'
    )
    CliRunner().invoke(app, ["topics", "create", "-c", str(path), "--captures", "2"])
    producer = DurableProducer(producing(KafkaConfig(bootstrap=bootstrap)))
    producer.send(f"{unique}captures", b"{}")
    producer.flush()
    with_skew = time.time_ns
    try:
        time.time_ns = lambda: with_skew() - 60_000_000_000  # type: ignore[method-assign]
        found = doctor(path, code=3)
    finally:
        time.time_ns = with_skew
    assert found["session timeout"][0][0] == "fault"
    assert found["clock"][0][0] == "fault"
    assert "s ahead of this machine" in found["clock"][0][1]
    assert ("ok", f"{unique}captures has 1 offsets in 2 partitions") in found["records"]
