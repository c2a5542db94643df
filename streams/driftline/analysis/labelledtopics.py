"""Labelled rows out of Kafka: captures of a model, and the ground truth that is with them or on a topic of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from driftline.analysis.kafka import Kafka
from driftline.analysis.labelled import LabelledRows, ModelName, whose
from driftline.analysis.moments import Span
from driftline.broker.replay import Progress, read_topic
from driftline.broker.settings import replaying
from driftline.contracts.capture import Headers, RawBatch
from driftline.engine.configured import decoder_settings
from driftline.errors import NotFoundError
from driftline.quality.joining import Belongs, Joiner


@dataclass(frozen=True)
class LabelledTopics:
    """Whose captures, of which inference times (None: all), and on which topic their ground truth is (None: with them)."""

    model: ModelName
    span: Span | None = None
    truth: str | None = None


def read_labelled_topics(kafka: Kafka, asked: LabelledTopics, progress: Progress | None = None) -> LabelledRows:
    """All rows of the configured topics. Raises BrokerError, and NotFoundError when a topic is not there.

    Records are SageMaker captures and ground truth; scripts are not run. Ground truth is read from the beginning of its topic.
    """
    span, there = asked.span, kafka.admin.partitions()
    joiner = Joiner() if span is None else Joiner(span.start_ms, span.end_ms)
    topics = [topic for topic in kafka.config.topics if topic.name in there]
    absent = asked.truth if asked.truth is not None and asked.truth not in there else None
    if not topics or absent:
        names = absent or ", ".join(topic.name for topic in kafka.config.topics)
        raise NotFoundError(f"topic {names} is not there: is it the right cluster ({kafka.config.kafka.bootstrap})?")
    for topic in topics:
        decoding, starts = decoder_settings(topic), None
        if span is not None:
            partitions = range(there[topic.name])
            starts = kafka.first_offsets(topic.name, partitions, span.start_ms - topic.future_limit_ms)
        batches = read_topic(replaying(kafka.config.kafka), topic.name, starts=starts, progress=progress)
        _feed(joiner, batches, partial(whose, decoding, asked.model))
    if asked.truth is not None:
        _feed(joiner, read_topic(replaying(kafka.config.kafka), asked.truth, progress=progress), None)
    return LabelledRows(joiner.rows, tuple(joiner.notes()))


def _feed(joiner: Joiner, batches: Iterable[RawBatch], belongs: Callable[[Headers], Belongs] | None) -> None:
    for batch in batches:
        for place, record in enumerate(batch.values):
            if record is None:
                continue
            headers = batch.headers[place] if batch.headers else None
            where = f"{batch.topic}[{batch.partition}] @ {batch.offsets[place]}"
            joiner.add(record, where, None if belongs is None else belongs(headers or ()))
