from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from driftline.cli.main import app
from driftline.config import load_config
from driftline.config.schema import config_schema


def run(*arguments: str, **environ: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["config", *arguments], env=environ)
    return result.exit_code, result.stdout, result.stderr


def test_show_says_every_setting_its_value_and_where_it_came_from(tmp_path: Path) -> None:
    path = tmp_path / "driftline.toml"
    path.write_text('[driftline]\nshards = 3\n[[topics]]\nname = "a"\n[kafka.client]\n"sasl.password" = "hunter2"\n')
    code, out, err = run("show", "-c", str(path), "--json", DRIFTLINE__METRICS__PORT="1234")
    assert (code, err) == (0, "")
    assert "hunter2" not in out
    shown = {one["setting"]: (one["value"], one["origin"]) for one in map(json.loads, out.splitlines())}
    assert shown["driftline.shards"] == (3, "file")
    assert shown["metrics.port"] == (1234, "DRIFTLINE__METRICS__PORT")
    assert shown["kafka.client.sasl.password"] == ("***", "file")
    assert shown["defaults.windows"] == (["1m", "1h", "1d"], "default")
    code, out, _ = run("show", "-c", str(path), "--changed", DRIFTLINE__METRICS__PORT="1234")
    assert code == 0
    assert "hunter2" not in out
    assert [line.split()[1] for line in out.splitlines()[3:-1]] == [
        "driftline.shards", "kafka.client.sasl.password", "topics[0].name", "metrics.port",
    ]  # fmt: skip


def test_show_of_a_faulty_file_is_2(tmp_path: Path) -> None:
    path = tmp_path / "driftline.toml"
    path.write_text("[metrics]\nport = -1\n")
    assert run("show", "-c", str(path))[0] == 2


def test_schema_is_the_schema() -> None:
    code, out, _ = run("schema")
    assert code == 0
    assert json.loads(out) == config_schema()


def test_init_writes_a_file_that_loads_and_says_what_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, _ = run("init", "-b", "broker:1", "--topic", "loans")
    assert code == 0
    assert out == "wrote driftline.toml and config.schema.json; next: driftline doctor -c driftline.toml\n"
    config = load_config(Path("driftline.toml"), {})
    assert (config.kafka.bootstrap, [topic.name for topic in config.topics]) == ("broker:1", ["loans"])
    assert jsonschema_rs.meta.is_valid(json.loads(Path("config.schema.json").read_text()))
    before = Path("driftline.toml").read_text()
    assert run("init")[0] == 2
    assert Path("driftline.toml").read_text() == before
    assert run("init", "--force")[0] == 0
    assert Path("driftline.toml").read_text() != before


def test_init_where_nothing_can_be_written_is_2(tmp_path: Path) -> None:
    code, _, err = run("init", "-o", str(tmp_path / "no" / "x.toml"))
    assert (code, err) == (2, f"driftline: {tmp_path}/no/x.toml: cannot be written: No such file or directory\n")


def test_init_with_a_bootstrap_that_is_none_is_2(tmp_path: Path) -> None:
    assert run("init", "-o", str(tmp_path / "x.toml"), "-b", "nowhere")[0] == 2
    assert not (tmp_path / "x.toml").exists()
