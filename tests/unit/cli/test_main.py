from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from driftline import __version__
from driftline.cli.common import until_interrupted
from driftline.cli.main import app, main
from driftline.contracts.topics import TOPICS

COMMANDS = (
    "worker", "demo", "baseline", "violations", "statistics", "report", "topics", "config", "check", "doctor", "top", "dlq",
    "quality",
)  # fmt: skip


def run(*arguments: str, **environ: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments), env=environ)
    return result.exit_code, result.stdout, result.stderr


def test_every_command_is_in_the_help() -> None:
    code, out, _ = run("--help")
    assert code == 0
    assert all(f" {name} " in out for name in COMMANDS)


def test_the_version_is_the_packages() -> None:
    assert run("--version") == (0, f"driftline {__version__}\n", "")


def test_what_is_typed_wrong_is_2() -> None:
    assert run("no-such-command")[0] == 2
    assert run("violations", "--no-such-option")[0] == 2


def test_a_faulty_configuration_is_2_with_every_fault_and_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text('[kafka]\nbootstrap = 7\n[metrics]\nport = "x"\n')
    code, out, err = run("violations", "--config", str(path))
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        f"driftline: {path} has 2 faults:",
        "  kafka.bootstrap: expected host:port[,host:port ...], got 7",
        "  metrics.port: expected a whole number from 0 to 65535, got 'x'",
    ]


@pytest.mark.parametrize("command", [["worker"], ["violations"], ["topics", "create"], ["topics", "check"]])
def test_a_configuration_that_is_not_there_is_2(command: list[str], tmp_path: Path) -> None:
    code, _, err = run(*command, "-c", str(tmp_path / "no.toml"))
    assert code == 2
    assert err == f"driftline: {tmp_path / 'no.toml'}: cannot be read: No such file or directory\n"


def test_a_kafka_that_is_not_there_is_3_and_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("driftline.broker.admin.TIMEOUT_SECONDS", 0.3)
    monkeypatch.setattr("driftline.broker.replay.TIMEOUT_SECONDS", 0.3)
    for command in (["violations"], ["statistics"], ["topics", "create"], ["topics", "check"]):
        code, out, err = run(*command, "--bootstrap", "127.0.0.1:9")
        assert (code, out) == (3, "")
        assert err.startswith("driftline: Kafka at 127.0.0.1:9 does not answer: ")
        assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "command",
    [
        "violations", "violations --follow", "statistics", "topics create", "topics check", "dlq list", "dlq replay --all",
        "baseline show --from-kafka", "baseline create -m m --version 1 --from-topic x", "report --day 2026-11-21",
    ],
)  # fmt: skip
def test_a_client_setting_that_librdkafka_does_not_know_is_2_and_one_line(command: str) -> None:
    code, out, err = run(*command.split(), DRIFTLINE__KAFKA__CLIENT__SASL_MECHANSIM="PLAIN")
    assert (code, out) == (2, "")
    assert err == 'driftline: the Kafka client cannot be set up: No such configuration property: "sasl.mechansim"\n'


def test_topics_are_listed_without_kafka_under_the_configured_prefix() -> None:
    code, out, _ = run("topics", "list", "--json", DRIFTLINE__DRIFTLINE__TOPIC_PREFIX="ml.")
    listed = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [one["name"] for one in listed] == [f"ml.{spec.name}" for spec in TOPICS]
    code, out, _ = run("topics", "list")
    assert code == 0
    assert all(spec.full_name() in out for spec in TOPICS)
    assert "model/version[/feature]" in out


def test_what_nobody_foresaw_is_3_and_no_violation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("driftline.cli.topics.console", lambda: 1 // 0)
    monkeypatch.setattr("sys.argv", ["driftline", "topics", "list"])
    hook = sys.excepthook
    try:
        with pytest.raises(SystemExit) as end:
            main()
    finally:
        sys.excepthook = hook
    assert end.value.code == 3
    assert "ZeroDivisionError" in capsys.readouterr().err


@pytest.mark.parametrize("endless", [False, True])
def test_an_answer_that_was_interrupted_is_not_fine(endless: bool) -> None:
    with pytest.raises(typer.Exit if endless else KeyboardInterrupt), until_interrupted(endless=endless):
        raise KeyboardInterrupt
