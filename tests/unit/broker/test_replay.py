from __future__ import annotations

from collections.abc import Iterator

import pytest

from driftline.broker.embedded import EmbeddedBroker
from driftline.broker.producer import DurableProducer
from driftline.broker.replay import read_topic
from driftline.broker.settings import producing, replaying
from driftline.broker.tail import read_tail
from driftline.config import KafkaConfig
from driftline.errors import BrokerError


@pytest.fixture(scope="module")
def kafka() -> Iterator[KafkaConfig]:
    with EmbeddedBroker({"full": 3, "empty": 2}) as broker:
        kafka = KafkaConfig(bootstrap=broker.bootstrap)
        producer = DurableProducer(producing(kafka))
        for number in range(1_000):
            producer.send("full", str(number).encode(), partition=number % 2)
        producer.flush()
        yield kafka


def test_every_record_is_read_once_in_order(kafka: KafkaConfig) -> None:
    found: dict[int, list[int]] = {}
    offsets: dict[int, list[int]] = {}
    for batch in read_topic(replaying(kafka), "full", batch=77):
        assert len(batch) <= 77
        found.setdefault(batch.partition, []).extend(int(value or b"") for value in batch.values)
        offsets.setdefault(batch.partition, []).extend(batch.offsets)
    assert found == {0: list(range(0, 1_000, 2)), 1: list(range(1, 1_000, 2))}
    assert offsets == {0: list(range(500)), 1: list(range(500))}


def test_an_empty_topic_has_no_records_and_is_at_its_end_at_once(kafka: KafkaConfig) -> None:
    told: list[tuple[int, int]] = []
    assert list(read_topic(replaying(kafka), "empty", progress=lambda done, of: told.append((done, of)))) == []
    assert told == [(0, 0)]


def test_a_range_is_half_open_and_ends_beyond_the_end_are_the_end(kafka: KafkaConfig) -> None:
    ends = {0: 3, 1: 10_000, 2: 0}
    batches = list(read_topic(replaying(kafka), "full", starts={0: 1, 1: 498}, ends=ends))
    assert sorted((batch.partition, offset) for batch in batches for offset in batch.offsets) == [
        (0, 1),
        (0, 2),
        (1, 498),
        (1, 499),
    ]


def test_progress_begins_at_nought_and_ends_at_all(kafka: KafkaConfig) -> None:
    told: list[tuple[int, int]] = []
    for _ in read_topic(replaying(kafka), "full", batch=100, progress=lambda done, of: told.append((done, of))):
        pass
    assert (told[0], told[-1]) == ((0, 1_000), (1_000, 1_000))
    assert told == sorted(told)


def test_reading_can_be_left_half_way(kafka: KafkaConfig) -> None:
    batches = read_topic(replaying(kafka), "full", batch=10)
    assert len(next(batches)) <= 10
    batches.close()  # type: ignore[attr-defined]


def test_the_tail_is_read_from_the_end_backwards_and_each_record_once(kafka: KafkaConfig) -> None:
    found: dict[int, list[int]] = {0: [], 1: []}
    pieces = 0
    for piece in read_tail(replaying(kafka), "full", 10**6):
        pieces += 1
        for partition, before in found.items():
            offsets = [one for batch in piece if batch.partition == partition for one in batch.offsets]
            assert offsets == sorted(offsets)
            found[partition] = offsets + before
    assert found == {0: list(range(500)), 1: list(range(500))}
    assert pieces > 1


def test_the_tail_ends_when_there_are_enough_bytes(kafka: KafkaConfig) -> None:
    (piece,) = read_tail(replaying(kafka), "full", 1)
    assert {batch.partition: batch.offsets[-1] for batch in piece} == {0: 499, 1: 499}
    assert sum(map(len, piece)) < 1_000
    assert list(read_tail(replaying(kafka), "empty", 10**6)) == []


def test_nobody_there_is_an_error_and_not_an_empty_topic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("driftline.broker.replay.TIMEOUT_SECONDS", 0.3)
    with pytest.raises(BrokerError, match=r"Kafka at 127\.0\.0\.1:9 does not answer"):
        list(read_topic(replaying(KafkaConfig(bootstrap="127.0.0.1:9")), "x"))
