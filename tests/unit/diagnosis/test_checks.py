from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from driftline.cli.main import app
from driftline.diagnosis.cluster import SKEW_MS, check_clock, check_session
from driftline.diagnosis.machine import check_disk

NOW = 1_800_000_000_000
ALLOWED = {"group.min.session.timeout.ms": "6000", "group.max.session.timeout.ms": "30000"}


def run(*arguments: str, **environ: str) -> tuple[int, list[dict[str, str]], str]:
    result = CliRunner().invoke(app, [*arguments, "--json"], env=environ)
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()], result.stderr


@pytest.mark.parametrize(("session", "state"), [(5_999, "fault"), (6_000, "ok"), (30_000, "ok"), (30_001, "fault")])
def test_the_session_timeout_is_within_what_brokers_allow(session: int, state: str) -> None:
    assert check_session(session, ALLOWED).state == state


def test_brokers_that_do_not_tell_are_a_warning() -> None:
    assert check_session(10_000, {}).state == "warning"


@pytest.mark.parametrize(("ahead", "state"), [(-86_400_000, "ok"), (SKEW_MS, "ok"), (SKEW_MS + 1, "fault")])
def test_a_record_from_the_future_is_a_clock_that_is_wrong(ahead: int, state: str) -> None:
    found = check_clock({"old": NOW - 10**9, "new": NOW + ahead}, NOW)
    assert found.state == state
    assert "(new)" in found.text


def test_without_records_nothing_is_said_of_the_clock() -> None:
    assert check_clock({}, NOW).state == "ok"


def test_a_disk_that_is_full_is_told(tmp_path: Path) -> None:
    assert check_disk(str(tmp_path), 1).state == "ok"
    assert check_disk(str(tmp_path), 2**62).state == "warning"
    assert check_disk(str(tmp_path / "no"), 1).state == "fault"


def test_check_of_a_good_file_is_fine_and_needs_no_network(tmp_path: Path) -> None:
    path = tmp_path / "driftline.toml"
    path.write_text('[kafka]\nbootstrap = "192.0.2.1:9"\n[models.m]\nwindows = ["5m"]\n')
    code, found, err = run("check", "-c", str(path))
    assert (code, err) == (0, "")
    assert [one["state"] for one in found] == ["ok", "ok"]
    assert found[0]["text"] == "1 captures topics, 1 models of their own, 1 shards"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[defaults]\npane = "1h"\nwindows = ["1h"]\ntimezone = "Asia/Kolkata"', "do not tile the windows 1h"),
        ("[metrics]\nport = 0.5", "metrics.port: expected a whole number"),
        ('[kafka.client]\n"sals.password" = "hunter2"', 'No such configuration property: "sals.password"'),
        ('[kafka.producer]\n"linger.ms" = "soon"', "the producer cannot be made: "),
        ('[kafka.client]\n"ssl.cipher.suites" = "x"', "kafka.client.ssl.cipher.suites cannot be given to Faust's own"),
        ('[kafka.client]\n"security.protocol" = "ssl"\n"ssl.ca.location" = "/no/such"', "ssl.ca.location failed"),
        ('[kafka.client]\n"security.protocol" = "sasl_plaintext"\n"sasl.mechanism" = "NONSENSE"', "mechanism"),
        ('[defaults]\npane = "1m"\nwindows = ["7h"]', "must divide the day"),
    ],
)
def test_check_finds_what_is_wrong_with_a_remedy_and_without_secrets(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "driftline.toml"
    path.write_text(text)
    code, found, _ = run("check", "-c", str(path))
    faults = [one for one in found if one["state"] == "fault"]
    assert code == 2
    assert words in faults[0]["text"]
    assert all(one["remedy"] for one in faults)
    assert "hunter2" not in json.dumps(found)


def test_check_reads_baselines(tmp_path: Path) -> None:
    data = tmp_path / "x.csv"
    data.write_text("a,b\n" + "".join(f"{row},{row % 3}\n" for row in range(50)))
    made = CliRunner().invoke(
        app, ["baseline", "create", str(data), "-m", "m", "--version", "1", "-o", str(tmp_path / "b")]
    )
    assert made.exit_code == 0
    code, found, _ = run("check", str(tmp_path / "b"))
    assert code == 0
    assert "of m/1, 2 columns" in found[-1]["text"]
    code, found, _ = run("check", str(tmp_path / "b"), str(tmp_path / "no"))
    assert code == 2
    assert [one["state"] for one in found[-2:]] == ["ok", "fault"]


def test_doctor_of_a_kafka_that_is_not_there_is_3_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("driftline.broker.admin.TIMEOUT_SECONDS", 0.3)
    code, found, err = run("doctor", "-b", "127.0.0.1:9")
    assert (code, err) == (3, "")
    assert found[-1]["check"] == "kafka"
    assert found[-1]["text"].startswith("Kafka at 127.0.0.1:9 does not answer: ")
    assert found[-1]["remedy"]


def test_doctor_for_people_has_no_colours_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("driftline.broker.admin.TIMEOUT_SECONDS", 0.3)
    result = CliRunner().invoke(app, ["doctor", "-b", "127.0.0.1:9"])
    assert result.exit_code == 3
    assert "\x1b" not in result.stdout
    assert "\n         → see that Kafka runs there" in result.stdout
