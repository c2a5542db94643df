"""Bytewax: its Kafka source, batches of a thousand folded in numpy, its event-time windows over the parts.

``flat_map_batch`` instead of an event at a time, since that is quicker. One worker; no recovery store.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import bytewax.operators as op
import orjson
from bytewax.connectors.kafka import KafkaSource, KafkaSourceMessage
from bytewax.dataflow import Dataflow
from bytewax.operators import windowing
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.testing import run_main
from columns import Reference, Statistics
from common import FAST, MINUTE_MS, Row, Task, Watch, row_of

SKEW = timedelta(minutes=5)
"""How far partitions may run apart: Bytewax has one watermark over all of them."""


@dataclass
class Part:
    """The statistics of one minute's rows of a batch."""

    at: datetime
    statistics: Statistics


class Verdicts(StatelessSinkPartition[int]):
    """Counts what was judged."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def write_batch(self, items: list[int]) -> None:
        """Verdicts of some windows."""
        for drifted in items:
            self._watch.judged(drifted)


class Sink(DynamicSink[int]):
    """The end of the flow."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def build(self, _step_id: str, _worker_index: int, _worker_count: int) -> Verdicts:
        """The end of the flow in one worker."""
        return Verdicts(self._watch)


def flow_of(task: Task, watch: Watch, reference: Reference) -> Dataflow:
    """The dataflow."""

    def fold(batch: list[KafkaSourceMessage]) -> Iterable[Part]:
        watch.take(len(batch))
        rows: dict[int, list[Row]] = {}
        for message in batch:
            capture = orjson.loads(message.value)
            rows.setdefault(capture["time"] // MINUTE_MS, []).append(row_of(capture))
        for minute, held in rows.items():
            yield Part(datetime.fromtimestamp(minute * 60, UTC), reference.statistics(held))

    def add(window: list[Statistics], part: Part) -> list[Statistics]:
        return [window[0].add(part.statistics)] if window else [part.statistics]

    flow = Dataflow("drift")
    source = KafkaSource(
        [task.bootstrap], [task.topic], tail=False, add_config={name: str(value) for name, value in FAST.items()}
    )
    parts = op.flat_map_batch("fold", op.input("captures", flow, source), fold)
    keyed = op.key_on("model", parts, lambda _part: "credit-risk/7")
    clock = windowing.EventClock(lambda part: part.at, wait_for_system_duration=SKEW)
    minutes = windowing.TumblingWindower(timedelta(minutes=1), datetime(2024, 1, 1, tzinfo=UTC))
    closed = windowing.fold_window(
        "minute", keyed, clock, minutes, list, add, lambda one, other: [one[0].add(other[0])]
    )
    op.output("out", op.map("judge", closed.down, lambda item: reference.drifted(item[1][1][0])), Sink(watch))
    return flow


def main() -> None:
    task, watch = Task.given(), Watch()
    run_main(flow_of(task, watch, Reference(task.columns())))
    watch.report()


if __name__ == "__main__":
    main()
