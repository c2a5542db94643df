from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from driftline.config import Config, ModelConfig, WindowConfig, load_config
from driftline.config.load import KEYS
from driftline.contracts.capture import KeyNames
from driftline.errors import ConfigError

EXAMPLE = Path(__file__).parents[3] / "examples" / "driftline.toml"


def load(tmp_path: Path, text: str, environ: dict[str, str] | None = None) -> Config:
    path = tmp_path / "driftline.toml"
    path.write_text(text)
    return load_config(path, environ or {})


def faults(tmp_path: Path, text: str, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text, environ)
    return [line.strip() for line in str(caught.value).splitlines()[1:]]


def test_no_file_and_an_empty_file_are_the_defaults(tmp_path: Path) -> None:
    assert load_config(None, {}) == load(tmp_path, "") == Config()


def test_the_example_says_the_defaults_as_they_are() -> None:
    config = load_config(EXAMPLE, {})
    own = Config()
    for name in (
        "name",
        "topic_prefix",
        "shards",
        "flush_interval_ms",
        "log_level",
        "defaults",
        "metrics",
        "deadletter",
        "reports",
    ):
        assert getattr(config, name) == getattr(own, name), name
    assert config.topics[0] == own.topics[0]
    assert config.kafka.bootstrap == own.kafka.bootstrap


def test_the_example_shows_what_else_there_is() -> None:
    config = load_config(EXAMPLE, {})
    assert [topic.format for topic in config.topics] == ["auto", "flat", "sagemaker"]
    assert config.topics[1].keys["time"] == "scored_at"
    assert config.topics[1].lateness_ms == 300_000
    assert config.model("loan-default", "2").timezone == "Europe/Berlin"
    assert config.model("loan-default", "3").open_after == (2, 3)
    assert config.model("loan-default", "3").dedupe == 10_000
    assert config.model("other", "1") == config.defaults
    assert config.kafka.client == {"socket.keepalive.enable": "true"}


def test_the_default_topic_follows_the_prefix(tmp_path: Path) -> None:
    config = load(tmp_path, '[driftline]\ntopic_prefix = "ml."')
    assert [topic.name for topic in config.topics] == ["ml.captures"]


def test_windows_tumble_or_hop(tmp_path: Path) -> None:
    config = load(
        tmp_path, '[defaults]\npane = "1m"\nwindows = ["1h", "1h/15m", { length = "1d", step = "1h" }, {length="2m"}]'
    )
    hour, quarter, day = 3_600_000, 900_000, 86_400_000
    assert config.defaults.windows == (
        WindowConfig(hour, hour),
        WindowConfig(hour, quarter),
        WindowConfig(day, hour),
        WindowConfig(120_000, 120_000),
    )


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        """
        [driftline]
        flush_interval = "soon"
        log_level = "loud"
        [kafka]
        bootstrap = 9092
        bootstap = "x:1"
        [[topics]]
        name = "a b"
        lateness = 5
        idle_advance = "maybe"
        [topics.keys]
        colour = "c"
        [[topics]]
        name = "x"
        [[topics]]
        name = "x"
        [defaults]
        pane = "7s"
        windows = ["1h", "never"]
        timezone = "Mars/Olympus"
        open_after = [3, 2]
        [metrics]
        port = 123456
        [deadletter]
        include_value = "yes"
        [metric]
        """,
    )
    assert sorted(found) == sorted(
        [
            'driftline.flush_interval: expected a duration such as "10s", "15m" or "1d", got \'soon\'',
            "driftline.log_level: expected one of debug, info, warning, error, got 'loud'",
            "kafka.bootstrap: expected host:port[,host:port ...], got 9092",
            'kafka.bootstap: unknown setting; did you mean "bootstrap"?',
            "topics[0].name: expected the name of a Kafka topic, got 'a b'",
            'topics[0].lateness: expected a duration such as "10s", "15m" or "1d", got 5',
            "topics[0].idle_advance: expected one of wall, none, got 'maybe'",
            f"topics[0].keys.colour: stands for nothing in a capture; known are {', '.join(KEYS)}",
            "topics[2].name: 'x' is already the name of another topic here",
            "defaults.pane: must divide a day, got 7s",
            'defaults.windows[1]: expected "1h", "1h/15m" or { length = "1h", step = "15m" }, got \'never\'',
            (
                "defaults.windows: the length must be a multiple of the step, the step of the pane, "
                "got window 1h, pane 7s"
            ),
            "defaults.timezone: expected a zone such as \"Europe/Berlin\", got 'Mars/Olympus'",
            "defaults.open_after: expected [m, n] with 1 <= m <= n <= 100, got [3, 2]",
            "metrics.port: expected a whole number from 0 to 65535, got 123456",
            "deadletter.include_value: expected true or false, got 'yes'",
            'metric: unknown setting; did you mean "metrics"?',
        ]
    )


def test_the_environment_replaces_what_the_file_says(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        '[kafka]\nbootstrap = "file:1"\n[[topics]]\nname = "a"\n[models."Churn/1"]\ndedupe = 3',
        {
            "DRIFTLINE__KAFKA__BOOTSTRAP": "env:2",
            "DRIFTLINE__TOPICS__0__LATENESS": "3s",
            "DRIFTLINE__TOPICS__0__MODEL": "7",
            "DRIFTLINE__MODELS__CHURN/1__DEDUPE": "9",
            "DRIFTLINE__DEFAULTS__WINDOWS": '["5m"]',
            "DRIFTLINE__METRICS__PORT": "0",
            "DRIFTLINE__DEADLETTER__INCLUDE_VALUE": "true",
            "DRIFTLINE__KAFKA__CLIENT__SASL_PASSWORD": "s3cret",
            "PATH": "/bin",
        },
    )
    assert config.kafka.bootstrap == "env:2"
    assert (config.topics[0].lateness_ms, config.topics[0].model) == (3_000, "7")
    assert config.model("Churn", "1").dedupe == 9
    assert config.defaults.windows == (WindowConfig(300_000, 300_000),)
    assert config.metrics.port == 0
    assert config.deadletter.include_value is True
    assert config.kafka.client == {"sasl.password": "s3cret"}


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    found = faults(tmp_path, "", {"DRIFTLINE__METRICS__PORT": "many", "DRIFTLINE__TOPICS__4__NAME": "x"})
    assert found == [
        "topics: expected a list, got {'4': {'name': 'x'}}",
        "metrics.port: expected a whole number from 0 to 65535, got 'many' (from DRIFTLINE__METRICS__PORT)",
    ]
    assert (
        faults(tmp_path, "name = 1", {"DRIFTLINE__NAME__X": "y"})[0]
        == "DRIFTLINE__NAME__X: fits no setting of the file"
    )


def test_secrets_are_never_printed(tmp_path: Path) -> None:
    config = load(tmp_path, '[kafka.client]\n"sasl.password" = "hunter2"\nsasl.username = "me"')
    assert config.kafka.client == {"sasl.password": "hunter2", "sasl.username": "me"}
    assert "hunter2" not in repr(config)
    found = faults(tmp_path, '[kafka.client]\n"sasl.password" = ["hunter2"]')
    assert found == ["kafka.client.sasl.password: expected a string or a number, got a value that is not shown"]


def test_settings_that_exactness_rests_on_are_refused_by_name(tmp_path: Path) -> None:
    found = faults(tmp_path, '[kafka.consumer]\n"auto.offset.reset" = "latest"')
    assert found == [
        "kafka.consumer.auto.offset.reset: is set by driftline, since exact results rest on it; take it out",
    ]


@pytest.mark.parametrize("text", ["[driftline", "a = 1\na = 2", "\udc80"])
def test_what_is_not_toml_says_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ConfigError, match=r"x\.toml: is not TOML: "):
        load_config(path, {})


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no\.toml: cannot be read: No such file"):
        load_config(tmp_path / "no.toml", {})


def test_nought_is_a_lateness_but_no_pane(tmp_path: Path) -> None:
    assert load(tmp_path, '[[topics]]\nname = "a"\nlateness = "0s"').topics[0].lateness_ms == 0
    assert faults(tmp_path, '[defaults]\npane = "0s"') == [
        'defaults.pane: expected a duration such as "10s", "15m" or "1d", got \'0s\''
    ]


def test_a_version_starts_from_its_model_and_a_model_from_the_defaults(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        '[defaults]\nresolve_after = 4\n[models.m]\ndedupe = 1\n[models."m/2"]\nopen_after = [1, 2]',
    )
    assert config.model("m", "2") == dataclasses.replace(ModelConfig(), resolve_after=4, dedupe=1, open_after=(1, 2))
    assert config.model("m", "1").dedupe == 1
    assert config.model("n", "1").resolve_after == 4


def test_the_words_for_keys_are_those_of_the_decoder() -> None:
    assert set(KEYS) == {field.name for field in dataclasses.fields(KeyNames)}


TOKEN = "0123456789abcdef-token"


def test_a_token_comes_as_it_is_or_from_a_file_and_is_never_printed(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text(f"{TOKEN}\n")
    given = load(tmp_path, f"[metrics]\ntoken = '{TOKEN}'")
    laid = load(tmp_path, "", {"DRIFTLINE__METRICS__TOKEN": f"file:{secret}"})
    assert given.metrics.token == laid.metrics.token == TOKEN
    assert TOKEN not in repr(given)
    assert load(tmp_path, "").metrics.token is None


@pytest.mark.parametrize("bad", ["short", "with a space in the middle of it", "ä" * 20, "x" * 513])
def test_a_token_that_protects_nothing_is_refused_without_showing_it(tmp_path: Path, bad: str) -> None:
    secret = tmp_path / "token"
    secret.write_text(bad)
    for text in (f"[metrics]\ntoken = '{bad}'", f"[metrics]\ntoken = 'file:{secret}'"):
        (fault,) = faults(tmp_path, text)
        assert fault.startswith("metrics.token: expected 16 to 512 visible ASCII characters")
        assert bad not in fault


def test_a_token_whose_file_is_not_there_is_a_fault_that_names_it(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, "[metrics]\ntoken = 'file:/nowhere/token'")
    assert fault == "metrics.token: the file /nowhere/token cannot be read: No such file or directory"
