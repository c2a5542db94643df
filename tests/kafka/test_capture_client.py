"""The capture client on a real Kafka: what model servers hand over is what the decoder finds, each row once."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import Any

import msgspec
import pandas as pd

from driftline.broker.admin import Admin
from driftline.broker.plans import TopicPlan
from driftline.broker.replay import read_topic
from driftline.broker.settings import replaying
from driftline.capture import Recorder
from driftline.config import KafkaConfig
from driftline.contracts.capture import CaptureTopic
from driftline.contracts.decoder import CaptureDecoder


def written(kafka: KafkaConfig, topic: str) -> list[dict[str, Any]]:
    return [
        msgspec.json.decode(value) for batch in read_topic(replaying(kafka), topic) for value in batch.values if value
    ]


def test_rows_and_batches_of_many_threads_arrive_once_and_are_accepted(
    kafka: KafkaConfig, admin: Admin, unique: str
) -> None:
    topic = f"{unique}captures"
    admin.create([TopicPlan(topic, 3)])
    with Recorder("churn", "3", bootstrap=kafka.bootstrap, topic=topic, queue_rows=50_000) as recorder:

        def serve(thread: int) -> None:
            for n in range(2_000):
                recorder.log({"n": thread * 10_000 + n}, n / 7, latency=0.01, status=200, entity=n)
            recorder.log_batch(pd.DataFrame({"n": range(thread * 10_000 + 2_000, thread * 10_000 + 3_000)}))

        threads = [threading.Thread(target=serve, args=(thread,)) for thread in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert recorder.flush(60)
        assert recorder.counters()["delivered"] == 9_000
    expected = sorted(thread * 10_000 + n for thread in range(3) for n in range(3_000))
    assert sorted(row["features"]["n"] for row in written(kafka, topic)) == expected
    decoder = CaptureDecoder(CaptureTopic(topic), lambda model, version: None)
    decoded = [decoder.decode(batch) for batch in read_topic(replaying(kafka), topic)]
    assert [one.rejects for one in decoded if one.rejects] == []
    assert sum(len(block) for one in decoded for block in one.blocks) == 9_000


def test_a_topic_that_is_not_there_is_told_of_and_costs_only_its_rows(kafka: KafkaConfig, unique: str) -> None:
    client = {"message.timeout.ms": 1_000}
    with Recorder("churn", bootstrap=kafka.bootstrap, topic=f"{unique}no/name", client=client) as recorder:
        recorder.log({"n": 1})
        assert recorder.flush(60)
    assert recorder.counters()["undelivered"] == 1


SERVER = """
import os, sys
from driftline.capture import Recorder
r = Recorder("churn", "3", bootstrap=sys.argv[1], topic=sys.argv[2])
r.log({"who": "parent"})
assert r.flush(60)
pid = os.fork()
for n in range(500):
    r.log({"who": f"{'parent' if pid else 'child'} {n}"})
if pid:
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
"""


def test_a_process_that_forks_and_ends_leaves_nothing_behind(kafka: KafkaConfig, admin: Admin, unique: str) -> None:
    topic = f"{unique}captures"
    admin.create([TopicPlan(topic, 2)])
    subprocess.run([sys.executable, "-c", SERVER, kafka.bootstrap, topic], timeout=100, check=True)
    found = sorted(row["features"]["who"] for row in written(kafka, topic))
    assert found == sorted(["parent", *(f"{who} {n}" for who in ("parent", "child") for n in range(500))])
