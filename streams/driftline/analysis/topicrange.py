"""A range of captures in Kafka judged as one window, where it is none of the model's own: as files are, in no order."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from driftline.analysis.filerun import FileRun, Question
from driftline.analysis.gathering import Place
from driftline.analysis.kafka import Kafka
from driftline.analysis.reader import TopicReader
from driftline.analysis.result import AnalysisResult
from driftline.analysis.scripts import scripts
from driftline.broker.replay import Progress
from driftline.contracts.capture import RawBatch, Reject
from driftline.contracts.log import Source
from driftline.engine.configured import decoder_settings
from driftline.errors import ConfigError

NOTE = (
    "judged as one window, which is none of the workers': rows that they refused as late or from the future count, too"
)


class _Everything:
    """Wants all of every source."""

    def is_ahead(self, _place: Place) -> bool:
        """No order is kept."""
        return False

    def is_over(self, _place: Place) -> bool:
        """Event time may come in any order."""
        return False

    def ended(self, _place: Place) -> None:
        """It is all the same."""


def analyze_range(kafka: Kafka, question: Question, progress: Progress | None = None) -> AnalysisResult:
    """Judge the rows of a model within ``question.span``. Raises BrokerError, and ConfigError without a range."""
    span = question.span
    if span is None:
        raise ConfigError("a range of captures needs --start or --end")
    shapes = kafka.admin.describe([topic.name for topic in kafka.config.topics])
    starts: dict[Source, int] = {}
    for topic in kafka.config.topics:
        if topic.name not in shapes:
            continue
        partitions = range(shapes[topic.name].partitions)
        found = kafka.first_offsets(topic.name, partitions, span.start_ms - topic.future_limit_ms)
        for partition, offset in found.items():
            starts[Source(topic.name, shapes[topic.name].topic_id, partition)] = offset
    run = FileRun(question, [decoder_settings(topic) for topic in kafka.config.topics], list(starts))
    places = {(source.topic, source.partition): offset for source, offset in starts.items()}
    with scripts(kafka.config) as made:
        for batch in TopicReader(kafka.config, progress, made).batches(places, {}, _Everything()):
            run.refused.add(run.feed(batch), partial(_where, batch))
    result = run.judge()
    return replace(result, notes=(NOTE, *result.notes))


def _where(batch: RawBatch, reject: Reject) -> str:
    return f"{batch.topic}[{batch.partition}] @ {reject.offset}"
