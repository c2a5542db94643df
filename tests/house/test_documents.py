"""What people read and copy is held to what is: examples, the compose file, the decisions."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from driftline.broker.settings import connecting, fetching, following, joining, producing, replaying
from driftline.cli.main import app
from driftline.config import load_config

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def compose() -> Any:  # noqa: ANN401 - what YAML holds
    return yaml.safe_load((ROOT / "docker-compose.yaml").read_text())


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_toml_example_is_a_configuration(document: Path, tmp_path: Path) -> None:
    for number, block in enumerate(re.findall(r"^```toml\n(.*?)^```", document.read_text(), re.DOTALL | re.MULTILINE)):
        path = tmp_path / f"{number}.toml"
        path.write_text(block)
        load_config(path, {})


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_command_that_is_shown_exists(document: Path) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```", document.read_text(), re.DOTALL | re.MULTILINE)
    shown = set(re.findall(r"^driftline ([a-z]+)", "".join(blocks), re.MULTILINE))
    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    known |= {group.name for group in app.registered_groups if isinstance(group.name, str)}
    assert shown <= known


def test_every_make_target_in_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in DOCUMENTS:
        assert set(re.findall(r"(?:^|`)make ([a-z-]+)", document.read_text(), re.MULTILINE)) <= targets


def test_the_architecture_fits_two_pages() -> None:
    assert len((ROOT / "docs" / "architecture.md").read_text().split()) < 1_200


def test_decisions_are_numbered_without_gaps_and_say_the_three_things() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        text = path.read_text()
        assert text.startswith(f"# {path.name[:4]}: ")
        assert all(f"**{part}.**" in text for part in ("Context", "Decision", "Consequences")), path.name


def test_the_compose_file_fits_the_compose_specification() -> None:
    spec = importlib.util.find_spec("check_jsonschema")
    assert spec is not None
    assert spec.origin is not None
    schema = json.loads((Path(spec.origin).parent / "builtin_schemas" / "vendor" / "compose-spec.json").read_text())
    jsonschema_rs.validator_for(schema).validate(compose())


def test_the_compose_file_publishes_on_loopback_only() -> None:
    ports = [port for service in compose()["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_compose_file_runs_commands_and_settings_that_exist() -> None:
    services = compose()["services"]
    ours = [service for service in services.values() if "build" in service]
    groups = {group.name for group in app.registered_groups}
    commands = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    told = {service["command"][0] for service in ours if "entrypoint" not in service}
    assert told <= groups | commands | {"--help"}
    for service in ours:
        config = load_config(None, service["environment"])
        assert config.kafka.bootstrap == "kafka:19092"
        assert config.metrics.host == "0.0.0.0"  # noqa: S104 - inside the container


def test_the_compose_file_runs_the_kafka_that_is_tested() -> None:
    pom = (ROOT / "tests" / "kafka" / "pom.xml").read_text()
    found = re.search(r"<kafka.version>(.*)</kafka.version>", pom)
    assert found is not None
    assert compose()["services"]["kafka"]["image"] == f"apache/kafka:{found[1]}"


def test_the_image_installs_what_is_locked_and_is_given_what_it_copies() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    locks = set(re.findall(r"pip install [^&\n]*--require-hashes -r (\S+)", dockerfile))
    assert locks == {"requirements/build.txt", "requirements/product.txt"}
    others = [line for line in re.findall(r"pip install [^&\n]*", dockerfile) if "--require-hashes" not in line]
    assert all("--no-deps" in line and "--no-index" in line for line in others)
    assert re.search(r"^USER [1-9]", dockerfile, re.MULTILINE)
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", dockerfile, re.MULTILINE)
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    assert all(f"!{name}" in allowed for line in copied for name in line.split())


def test_the_example_configuration_makes_clients() -> None:
    kafka = load_config(ROOT / "examples" / "driftline.toml", {}).kafka
    made = [connecting(kafka, "x"), fetching(kafka), following(kafka), joining(kafka, "g"), replaying(kafka)]
    assert all(one["socket.keepalive.enable"] == "true" for one in made)
    assert producing(kafka)["compression.type"] == "lz4"


def test_reasons_for_not_being_ready_are_quoted_as_they_are_said() -> None:
    table = (ROOT / "docs" / "health.md").read_text().partition("| reason |")[2].partition("\n\n")[0]
    reasons = [reason for row in table.splitlines()[2:] for reason in row.split("|")[1].strip().split("; ")]
    assert len(reasons) > 5
    source = "".join(path.read_text() for path in (ROOT / "streams" / "driftline" / "agents").glob("*.py"))
    said = re.sub(r"\{[^}]*\}", "…", source)
    assert [reason for reason in reasons if reason not in said] == []
