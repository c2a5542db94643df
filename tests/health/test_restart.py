"""A worker that starts again reads what came after the last snapshot, says how much that is, and refuses what it cannot read."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from driftline.broker.embedded import EmbeddedBroker
from driftline.engine.snapshot import SNAPSHOT_VERSION, key_of
from support.watched import CAPTURE, Watched

from .conftest import Launch

DELTAS = 20
HOUR = 3_600_000
START = 1_700_006_400_000
"""2023-11-15T00:00:00Z."""


@contextmanager
def again(broker: EmbeddedBroker, first: Watched, folder: Path) -> Iterator[Watched]:
    """Another worker on the topics of one that has gone."""
    second = Watched(broker.bootstrap, first.captures.removesuffix("captures"), folder, lambda _topics: None)
    try:
        yield second
    finally:
        second.close()


def test_after_an_orderly_end_there_is_next_to_nothing_to_fold(
    launch: Launch, broker: EmbeddedBroker, tmp_path: Path
) -> None:
    first = launch("set=2000:driftline.agents.shard:STOP_STEPS")  # a last snapshot, however busy the machine is
    first.until_ready()

    def has_deltas() -> bool:
        first.produce(first.captures, CAPTURE)
        counted = first.metric("driftline_log_records_total", kind="delta", result="counted")
        return counted is not None and counted >= DELTAS

    first.until("some deltas", has_deltas)
    assert first.stop() == 0, first.output
    with again(broker, first, tmp_path) as second:
        second.until_ready()
        said = second.output
    for who in ("reading the delta log from", "judging shard 1 of 1 from log"):
        told = re.search(rf"{who} offset (\d+) to (\d+) \((\d+) records\)", said)
        assert told, said
        start, end, records = map(int, told.groups())
        assert start > DELTAS, "nothing is read from the beginning"
        assert records == end - start < DELTAS / 2


def test_after_a_restart_the_page_has_its_past_back(launch: Launch, broker: EmbeddedBroker, tmp_path: Path) -> None:
    first = launch()
    first.until_ready()
    for partition in (0, 1):
        for hour in range(5):
            capture = msgspec.json.encode(msgspec.json.decode(CAPTURE) | {"time": START + hour * HOUR})
            first.produce(first.captures, capture, partition=partition)
    first.until("windows to close", lambda: len(past(first)) > 2)
    said = past(first)
    assert first.stop() == 0, first.output
    with again(broker, first, tmp_path) as second:
        second.until("the past", lambda: "the live page has its past back" in second.output)
        assert past(second)[: len(said)] == said  # others may have closed before the end
        assert second.get("/model?name=churn&version=1", "text/html")[0] == 200


def past(worker: Watched) -> list[object]:
    """States of the model's closed windows, as the page has them."""
    models = worker.json("/api/state")[1].get("models", [])
    return list(models[0]["history"]) if models else []


def test_a_snapshot_of_another_release_ends_the_start_with_one_line(
    launch: Launch, broker: EmbeddedBroker, tmp_path: Path
) -> None:
    first = launch()
    first.until_ready()
    assert first.stop() == 0, first.output
    manifest = zlib.compress(msgspec.msgpack.encode({"v": SNAPSHOT_VERSION + 1}))
    first.produce(first.topics.snapshots, manifest, key=key_of(1, "manifest", 10**6, 0))
    with again(broker, first, tmp_path) as second:
        assert second.ended() == 3, second.output
        said = second.output
    wanted = (
        f"driftline: a snapshot must have version {SNAPSHOT_VERSION}, got {SNAPSHOT_VERSION + 1}: it was written by"
    )
    assert said.splitlines()[-1].startswith(wanted), said
    assert "Traceback" not in said
