"""The fetcher on the embedded broker: every record once and in order, however they are grouped."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator

import confluent_kafka as ck
import pytest

from driftline.broker.embedded import EmbeddedBroker
from driftline.broker.fetcher import BATCH_RECORDS, Fetcher
from driftline.broker.settings import fetching
from driftline.config.settings import KafkaConfig

PARTITIONS, EACH = 6, 5000


@pytest.fixture(scope="module")
def bootstrap() -> Iterator[str]:
    with EmbeddedBroker({"many": PARTITIONS, "other": 1}) as broker:
        producer = ck.Producer({"bootstrap.servers": broker.bootstrap, "linger.ms": 5})
        for number in range(EACH):
            for partition in range(PARTITIONS):
                producer.produce("many", b"%d" % number, partition=partition, headers={"n": b"%d" % number})
            if number % 100 == 0:
                producer.produce("other", b"%d" % number, partition=0)
                producer.poll(0)
        producer.flush(30)
        yield broker.bootstrap


@pytest.fixture
def fetcher(bootstrap: str) -> Iterator[Fetcher]:
    made = Fetcher(fetching(KafkaConfig(bootstrap)))
    yield made
    made.close()


Places = dict[tuple[str, int], list[bytes | None]]


def drain(fetcher: Fetcher, expected: int, *, limit: int, least: int) -> tuple[Places, list[int]]:
    """Everything until nothing is missing, by partition, and the sizes of the batches."""
    found: Places = defaultdict(list)
    sizes: list[int] = []
    until = time.monotonic() + 90
    while sum(map(len, found.values())) < expected and time.monotonic() < until:
        for batch in fetcher.poll(limit, least=least).batches:
            held = found[batch.topic, batch.partition]
            assert batch.offsets == list(range(batch.offsets[0], batch.offsets[-1] + 1))
            held += batch.values
            sizes.append(len(batch))
    return found, sizes


@pytest.mark.parametrize(("limit", "least"), [(700, 1), (700, 1000), (3000, 10**9)])
def test_every_record_comes_once_and_in_order(fetcher: Fetcher, limit: int, least: int) -> None:
    for partition in range(PARTITIONS):
        fetcher.start("many", partition, 0)
    found, sizes = drain(fetcher, PARTITIONS * EACH, limit=limit, least=least)
    assert found == {("many", partition): [b"%d" % n for n in range(EACH)] for partition in range(PARTITIONS)}
    assert max(sizes) <= BATCH_RECORDS


def test_topics_are_told_apart_where_there_are_several(fetcher: Fetcher) -> None:
    fetcher.start("many", 0, EACH - 10)
    fetcher.start("other", 0, 0)
    found, _ = drain(fetcher, 10 + EACH // 100, limit=1000, least=1000)
    assert found["other", 0] == [b"%d" % n for n in range(0, EACH, 100)]
    assert len(found["many", 0]) == 10


def test_what_is_held_back_is_dropped_with_its_partition(fetcher: Fetcher) -> None:
    fetcher.start("many", 0, 0)
    until = time.monotonic() + 90
    while not fetcher.poll(10, least=10**9).full and time.monotonic() < until:
        time.sleep(0.01)
    fetcher.start("many", 0, EACH - 3)
    found, _ = drain(fetcher, 3, limit=1000, least=1000)
    assert found == {("many", 0): [b"%d" % n for n in range(EACH - 3, EACH)]}


def test_the_end_gives_out_what_was_held_back(fetcher: Fetcher) -> None:
    fetcher.start("many", 0, EACH - 3)
    ended: list[tuple[tuple[str, int], int]] = []
    values: list[bytes | None] = []
    until = time.monotonic() + 90
    while not ended and time.monotonic() < until:
        fetched = fetcher.poll(1, least=10**9)  # one at a time: always "more to come"
        ended += fetched.ended
        values += [value for batch in fetched.batches for value in batch.values]
    assert ended == [(("many", 0), EACH)]
    assert len(values) == 3


def test_headers_are_there_when_they_are_asked_for(fetcher: Fetcher) -> None:
    fetcher.start("many", 0, EACH - 3)
    until = time.monotonic() + 90
    batches = []
    while not batches and time.monotonic() < until:
        batches = fetcher.poll(1000).batches
    headers = batches[0].headers
    assert headers is not None
    assert headers[0] == [("n", b"%d" % (EACH - 3))]
    assert len(headers[1:]) == len(headers) - 1
    assert list(headers)[-1] == headers[-1]


def test_what_is_stopped_while_it_is_held_back_is_read_when_it_is_started_again(fetcher: Fetcher) -> None:
    fetcher.start("many", 0, 0)
    drain(fetcher, 1, limit=100, least=1)
    fetcher.pause("many", 0, paused=True)
    fetcher.stop("many", 0)
    fetcher.start("many", 0, EACH - 50)
    assert not fetcher.is_paused("many", 0)
    found, _ = drain(fetcher, 50, limit=100, least=1)
    assert len(found["many", 0]) == 50


def test_nor_does_a_start_from_elsewhere_stay_held_back(fetcher: Fetcher) -> None:
    fetcher.start("many", 0, 0)
    drain(fetcher, 1, limit=100, least=1)
    fetcher.pause("many", 0, paused=True)
    fetcher.start("many", 0, EACH - 50)
    found, _ = drain(fetcher, 50, limit=100, least=1)
    assert len(found["many", 0]) == 50
