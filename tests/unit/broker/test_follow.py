from __future__ import annotations

from driftline.broker.embedded import EmbeddedBroker
from driftline.broker.follow import follow_topic
from driftline.broker.producer import DurableProducer
from driftline.broker.settings import producing, replaying
from driftline.config import KafkaConfig


def test_what_is_there_comes_first_and_what_arrives_follows() -> None:
    with EmbeddedBroker({"a": 2}) as broker:
        kafka = KafkaConfig(bootstrap=broker.bootstrap)
        producer = DurableProducer(producing(kafka))
        for number in range(4):
            producer.send("a", str(number).encode(), partition=number % 2)
        producer.flush()
        batches = follow_topic(replaying(kafka), "a")
        values: list[bytes | None] = []
        while len(values) < 4:
            values += next(batches).values
        assert sorted(map(str, values)) == ["b'0'", "b'1'", "b'2'", "b'3'"]
        for number in (4, 5):
            producer.send("a", str(number).encode(), partition=1)
            producer.flush()
            assert next(batches).values == [str(number).encode()]
        batches.close()  # type: ignore[attr-defined]
