"""Quix Streams: its own consumer, JSON decoder and event-time windows, kept in RocksDB; judged when a window is final.

The topic is keyed by model and version; otherwise Quix would write every record to Kafka a second time to group it. Its windows
are those of a key in a partition: nothing merges the partitions of a model. The last window of a partition stays open.
Rows are collected and judged at the end of a window: an aggregator that is updated by every event takes the same time.
"""

from __future__ import annotations

import tempfile
from datetime import timedelta
from typing import Any

from columns import Reference
from common import FAST, Row, Task, Watch, row_of
from quixstreams import Application
from quixstreams.dataframe.windows import Collect


def event_time(value: Any, _headers: Any, _timestamp: float, _kind: Any) -> int:  # noqa: ANN401 - what Quix hands over
    """The capture's own."""
    at: int = value["time"]
    return at


def main() -> None:
    task, watch = Task.given(), Watch()
    reference = Reference(task.columns())
    app = Application(
        broker_address=task.bootstrap,
        consumer_group=f"bench-quix-{task.topic}",
        auto_offset_reset="earliest",
        state_dir=tempfile.mkdtemp(prefix="driftline-bench-quix-"),
        consumer_extra_config=FAST,
        loglevel="ERROR",
    )

    def seen(capture: Row) -> Row:
        watch.take(1)
        return row_of(capture)

    def judge(window: Row) -> None:
        watch.judged(reference.drifted(reference.statistics(window["rows"])))

    topic = app.topic(task.topic, value_deserializer="json", timestamp_extractor=event_time)
    captures = app.dataframe(topic).apply(seen)
    windows = captures.tumbling_window(timedelta(minutes=1)).agg(rows=Collect()).final()
    windows.update(judge)

    def ended(_row: Row) -> None:
        if watch.events == task.events:
            app.stop()

    captures.update(ended)
    app.run()
    watch.report()


if __name__ == "__main__":
    main()
