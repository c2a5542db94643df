"""A broker that restarts, is gone, or has no room left: workers wait, say so, and go on; no result changes."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from support.kafka_server import KafkaServer
from support.story import Story

Tell = Callable[..., Story]
StartBroker = Callable[..., KafkaServer]
GONE_SECONDS = float(os.environ.get("DRIFTLINE_FAULTS_GONE") or 15)
"""How long the broker is gone; longer than the session, so that it has forgotten everybody. `make faults` takes a minute."""
FULL_MB = 48


@pytest.mark.short
def test_the_broker_restarts(tell: Tell, broker: KafkaServer) -> None:
    story = tell()
    workers = story.begin()
    broker.stop()
    broker.start()
    story.progress()
    assert all(worker.is_alive for worker in workers)
    story.finish()


def test_the_broker_is_killed_and_gone_for_a_while(tell: Tell, broker: KafkaServer) -> None:
    story = tell()
    workers = story.begin()
    broker.close()
    time.sleep(GONE_SECONDS)
    assert all(worker.is_alive for worker in workers), "they wait for it"
    for worker in workers:
        assert worker.metric("driftline_kafka_up") == 0
        assert "Kafka has not answered" in worker.readiness()
        assert "Kafka has not answered" in worker.said()
    late = story.start()
    late.may_die = True
    story.await_("a worker that finds no broker to give up", lambda: not late.is_alive)
    assert late.process.wait() == 3
    assert "does not answer" in late.said()
    broker.start()
    story.progress(90)
    story.await_("all to be ready", lambda: all(worker.is_ready() for worker in workers), 90)
    assert [worker.metric("driftline_kafka_up") for worker in workers] == [1, 1]
    story.finish()


@pytest.fixture
def small(start_broker: StartBroker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[KafkaServer, Path]]:
    """A broker with a disk of a few megabytes, and the folder that is the disk."""
    disk = tmp_path_factory.mktemp("disk")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={FULL_MB}m", "tmpfs", str(disk)], check=False)
    if mounted.returncode:
        pytest.skip("a disk of a fixed size needs the right to mount one")
    try:
        more = {"log.index.size.max.bytes": 65_536, "log.segment.bytes": 4_194_304, "log.preallocate": "false"}
        with start_broker(disk / "data", **more) as one:
            yield one, disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def test_the_disk_of_the_broker_is_full(small: tuple[KafkaServer, Path], tell: Tell) -> None:
    """The broker gives up. A worker waits, or ends because a record was refused for good: its supervisor starts it again."""
    kafka, disk = small
    story = tell(kafka=kafka)
    workers = story.begin()
    for worker in workers:
        worker.may_die = True
    with suppress(OSError):
        (disk / "filler").write_bytes(b"x" * shutil.disk_usage(disk).free)
    story.await_("the broker to give up", lambda: not kafka.is_running, 120)
    time.sleep(3)
    assert all("driftline.kafka" in worker.said() for worker in workers), "they say so"
    (disk / "filler").unlink()
    kafka.start()
    for worker in workers:
        if not worker.is_alive:
            assert worker.process.wait() == 3, "on purpose"
            assert "driftline: " in worker.said()
            story.start()
    story.progress(90)
    story.finish()


def test_the_disk_of_the_broker_is_read_only(small: tuple[KafkaServer, Path], tell: Tell) -> None:
    kafka, disk = small
    story = tell(kafka=kafka)
    workers = story.begin()
    kafka.close()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with pytest.raises(RuntimeError, match="Read-only file system"):
        kafka.start()
    assert all(worker.is_alive for worker in workers), "they wait for it"
    assert all("driftline.kafka" in worker.said() for worker in workers), "and say so"
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    kafka.start()
    story.progress(90)
    story.finish()
