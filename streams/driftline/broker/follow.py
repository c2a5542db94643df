"""Reading a topic and going on with what arrives, until the caller has had enough."""

from __future__ import annotations

from collections.abc import Iterator

import confluent_kafka as ck

from driftline.broker.clients import made
from driftline.broker.fetcher import raw_batch
from driftline.broker.replay import read_topic
from driftline.broker.settings import Settings
from driftline.contracts.capture import RawBatch
from driftline.errors import BrokerError

_POLL_SECONDS = 0.2
"""Chosen: how long Ctrl-C may have to wait."""


def follow_topic(settings: Settings, topic: str) -> Iterator[RawBatch]:
    """Everything that is on the topic, then everything that arrives, without end. Raises BrokerError like `read_topic`.

    Partitions that are added later are not noticed.
    """
    positions: dict[int, int] = {}
    yield from read_topic(settings, topic, positions=positions)
    consumer = made(ck.Consumer, {**settings, "enable.partition.eof": False})
    try:
        consumer.assign([ck.TopicPartition(topic, partition, offset) for partition, offset in positions.items()])
        while True:
            yield from _poll(consumer, topic)
    finally:
        consumer.close()


def _poll(consumer: ck.Consumer, topic: str) -> Iterator[RawBatch]:
    for message in consumer.consume(500, _POLL_SECONDS):
        error = message.error()
        if error is None:
            yield raw_batch(topic, message.partition(), [message])
        elif error.fatal() or error.code() == ck.KafkaError._AUTO_OFFSET_RESET:  # noqa: SLF001 - a public code
            raise BrokerError(f"topic {topic!r} must be readable: {error.str()}")
