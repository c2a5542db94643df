"""Secrets come from files, and go nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from driftline.config import explained_config, load_config
from driftline.config.secrets import LARGEST_BYTES
from driftline.errors import ConfigError

PASSWORD = "DRIFTLINE__KAFKA__CLIENT__SASL_PASSWORD"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text("hunter2\n")
    return path


def test_a_file_may_hold_it_for_the_file_of_settings_and_for_the_environment(secret: Path, tmp_path: Path) -> None:
    path = tmp_path / "driftline.toml"
    path.write_text(f'[kafka.client]\n"sasl.password" = "file:{secret}"\n')
    assert load_config(path, {}).kafka.client == {"sasl.password": "hunter2"}
    assert load_config(None, {PASSWORD: f"file:{secret}"}).kafka.client == {"sasl.password": "hunter2"}


@pytest.mark.parametrize(
    ("content", "read"), [(b" a b \r\n", " a b "), (b"a\n\n", "a\n"), ("pässword".encode(), "pässword")]
)
def test_only_the_end_of_the_last_line_is_no_part_of_it(secret: Path, content: bytes, read: str) -> None:
    secret.write_bytes(content)
    assert load_config(None, {PASSWORD: f"file:{secret}"}).kafka.client["sasl.password"] == read


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe", b"x" * (LARGEST_BYTES + 1)])
def test_a_file_that_holds_none_is_a_fault_without_its_content(secret: Path, content: bytes) -> None:
    secret.write_bytes(content)
    with pytest.raises(ConfigError, match=rf"kafka\.client\.sasl\.password: the file {secret} must hold") as caught:
        load_config(None, {PASSWORD: f"file:{secret}"})
    assert "xx" not in str(caught.value)


def test_a_file_that_is_not_there_is_a_fault() -> None:
    with pytest.raises(ConfigError, match=r"the file /no/such cannot be read: No such file or directory"):
        load_config(None, {PASSWORD: "file:/no/such"})


def test_what_was_seen_says_where_from_and_masks_secrets(secret: Path, tmp_path: Path) -> None:
    path = tmp_path / "driftline.toml"
    path.write_text('[kafka.client]\nsasl.username = "me"\n"ssl.key.pem" = "-----BEGIN"\n[driftline]\nshards = 2\n')
    _, settings = explained_config(path, {PASSWORD: f"file:{secret}", "DRIFTLINE__METRICS__PORT": "1"})
    seen = {one.path: (one.shown, one.origin) for one in settings}
    assert seen["kafka.client.sasl.password"] == ("***", f"{PASSWORD} file:{secret}")
    assert seen["kafka.client.ssl.key.pem"] == ("***", "file")
    assert seen["kafka.client.sasl.username"] == ("me", "file")
    assert seen["driftline.shards"] == (2, "file")
    assert seen["metrics.port"] == (1, "DRIFTLINE__METRICS__PORT")
    assert seen["topics[0].lateness"] == ("10s", "default")


def test_a_secret_in_the_wrong_place_is_not_printed() -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(None, {"DRIFTLINE__KAFKA__CLIENT": "sasl.password=hunter2"})
    assert "kafka.client: expected a table, got a text" in str(caught.value)
    assert "hunter2" not in str(caught.value)
