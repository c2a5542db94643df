"""The schema for editors says what the loader says, of the same files."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from driftline.config import load_config
from driftline.config.schema import all_settings, config_schema
from driftline.config.template import template
from driftline.config.words import WORDS
from driftline.errors import ConfigError

ROOT = Path(__file__).parents[3]


def is_valid(text: str) -> bool:
    return bool(jsonschema_rs.Draft202012Validator(config_schema()).is_valid(tomllib.loads(text)))


def loads(tmp_path: Path, text: str) -> bool:
    path = tmp_path / "driftline.toml"
    path.write_text(text)
    try:
        load_config(path, {})
    except ConfigError:
        return False
    return True


def test_it_is_a_schema_and_the_file_in_the_repository_is_it() -> None:
    assert jsonschema_rs.meta.is_valid(config_schema())
    assert json.loads((ROOT / "schemas" / "config.schema.json").read_text()) == config_schema()


def test_every_setting_has_a_sentence_and_no_sentence_is_left_over() -> None:
    paths = {re.sub(r"\[\d+\]", "", setting.path) for setting in all_settings()}
    assert paths | {"kafka.client", "kafka.consumer", "kafka.producer", "reports.store"} == set(WORDS)


@pytest.mark.parametrize(
    "text",
    [
        (ROOT / "examples" / "driftline.toml").read_text(),
        "",
        '[kafka.client]\nsasl.username = "x"\n"socket.keepalive.enable" = true\n"socket.timeout.ms" = 5',
        '[defaults]\nwindows = ["1h", "1h/15m", { length = "1d", step = "1h" }]\nopen_after = [2, 3]',
        '[[topics]]\nname = "a"\nlateness = "0s"\n[topics.keys]\nid = "key"',
        '[models."churn/2"]\ndedupe = 5',
    ],
)
def test_what_the_loader_takes_the_schema_takes(text: str, tmp_path: Path) -> None:
    assert loads(tmp_path, text)
    assert is_valid(text)


@pytest.mark.parametrize(
    "text",
    [
        "[driftlin]",
        '[driftline]\nlog_format = "xml"',
        "[driftline]\nshards = 0",
        '[driftline]\nflush_interval = "soon"',
        "[kafka]\nbootstrap = 9092",
        '[kafka]\nbootstrap = "nowhere"',
        '[kafka.consumer]\n"auto.offset.reset" = "latest"',
        "[kafka.client]\ndebug = []",
        '[[topics]]\nformat = "flat"',
        '[[topics]]\nname = "a b"',
        '[[topics]]\nname = "a"\n[topics.keys]\ncolour = "c"',
        "[defaults]\nopen_after = [1]",
        "[defaults]\nwindows = []",
        '[models.m]\nwindow = ["1h"]',
        "[metrics]\nport = 65536",
        '[deadletter]\ninclude_value = "yes"',
        "[reports]\noutputs = [7]",
        "[reports]\nplaces = []",
        "[reports.store]\nkey = []",
    ],
)
def test_what_the_loader_refuses_in_one_setting_the_schema_refuses(text: str, tmp_path: Path) -> None:
    assert not loads(tmp_path, text)
    assert not is_valid(text)


def test_defaults_in_the_schema_are_those_of_the_loader(tmp_path: Path) -> None:
    """Written out into a file, they change nothing."""
    spoken = template("127.0.0.1:9092", "driftline.captures")
    loud = re.sub(r"^# ([a-z_]+ = )", r"\1", spoken.partition("# Words of the records")[0], flags=re.MULTILINE)
    loud = re.sub(r'^(model|version) = "[a-z0-9]+" .*$', "", loud, flags=re.MULTILINE)
    told = tmp_path / "told.toml"
    told.write_text(loud)
    assert {"lateness", "max_record_bytes"} <= tomllib.loads(loud)["topics"][0].keys()
    assert load_config(told, {}) == load_config(None, {})


def properties(node: dict[str, Any]) -> set[str]:
    return set(node["properties"])


def test_it_has_every_section_of_the_loader() -> None:
    root = config_schema()
    assert properties(root) == {
        "driftline",
        "kafka",
        "topics",
        "defaults",
        "models",
        "metrics",
        "deadletter",
        "reports",
    }
    assert properties(root["properties"]["models"]["additionalProperties"]) == properties(
        root["properties"]["defaults"]
    )
