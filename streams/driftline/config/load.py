"""From a TOML file and the environment to a `Config`, or to one error that lists every fault."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from driftline.config.environment import overlay
from driftline.config.models import read_model, read_models
from driftline.config.noted import Setting
from driftline.config.reader import Reader
from driftline.config.reports import read_reports
from driftline.config.settings import (
    Config,
    DeadLetterConfig,
    KafkaConfig,
    MetricsConfig,
    TopicConfig,
)
from driftline.config.token import read_token
from driftline.errors import ConfigError

KEYS: Final = (
    "id",
    "time",
    "model",
    "version",
    "features",
    "prediction",
    "latency",
    "status",
    "error",
    "entity",
    "segment",
)
"""What a key of a record can stand for, in ``[topics.keys]``."""

OURS: Final = frozenset(
    {
        "acks",
        "auto.offset.reset",
        "bootstrap.servers",
        "enable.auto.commit",
        "enable.auto.offset.store",
        "enable.idempotence",
        "enable.partition.eof",
        "group.id",
        "isolation.level",
        "partition.assignment.strategy",
        "transactional.id",
    }
)
"""Client settings that exactness rests on; not to be overridden."""

_LEVELS: Final = ("debug", "info", "warning", "error")
_TOPIC: Final = r"[A-Za-z0-9._-]{1,249}"
_FLAT_LIMIT: Final = 2**31 - 1
_MOST_SHARDS: Final = 1_000
"""Payload partitions. Chosen: each costs the brokers a little, and a shard carries thousands of models."""


def load_config(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """The configuration of a file (all defaults without one) under the environment's overrides.

    Raises ConfigError with one fault a line: path, what was expected, what came.
    """
    return explained_config(path, environ)[0]


def explained_config(
    path: Path | None = None, environ: Mapping[str, str] | None = None
) -> tuple[Config, list[Setting]]:
    """The configuration, and every setting of it with where it came from. Raises ConfigError like `load_config`."""
    return _checked(_read(path), os.environ if environ is None else environ, f"{path}" if path else "the configuration")


def check_text(text: str) -> None:
    """Raise ConfigError, as `load_config` would, for a file that holds ``text``."""
    _checked(tomllib.loads(text), {}, "the configuration")


def _checked(given: Mapping[str, Any], environ: Mapping[str, str], where: str) -> tuple[Config, list[Setting]]:
    table, faults = overlay(given, environ)
    reader = Reader(table, faults=faults)
    config = read_config(reader)
    if reader.faults:
        raise ConfigError("\n  ".join([f"{where} has {_count(reader.faults)}:", *reader.faults]))
    return config, reader.settings


def _read(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not TOML: {error}") from error


def read_config(reader: Reader) -> Config:
    """The configuration of a table; its faults and settings are the reader's."""
    own = Config()
    main = reader.section("driftline")
    prefix = main.text(
        "topic_prefix", own.topic_prefix, pattern=r"[A-Za-z0-9._-]{1,100}", expected="letters, digits, . _ -"
    )
    config = Config(
        topic_prefix=prefix,
        name=main.text("name", own.name, pattern=_TOPIC, expected="letters, digits, . _ -"),
        shards=main.integer("shards", own.shards, 1, _MOST_SHARDS),
        flush_interval_ms=main.duration("flush_interval", own.flush_interval_ms),
        log_level=main.choice("log_level", own.log_level, _LEVELS),
        log_format=main.choice("log_format", own.log_format, ("text", "json")),
        kafka=_kafka(reader.section("kafka")),
        topics=_topics(reader, prefix),
        defaults=(defaults := read_model(reader.section("defaults"), own.defaults)),
        models=read_models(reader.section("models"), defaults),
        metrics=_metrics(reader.section("metrics")),
        deadletter=_deadletter(reader.section("deadletter")),
        reports=read_reports(reader.section("reports")),
    )
    main.done()
    reader.done()
    return config


def _kafka(reader: Reader) -> KafkaConfig:
    own = KafkaConfig()
    hosts = r"[^\s,:]*(\[[^\]]+\]|[^\s,:]):\d{1,5}"
    kafka = KafkaConfig(
        bootstrap=reader.text(
            "bootstrap", own.bootstrap, pattern=f"{hosts}(,{hosts})*", expected="host:port[,host:port ...]"
        ),
        client=reader.strings("client"),
        consumer=reader.strings("consumer"),
        producer=reader.strings("producer"),
    )
    for section in ("client", "consumer", "producer"):
        for name in sorted(OURS & getattr(kafka, section).keys()):
            reader.fault(f"{section}.{name}", "is set by driftline, since exact results rest on it; take it out")
    reader.done()
    return kafka


def _topics(reader: Reader, prefix: str) -> tuple[TopicConfig, ...]:
    given = reader.sections("topics")
    without = [Reader({}, "topics[0]", reader.faults, reader.settings)] if "topics" not in reader.table else []
    topics = tuple(_topic(one, "" if given else f"{prefix}captures") for one in given or without)
    names = [topic.name for topic in topics]
    for place, name in enumerate(names):
        if name and name in names[:place]:  # what is no name has been told
            reader.fault(f"topics[{place}].name", f"{name!r} is already the name of another topic here")
    return topics or (TopicConfig(f"{prefix}captures"),)


def _topic(reader: Reader, name: str) -> TopicConfig:
    own = TopicConfig("")
    topic = TopicConfig(
        name=reader.text("name", name, pattern=_TOPIC, expected="the name of a Kafka topic"),
        format=reader.choice("format", own.format, ("auto", "native", "flat", "sagemaker")),
        model=reader.optional_text("model", own.model),
        version=reader.optional_text("version", own.version),
        lateness_ms=reader.duration("lateness", own.lateness_ms, may_be_nought=True),
        idle_after_ms=reader.duration("idle_after", own.idle_after_ms),
        idle_advance=reader.choice("idle_advance", own.idle_advance, ("wall", "none")),
        future_limit_ms=reader.duration("future_limit", own.future_limit_ms),
        max_record_bytes=reader.integer("max_record_bytes", own.max_record_bytes, 1, _FLAT_LIMIT),
        output_columns=reader.choice("output_columns", own.output_columns, ("first", "last")),
        keys=_keys(reader),
    )
    reader.done()
    return topic


def _keys(reader: Reader) -> dict[str, str]:
    section = reader.section("keys")
    keys = {key: section.text(key, key) for key in KEYS if key in section.table}
    for key in section.table:
        if key not in KEYS:
            section.fault(key, f"stands for nothing in a capture; known are {', '.join(KEYS)}")
    return keys


def _metrics(reader: Reader) -> MetricsConfig:
    own = MetricsConfig()
    metrics = MetricsConfig(
        host=reader.text("host", own.host),
        port=reader.integer("port", own.port, 0, 65_535),
        max_series=reader.integer("max_series", own.max_series, 100, 10_000_000),
        token=read_token(reader),
    )
    reader.done()
    return metrics


def _deadletter(reader: Reader) -> DeadLetterConfig:
    include = reader.boolean("include_value", default=DeadLetterConfig().include_value)
    reader.done()
    return DeadLetterConfig(include)


def _count(faults: list[str]) -> str:
    return "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
