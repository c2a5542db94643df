"""What a Kafka lets a worker do: reach it, join its groups, read and write its topics, and trust its clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from driftline.broker.admin import Admin, TopicPlan
from driftline.broker.plans import own_plans
from driftline.broker.settings import connecting, joining
from driftline.broker.survey import Cluster, Survey
from driftline.config import Config
from driftline.contracts.topics import TopicNames
from driftline.diagnosis.finding import Finding, asked, fault, ok, warning
from driftline.errors import BrokerError

SKEW_MS: Final = 5_000
"""Record times so far ahead of this clock are told. Chosen: NTP keeps to milliseconds, a slow request takes seconds."""

_REACH: Final = "see that Kafka runs there, that kafka.bootstrap is right, and kafka.client for TLS and SASL"
_ALLOW: Final = "have an administrator grant it (kafka-acls.sh --add)"


def check_cluster(config: Config, now_ms: int) -> Iterator[Finding]:
    """Findings on the Kafka of a configuration; when it cannot be reached that is all there is. Changes nothing there."""
    try:
        admin = Admin(connecting(config.kafka, "doctor"))
        partitions = admin.partitions()
    except BrokerError as error:
        yield fault("kafka", str(error), _REACH)
        return
    yield ok("kafka", f"{config.kafka.bootstrap} answers, and takes this client as it is")
    survey = Survey(connecting(config.kafka, "doctor"))
    yield from asked("brokers", lambda: _brokers(config, survey.cluster()), _ALLOW)
    yield from asked("topics", lambda: _topics(config, admin), _ALLOW)
    names = [name for name in _names(config) if name in partitions]
    yield from asked("permissions", lambda: _permissions(config, survey.allowed(names)), _ALLOW)
    yield from asked("records", lambda: _records(config, admin, partitions), _ALLOW)
    newest = {name: survey.newest(name, partitions[name]) for name in names}
    yield check_clock({name: time for name, time in newest.items() if time is not None}, now_ms)


def _brokers(config: Config, cluster: Cluster) -> Iterator[Finding]:
    yield ok("brokers", f"{len(cluster.brokers)} in cluster {cluster.id}, version {cluster.version}")
    yield check_session(int(str(joining(config.kafka, "x")["session.timeout.ms"])), cluster.settings)


def check_session(session_ms: int, broker: dict[str, str]) -> Finding:
    """Whether the brokers take the session timeout of a worker; ``broker`` are the settings of one."""
    if "group.min.session.timeout.ms" not in broker:
        return warning(
            "session timeout",
            "brokers do not show what they allow",
            "grant DESCRIBE_CONFIGS on the cluster; an embedded broker never shows them",
        )
    low, high = int(broker["group.min.session.timeout.ms"]), int(broker["group.max.session.timeout.ms"])
    text = f"{session_ms} ms, the brokers allow {low} to {high} ms"
    if low <= session_ms <= high:
        return ok("session timeout", text)
    return fault("session timeout", text, 'set "session.timeout.ms" under [kafka.consumer], or the brokers\' limits')


def _topics(config: Config, admin: Admin) -> Iterator[Finding]:
    plans = [*own_plans(config.topic_prefix, config.shards), *(TopicPlan(topic.name, 1) for topic in config.topics)]
    faults = admin.check(plans)
    for text in faults:
        missing = "driftline topics create makes them (--captures 4: the captures topics, too)"
        yield fault(
            "topics", text, missing if "exist" in text else "kafka-configs.sh or kafka-topics.sh --alter mends it"
        )
    if not faults:
        yield ok("topics", f"all {len(plans)} are there, with the settings that they need")


def _permissions(config: Config, allowed: dict[str, set[str]]) -> Iterator[Finding]:
    captures = {topic.name for topic in config.topics}
    lacking = {name: ({"READ"} if name in captures else {"READ", "WRITE"}) - got for name, got in allowed.items()}
    for name, operations in lacking.items():
        if operations:
            yield fault("permissions", f"this client may not {' and '.join(sorted(operations))} {name}", _ALLOW)
    if not any(lacking.values()):
        yield ok("permissions", f"{len(allowed)} topics can be read and written as they need be")


def _records(config: Config, admin: Admin, partitions: dict[str, int]) -> Iterator[Finding]:
    baselines = TopicNames(config.topic_prefix).baselines
    for topic in config.topics:
        if topic.name in partitions:
            written = sum(admin.ends(topic.name, range(partitions[topic.name])).values())
            if not written:
                yield warning("records", f"{topic.name} is empty", "see that the model servers write to it")
            else:
                yield ok("records", f"{topic.name} has {written:,} offsets in {partitions[topic.name]} partitions")
    if baselines in partitions and not sum(admin.ends(baselines, range(partitions[baselines])).values()):
        yield warning(
            "records", "no baseline is published: every verdict is UNKNOWN", "driftline baseline create --publish"
        )


def check_clock(newest: dict[str, int], now_ms: int) -> Finding:
    """This clock against the newest record of each topic, in ms UTC: no record was written in the future."""
    if not newest:
        return ok("clock", "there are no records to hold it against")
    name, time = max(newest.items(), key=lambda pair: pair[1])
    text = f"the newest record ({name}) is of {datetime.fromtimestamp(time / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
    ahead = time - now_ms
    if ahead > SKEW_MS:
        remedy = "set the clocks of this machine, the brokers and the model servers by NTP (chronyc tracking)"
        return fault("clock", f"{text}, {ahead / 1000:.0f} s ahead of this machine", remedy)
    return ok("clock", f"{text}, {-ahead / 1000:.0f} s ago by this machine")


def _names(config: Config) -> list[str]:
    own = [plan.name for plan in own_plans(config.topic_prefix, config.shards)]
    return [*own, *(topic.name for topic in config.topics)]
