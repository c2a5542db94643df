from __future__ import annotations

import itertools

import confluent_kafka as ck
import pytest

from driftline.broker.admin import Admin, TopicPlan
from driftline.broker.producer import DurableProducer
from driftline.broker.replay import read_topic
from driftline.broker.settings import producing, replaying
from driftline.config import KafkaConfig
from driftline.errors import BrokerError


def values(kafka: KafkaConfig, topic: str, **options: object) -> dict[int, list[bytes | None]]:
    found: dict[int, list[bytes | None]] = {}
    for batch in read_topic(replaying(kafka), topic, **options):  # type: ignore[arg-type]
        found.setdefault(batch.partition, []).extend(batch.values)
    return found


def test_topics_are_created_once_and_with_their_settings(admin: Admin, unique: str) -> None:
    plans = [
        TopicPlan(f"{unique}a", 3, {"cleanup.policy": "compact,delete", "retention.ms": "86400000"}),
        TopicPlan(f"{unique}b", 1, {"message.timestamp.type": "LogAppendTime"}),
    ]
    assert admin.check(plans) == [f"topic {unique}a does not exist", f"topic {unique}b does not exist"]
    assert sorted(admin.create(plans)) == [f"{unique}a", f"{unique}b"]
    assert admin.create(plans) == []
    assert admin.check(plans) == []
    assert admin.settings_of([f"{unique}a"])[f"{unique}a"]["retention.ms"] == "86400000"


def test_what_differs_from_the_plan_is_told(admin: Admin, unique: str) -> None:
    admin.create([TopicPlan(f"{unique}a", 2, {"retention.ms": "1000"})])
    assert admin.check([TopicPlan(f"{unique}a", 3, {"retention.ms": "2000"})]) == [
        f"topic {unique}a has 2 partitions, at least 3 expected",
        f"topic {unique}a has retention.ms=1000, 2000 expected",
    ]
    assert admin.check([TopicPlan(f"{unique}a", 1, {"retention.ms": "1000"})]) == []


def test_a_setting_that_does_not_exist_is_refused(admin: Admin, unique: str) -> None:
    with pytest.raises(BrokerError, match=r"cannot be created: .*retention.sm"):
        admin.create([TopicPlan(f"{unique}a", 1, {"retention.sm": "1"})])


def test_a_topic_made_anew_has_another_identity(admin: Admin, unique: str) -> None:
    name = f"{unique}a"
    admin.create([TopicPlan(name, 2)])
    first = admin.describe([name, f"{unique}absent"])
    admin.delete([name, f"{unique}absent"])
    for _ in range(50):
        if name in admin.create([TopicPlan(name, 2)]):
            break
    second = admin.describe([name])
    assert set(first) == set(second) == {name}
    assert first[name].partitions == second[name].partitions == 2
    assert first[name].topic_id
    assert first[name].topic_id != second[name].topic_id


def test_what_is_sent_is_read_in_order_up_to_where_reading_began(kafka: KafkaConfig, admin: Admin, unique: str) -> None:
    topic = f"{unique}a"
    admin.create([TopicPlan(topic, 3)])
    producer = DurableProducer(producing(kafka))
    for number in range(5_000):
        producer.send(topic, str(number).encode(), key=b"k", partition=number % 2, headers=[("h", b"v")])
    producer.flush()
    told: list[tuple[int, int]] = []
    batches = read_topic(replaying(kafka), topic, progress=lambda done, of: told.append((done, of)))
    first = next(batches)
    producer.send(topic, b"late", partition=2)
    producer.flush()
    found: dict[int, list[int]] = {}
    for batch in itertools.chain([first], batches):
        assert batch.keys == [b"k"] * len(batch)
        assert list(batch.headers or ()) == [[("h", b"v")]] * len(batch)
        assert batch.append_times == [None] * len(batch)
        assert min(batch.timestamps) > 1_600_000_000_000
        found.setdefault(batch.partition, []).extend(int(value or b"") for value in batch.values)
    assert found == {0: list(range(0, 5_000, 2)), 1: list(range(1, 5_000, 2))}
    assert told[0] == (0, 5_000)
    assert told[-1] == (5_000, 5_000)
    assert admin.ends(topic, range(3)) == {0: 2_500, 1: 2_500, 2: 1}


def test_append_times_are_the_brokers(kafka: KafkaConfig, admin: Admin, unique: str) -> None:
    topic = f"{unique}a"
    admin.create([TopicPlan(topic, 1, {"message.timestamp.type": "LogAppendTime"})])
    producer = DurableProducer(producing(kafka))
    producer.send(topic, b"x")
    producer.flush()
    (batch,) = read_topic(replaying(kafka), topic)
    assert batch.append_times == batch.timestamps
    assert (batch.append_times[0] or 0) > 1_600_000_000_000


def test_a_range_is_half_open(kafka: KafkaConfig, admin: Admin, unique: str) -> None:
    topic = f"{unique}a"
    admin.create([TopicPlan(topic, 2)])
    producer = DurableProducer(producing(kafka))
    for number in range(100):
        producer.send(topic, str(number).encode(), partition=0)
    producer.send(topic, b"whole", partition=1)
    producer.flush()
    found = values(kafka, topic, starts={0: 10}, ends={0: 13}, batch=2)
    assert found == {0: [b"10", b"11", b"12"], 1: [b"whole"]}
    assert values(kafka, topic, starts={0: 100, 1: 1}) == {}


def test_offsets_by_record_time(kafka: KafkaConfig, admin: Admin, unique: str) -> None:
    topic = f"{unique}a"
    admin.create([TopicPlan(topic, 2)])
    producer = ck.Producer(producing(kafka))
    start = 1_700_000_000_000
    for number in range(10):
        producer.produce(topic, b"x", partition=0, timestamp=start + 1_000 * number)
    assert producer.flush(30) == 0
    assert admin.offsets_at(topic, [0, 1], start + 4_500) == {0: 5, 1: 0}
    assert admin.offsets_at(topic, [0], start + 60_000) == {0: 10}


def test_only_what_was_committed_is_read(kafka: KafkaConfig, admin: Admin, unique: str) -> None:
    topic = f"{unique}a"
    admin.create([TopicPlan(topic, 1)])
    producer = ck.Producer({**producing(kafka), "transactional.id": unique})
    producer.init_transactions(30)
    for value, commit in ((b"kept", True), (b"dropped", False), (b"kept too", True), (b"dropped at the end", False)):
        producer.begin_transaction()
        producer.produce(topic, value)
        producer.flush(30)
        if commit:
            producer.commit_transaction(30)
        else:
            producer.abort_transaction(30)
    assert values(kafka, topic) == {0: [b"kept", b"kept too"]}


def test_a_topic_that_is_not_there_says_so(kafka: KafkaConfig, unique: str) -> None:
    with pytest.raises(BrokerError, match=rf"topic '{unique}a' must be readable: .*[Uu]nknown topic"):
        values(kafka, f"{unique}a")


def test_offsets_that_fell_to_retention_are_said(kafka: KafkaConfig, admin: Admin, unique: str) -> None:
    topic = f"{unique}a"
    admin.create([TopicPlan(topic, 1)])
    producer = DurableProducer(producing(kafka))
    for _ in range(10):
        producer.send(topic, b"x", partition=0)
    producer.flush()
    deletion = admin._client.delete_records([ck.TopicPartition(topic, 0, 6)])
    for future in deletion.values():
        future.result(30)
    assert admin.beginnings(topic, [0]) == {0: 6}
    assert values(kafka, topic) == {0: [b"x"] * 4}
    with pytest.raises(BrokerError, match=r"no longer has offsets 2 to 6"):
        values(kafka, topic, starts={0: 2})
