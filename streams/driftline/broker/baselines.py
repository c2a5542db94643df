"""Baselines on their compacted topic: written part by part, read as a table, deleted by tombstones."""

from __future__ import annotations

from collections.abc import Iterable

from driftline.baseline import Baseline
from driftline.baseline.parts import Assembler, split, tombstones
from driftline.broker.admin import Admin
from driftline.broker.plans import plan
from driftline.broker.producer import DurableProducer
from driftline.broker.settings import connecting, producing, replaying
from driftline.broker.table import read_table
from driftline.config import Config
from driftline.contracts.topics import TopicNames
from driftline.contracts.topics import topic as topic_spec
from driftline.engine.baselines import pack_for_log
from driftline.errors import BaselineError


def publish_baseline(config: Config, baseline: Baseline) -> str:
    """Write a baseline to the baselines topic and say its name; returns when the brokers have it. Raises BrokerError, and
    BaselineError for one that no worker could take over.

    The topic is made if it is not there. The parts are acknowledged before the manifest is sent: whoever reads a manifest
    finds all its parts.
    """
    pack_for_log(baseline)
    needed = plan(topic_spec("baselines"), config.topic_prefix)
    Admin(connecting(config.kafka, "baseline")).create([needed])
    *parts, manifest = split(baseline)
    _send(config, needed.name, [parts, [manifest]])
    return needed.name


def delete_baseline(config: Config, baseline: Baseline) -> None:
    """Write tombstones over a baseline, the manifest's first. Raises BrokerError."""
    manifest, *parts = [(key, None) for key in tombstones(baseline)]
    _send(config, TopicNames(config.topic_prefix).baselines, [[manifest], parts])


def published(config: Config) -> list[Baseline]:
    """The complete baselines on the topic, by model, version and id. Raises BrokerError; BaselineError for a broken one."""
    assembler = Assembler()
    for key, row in read_table(replaying(config.kafka), TopicNames(config.topic_prefix).baselines).items():
        try:
            name = key.decode()
        except UnicodeDecodeError as error:
            raise BaselineError(f"key of a baseline record must be text, got {key!r}") from error
        assembler.add(name, row.value)
    return [assembler.baselines[identity] for identity in sorted(assembler.baselines)]


def _send(config: Config, topic: str, steps: Iterable[Iterable[tuple[str, bytes | None]]]) -> None:
    producer = DurableProducer(producing(config.kafka))
    for records in steps:
        for key, value in records:
            producer.send(topic, value, key=key.encode())
        producer.flush()
