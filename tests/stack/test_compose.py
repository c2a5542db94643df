"""The compose file and what it mounts: hardened, on loopback, with files that are there and that their programs read."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from driftline.config import load_config
from support.programs import program, run

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())["services"]
EXTRAS = {"demo", "machine", "cli"}


def mounts(name: str) -> dict[str, Path]:
    """Path inside -> path here, of what is mounted from the repository."""
    found = [volume.split(":") for volume in SERVICES[name].get("volumes", ())]
    return {parts[1]: ROOT / parts[0] for parts in found if parts[0].startswith("./")}


def inside(name: str, path: str) -> Path:
    """The file that a service finds at a path."""
    for there, here in mounts(name).items():
        if path == there or path.startswith(f"{there}/"):
            return here / path[len(there) :].lstrip("/")
    raise AssertionError(f"{name} has nothing mounted at {path}")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_hardened_limited_and_probed(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is (name != "kafka")
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    # the image of the worker has its own health check; what runs once, or serves nothing, has none
    assert "healthcheck" in service or name == "worker"
    assert set(service.get("profiles", ())) <= EXTRAS


@pytest.mark.parametrize("name", [name for name in SERVICES if "build" not in SERVICES[name]])
def test_an_image_is_pinned(name: str) -> None:
    assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+\.\d+(@sha256:[0-9a-f]{64})?", SERVICES[name]["image"])


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_mounted_is_there_and_cannot_be_written(name: str) -> None:
    for volume in SERVICES[name].get("volumes", ()):
        if volume.startswith((".", "/")):
            assert volume.split(":")[2].split(",")[0] == "ro"
    assert all(path.is_dir() for path in mounts(name).values())


def test_what_the_programs_are_told_to_read_is_mounted() -> None:
    for name in ("prometheus", "alertmanager"):
        for option in SERVICES[name]["command"]:
            path = option.partition("=")[2].replace("${DRIFTLINE_ALERTMANAGER:-alertmanager.yml}", "alertmanager.yml")
            if path.startswith("/etc/driftline"):
                assert inside(name, f"{path}/playbooks").is_dir()
            elif path.startswith("/etc"):
                assert inside(name, path).exists()
    home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert inside("grafana", home).is_file()
    provider = yaml.safe_load((DEPLOY / "grafana" / "provisioning" / "dashboards" / "driftline.yaml").read_text())
    assert inside("grafana", provider["providers"][0]["options"]["path"]).is_dir()


def test_the_demo_runs_scripts_and_commands_that_are_there() -> None:
    for name in ("producer", "training"):
        words = " ".join([*SERVICES[name]["entrypoint"], *SERVICES[name]["command"]])
        (script,) = re.findall(r"/examples/\S+", words)
        offered = run(sys.executable, inside(name, script), "--help").stdout
        options = re.findall(r"(?<= )--[a-z-]+", words.partition("driftline baseline create")[0])
        assert all(option in offered for option in options)
    made = SERVICES["training"]["command"][0].partition("driftline baseline create")[2]
    offered = run(sys.executable, "-m", "driftline", "baseline", "create", "--help", COLUMNS="200").stdout
    assert all(option in offered for option in re.findall(r"--[a-z-]+", made))


def test_the_programs_are_found_under_the_names_that_the_files_use() -> None:
    targets = DEPLOY / "prometheus" / "targets"
    written = "".join(path.read_text() for path in targets.glob("*.yml"))
    config = (DEPLOY / "prometheus" / "prometheus.yml").read_text()
    sources = (DEPLOY / "grafana" / "provisioning" / "datasources" / "prometheus.yaml").read_text()
    named = re.findall(r"\[([a-z-]+):\d+\]", written) + re.findall(r"names: \[(\w+)\]", config)
    named += re.findall(r"url: http://([a-z]+):\d+", sources)
    assert set(named) == {"worker", "node-exporter", "alertmanager", "prometheus"}
    assert set(named) <= SERVICES.keys()
    files = re.findall(r"targets/\w+\.yml", config)
    assert all((DEPLOY / "prometheus" / name).is_file() for name in files)


def test_the_settings_of_the_image_are_settings() -> None:
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
    environ = dict(re.findall(r"(DRIFTLINE__\w+)=(\S+)", text))
    load_config(None, environ)
    assert re.search(r"^USER \d+:\d+$", text, re.MULTILINE)
    assert re.findall(r"^FROM (\S+)", text, re.MULTILINE) == ["${PYTHON}", "${PYTHON}"]


def test_compose_itself_reads_the_file() -> None:
    plugin = shutil.which("docker-compose", path=os.environ.get("DRIFTLINE_STACK_BIN", "")) or "docker"
    command = [plugin, "compose"] if plugin == "docker" else [plugin]
    if plugin == "docker" and run_quietly("docker", "compose", "version"):
        pytest.skip("no docker compose here; its schema is looked at in tests/house")
    profiles = [word for profile in sorted(EXTRAS) for word in ("--profile", profile)]
    found = run(*command, *profiles, "-f", ROOT / "docker-compose.yaml", "config", "--services")
    assert set(found.stdout.split()) == set(SERVICES)


def run_quietly(*command: str) -> bool:
    """Whether a command fails, or is not there."""
    try:
        run(*command)
    except (AssertionError, FileNotFoundError):
        return True
    return False


def test_alertmanagers_two_files_differ_in_their_receivers_alone() -> None:
    usual, chat = (
        yaml.safe_load((DEPLOY / "alertmanager" / name).read_text())
        for name in ("alertmanager.yml", "alertmanager.chat.yml")
    )
    more = [one["name"] for one in chat["receivers"]][len(usual["receivers"]) :]
    assert more == ["dingtalk", "wecom-robot", "wecom"]
    assert {**chat, "receivers": chat["receivers"][: -len(more)]} == usual


def test_no_secret_is_in_alertmanagers_files() -> None:
    text = (DEPLOY / "alertmanager" / "alertmanager.chat.yml").read_text()
    files = set(re.findall(r"/etc/alertmanager/secrets/(\w+)", text))
    readme = (DEPLOY / "alertmanager" / "secrets" / "README").read_text()
    assert set(re.findall(r"^(\w+) {2,}", readme, re.MULTILINE)) == files
    assert not re.search(r"(password|secret|access_token|key)[=:] *[^/\s]", text.replace("_file", ""))


def test_inhibitions_name_alerts_that_exist() -> None:
    rules = (DEPLOY / "prometheus" / "rules" / "alerts.yml").read_text()
    alerts = set(re.findall(r"alert: (\w+)", rules))
    text = (DEPLOY / "alertmanager" / "alertmanager.yml").read_text()
    for name in re.findall(r"Driftline[\w.*+]+", text):
        assert any(re.fullmatch(name, alert) for alert in alerts), name


def test_amtool_reads_what_it_is_old_enough_for() -> None:
    run(program("amtool"), "check-config", DEPLOY / "alertmanager" / "alertmanager.yml")
    newer = shutil.which("amtool", path=os.environ.get("DRIFTLINE_STACK_BIN", ""))
    if newer:
        run(newer, "check-config", DEPLOY / "alertmanager" / "alertmanager.chat.yml")


def test_promtool_reads_the_configuration() -> None:
    run(program("promtool"), "check", "config", DEPLOY / "prometheus" / "prometheus.yml")
