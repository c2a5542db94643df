"""The readers that the capture agent is measured against, each in a process of its own.

Usage: python benchmarks/contenders.py bare|fold|faust|faust-each BOOTSTRAP TOPIC PARTITIONS EVENTS FORMAT. Prints one JSON
line: events, seconds from the first record to the last, and CPU seconds of the whole process in that time.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from typing import Any, Final, get_args

import confluent_kafka as ck
from workload import Ground

from driftline.agents.app import tune_collector
from driftline.agents.clock import now_ms
from driftline.broker.fetcher import raw_batch
from driftline.broker.settings import fetching
from driftline.config.settings import KafkaConfig
from driftline.contracts.capture import FormatName, RawBatch
from driftline.contracts.scan import ready

FORMATS: Final[tuple[FormatName, ...]] = get_args(FormatName)

GROUP = 1000
"""Records of a partition that are folded at once: what suits the fold best (bench_decode_fold.py)."""


class Watch:
    """Wall and CPU time from the first record to the last."""

    def __init__(self) -> None:
        self.events = 0
        self._began: tuple[float, float] | None = None

    def take(self, count: int) -> None:
        """So many records have come, and nothing has been done with them yet."""
        if self._began is None:
            self._began = time.perf_counter(), time.process_time()
        self.events += count

    def report(self) -> None:
        """Print the line."""
        assert self._began is not None
        seconds, cpu = time.perf_counter() - self._began[0], time.process_time() - self._began[1]
        sys.stdout.write(json.dumps({"events": self.events, "seconds": seconds, "cpu": cpu}) + "\n")
        sys.stdout.flush()


def consumer(bootstrap: str, topic: str, partitions: int) -> ck.Consumer:
    """With the worker's own settings."""
    found = ck.Consumer(fetching(KafkaConfig(bootstrap)) | {"enable.partition.eof": False})
    found.assign([ck.TopicPartition(topic, partition, 0) for partition in range(partitions)])
    return found


def bare(bootstrap: str, topic: str, partitions: int, events: int) -> None:
    """Nothing but fetching."""
    reader, watch = consumer(bootstrap, topic, partitions), Watch()
    while watch.events < events:
        watch.take(len(reader.consume(1500, 0.1)))
    watch.report()


def fold(bootstrap: str, topic: str, partitions: int, events: int, form: FormatName) -> None:
    """Our decoder and fold, with groups of a thousand records, and no log, no flush, no Faust."""
    ready.prepare()  # the worker has the scanner too
    ground, watch = Ground(topic, form), Watch()
    folds = {partition: ground.fold(partition, 0) for partition in range(partitions)}
    held: dict[int, list[ck.Message]] = defaultdict(list)
    reader = consumer(bootstrap, topic, partitions)
    tune_collector()
    while watch.events < events:
        messages = reader.consume(1500, 0.1)
        watch.take(len(messages))
        for message in messages:
            held[message.partition()].append(message)
        last = watch.events >= events
        for partition in [each for each, group in held.items() if last or len(group) >= GROUP]:
            folds[partition].fold(raw_batch(topic, partition, held.pop(partition)), now_ms())
    watch.report()
    assert sum(one.take().rows.accepted for one in folds.values()) == events


def faust_agent(bootstrap: str, topic: str, partitions: int, events: int, form: FormatName, group: int) -> None:
    """An ordinary Faust agent: one event at a time from the stream, folded ``group`` at a time."""
    import faust  # noqa: PLC0415 - the other contenders do without

    ready.prepare()  # the worker has the scanner too
    ground, watch = Ground(topic, form), Watch()
    folds = {partition: ground.fold(partition, 0) for partition in range(partitions)}
    held: dict[int, list[Any]] = defaultdict(list)
    app = faust.App(
        f"bench-{os.getpid()}",
        broker=f"kafka://{bootstrap}",
        store="memory://",
        datadir=tempfile.mkdtemp(prefix="driftline-bench-"),
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        consumer_auto_offset_reset="earliest",
    )
    channel = app.topic(topic, value_type=bytes, value_serializer="raw", key_type=bytes, key_serializer="raw")

    @app.agent(channel)
    async def read(stream: Any) -> None:  # noqa: ANN401 - Faust has no types
        async for event in stream.events():
            if not watch.events:
                tune_collector()
            watch.take(1)
            message = event.message
            held[message.partition].append(message)
            if len(held[message.partition]) >= group:
                fold_messages(folds[message.partition], topic, message.partition, held.pop(message.partition))
            if watch.events == events:
                for partition, messages in held.items():
                    fold_messages(folds[partition], topic, partition, messages)
                watch.report()
                os._exit(0)

    app.finalize()
    worker = faust.Worker(app, loglevel="error", redirect_stdouts=False)
    worker.execute_from_commandline()


def fold_messages(onto: Any, topic: str, partition: int, messages: list[Any]) -> None:  # noqa: ANN401 - Faust's
    """Fold Faust's messages of one partition."""
    onto.fold(
        RawBatch(
            topic,
            partition,
            [message.offset for message in messages],
            [message.value for message in messages],
            [message.key for message in messages],
            [None] * len(messages),
            [0] * len(messages),
        ),
        now_ms(),
    )


def main() -> None:
    name, bootstrap, topic, partitions, events, written = sys.argv[1:]
    form = next(known for known in FORMATS if known == written)
    where = bootstrap, topic, int(partitions), int(events)
    if name == "bare":
        bare(*where)
    elif name == "fold":
        fold(*where, form)
    else:
        faust_agent(*where, form, group=1 if name == "faust-each" else GROUP)


if __name__ == "__main__":
    main()
