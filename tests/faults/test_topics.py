"""Topics that grow, begin anew or lose records, and baselines that change: what can be is exact, what is lost is said."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import confluent_kafka as ck
import pytest
from confluent_kafka.admin import NewPartitions, NewTopic

from driftline.engine.ledger import Outcome
from support.story import MODEL, Story

Tell = Callable[..., Story]


@pytest.mark.short
def test_a_partition_is_added(tell: Tell) -> None:
    story = tell()
    story.begin()
    story.administer("create_partitions", [NewPartitions(story.topic, 4)])
    story.load.rest()
    story.load.partitions = 4
    story.load.go()
    story.await_("it to be read", lambda: any((story.topic, 3) in worker.records() for worker in story.alive))
    story.finish()


@pytest.mark.short
def test_a_baseline_is_exchanged_while_workers_are_killed(
    tell: Tell, baselines: list[Path], rng: random.Random
) -> None:
    story = tell()
    story.begin()
    story.publish(baselines[1])
    time.sleep(rng.uniform(0, 1.5))
    rng.choice(story.alive).kill()
    story.start()
    story.await_("both to be in the log", lambda: len(story.witness.state.line(*MODEL).baselines) == 2)
    story.progress()
    (_, new) = [entry.baseline for entry in story.witness.state.line(*MODEL).baselines]
    story.await_("the new one to be shown", lambda: story.judge.metric("driftline_baseline_info", baseline_id=new) == 1)
    report = story.finish()
    assert len({one["baseline_id"] for key, one in story.expected().windows.items() if key[:2] == MODEL}) == 2, report


@pytest.mark.short
def test_a_captures_topic_is_deleted_and_created_anew(tell: Tell) -> None:
    story = tell()
    story.begin()
    story.load.rest()
    story.administer("delete_topics", [story.topic])
    story.load.life += 1
    create_again(story)
    story.load.go()
    story.await_("the earlier life to be retired", lambda: story.witness.counted("retire", Outcome.COUNTED) >= 1)
    story.await_("the new one to be read", lambda: len(story.witness.births) == 6)
    story.load.rest()
    story.load.go()
    report = story.finish()
    whole = [window["ledger"]["complete"] for key, window in story.expected().windows.items() if key[:2] == MODEL]
    assert True in whole, report
    assert False in whole, "windows that the deletion touches say so"


def create_again(story: Story) -> None:
    """A deleted topic's name is free a little after it is gone."""
    deadline = time.monotonic() + 30
    while True:
        try:
            story.administer("create_topics", [NewTopic(story.topic, story.load.partitions, 1)])
        except ck.KafkaException:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        else:
            return


@pytest.mark.short
def test_captures_fall_to_retention_before_they_are_read(tell: Tell) -> None:
    story = tell()
    for worker in story.begin():
        worker.kill()
    story.load.minutes(4)
    story.load.rest()
    ends = {place[2]: records[-1].offset + 1 for place, records in story.load.written.items()}
    read = {source.partition: state.position for source, state in story.witness.state.living()}
    gone = {partition: read[partition] + (ends[partition] - read[partition]) // 2 for partition in (0, 1)}
    cut = [ck.TopicPartition(story.topic, partition, offset) for partition, offset in gone.items()]
    story.administer("delete_records", cut)
    story.load.go()
    story.start()
    story.await_("the gaps to be said", lambda: story.witness.counted("gap", Outcome.COUNTED) == 2)
    said = {f.source.partition: (f.start, f.end) for f in story.witness.state.facts if f.kind == "gap"}
    assert said == {partition: (read[partition], offset) for partition, offset in gone.items()}, "to the offset"
    story.finish()
    marked = [w["ledger"]["complete"] for key, w in story.expected().windows.items() if key[:2] == MODEL]
    assert False in marked, "windows that may miss events say so"
    labels = {"model": MODEL[0], "version": MODEL[1], "window": "1m"}
    assert story.judge.metric("driftline_window_complete", **labels) == 0
    assert story.judge.metric("driftline_log_records_total", kind="gap", result="counted") == len(gone)


def test_the_log_has_lost_what_is_needed(tell: Tell) -> None:
    """No worker skips a hole in the delta log: it refuses, says what to do, and beginning anew gives the same results."""
    story = tell()
    for worker in story.begin(snapshot_seconds=600):  # none is taken: all of the log is needed
        worker.kill()
    story.load.rest()
    story.load.minutes(1)
    log = story.install.own("partials")
    end = story.witness.state.next_offset
    story.administer("delete_records", [ck.TopicPartition(log, 0, end)])
    refused = story.start()
    refused.may_die = True
    story.await_("a worker to refuse the hole", lambda: not refused.is_alive)
    assert refused.process.wait() == 3
    assert "its old segments are gone" in refused.said()
    before = {value for value in story.results("statistics") if json.loads(value)["baseline_id"]}
    story.begin_anew()
    story.start()
    story.load.go()
    story.finish()
    assert len(before) > 3
    assert before <= set(story.results("statistics")), "judged windows come out again byte for byte"
