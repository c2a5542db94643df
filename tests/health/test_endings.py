"""A worker never runs on without one of its parts: whatever fails, it ends with code 3 and says what and why, in one line."""

from __future__ import annotations

import re
import signal

import pytest

from support.watched import CAPTURE, Watched

from .conftest import Launch

AGENTS = "driftline.agents."
PARTS = {
    "start": f"fail:{AGENTS}context:WorkerContext.check_topics",
    "capture service": f"fail:{AGENTS}placer:Placer.place",
    "capture agent": f"fail:{AGENTS}capture:CaptureService.fold",
    "log follower": f"fail:{AGENTS}log:LogFollower.follow",
    "verdict service": f"fail:{AGENTS}shard:ShardKeeper.ready",
    "verdict agent": f"fail:{AGENTS}shard:ShardKeeper.apply",
    "baseline agent": f"fail:{AGENTS}baselines:manifest_place",
    "flusher": f"fail:{AGENTS}flusher:Flusher.flush",
    "timekeeper": f"fail:{AGENTS}timekeeper:Timekeeper.tell",
    "web server": "fail:driftline.exporter.thread:ServerThread._told_to_stop",
    "lag watchdog": f"fail:{AGENTS}watchdog:WatchdogService.look",
    "telemetry": f"fail:{AGENTS}telemetry:TelemetryService._show_sources",
    "Faust app": "fail:faust.app.base:App.start",
}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_fails_ends_the_worker_and_is_named(part: str, launch: Launch) -> None:
    worker = launch(PARTS[part])
    feed(worker, part)
    assert worker.ended() == 3, worker.output
    lines = worker.output.splitlines()
    assert lines[-1] == f"driftline: the {part} failed: ValueError: injected fault"
    assert worker.output.count("Traceback") == 1
    assert "Event loop is closed" not in worker.output


def feed(worker: Watched, part: str) -> None:
    """What makes the part work."""
    if part == "capture agent":
        worker.produce(worker.captures, CAPTURE)
    if part == "baseline agent":
        worker.produce(worker.topics.baselines, b"{}", key=b"churn/1/0123456789abcdef")


def test_a_part_that_fails_on_purpose_has_no_traceback(launch: Launch) -> None:
    worker = launch()
    worker.until_ready()
    worker.produce(worker.topics.partials, b"no record of ours")
    assert worker.ended() == 3, worker.output
    assert re.match(r"driftline: the (log follower|verdict service) failed: ", worker.output.splitlines()[-1])
    assert "Traceback" not in worker.output


def test_a_signal_is_an_orderly_end(launch: Launch) -> None:
    worker = launch()
    worker.until_ready()
    worker.produce(worker.captures, CAPTURE)
    assert worker.stop() == 0, worker.output
    assert "revoked" in worker.output
    assert "Traceback" not in worker.output


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ("verdict service", f"fail:{AGENTS}shard:ShardKeeper.finish"),
        ("capture service", f"fail:{AGENTS}capture:CaptureService._flush_all"),
    ],
)
def test_a_part_that_fails_in_stopping_is_named_as_well(part: str, fault: str, launch: Launch) -> None:
    worker = launch(fault)
    worker.until_ready()
    assert worker.stop() == 3, worker.output
    assert worker.output.splitlines()[-1] == f"driftline: the {part} failed: ValueError: injected fault"
    assert worker.output.count("Traceback") == 1


def test_a_signal_during_the_start_is_an_orderly_end(launch: Launch) -> None:
    worker = launch(f"hang:{AGENTS}log:LogFollower.catch_up")
    worker.until("the start", lambda: "reading the delta log" in worker.output)
    assert worker.stop() == 0, worker.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_ends_at_once_even_a_loop_that_hangs(number: signal.Signals, launch: Launch) -> None:
    worker = launch(f"hang:{AGENTS}capture:CaptureService._flush_all")
    worker.until_ready()
    worker.process.send_signal(number)
    worker.until("the stop", lambda: "stopping" in worker.output)
    assert worker.process.poll() is None
    worker.process.send_signal(number)
    assert worker.ended() == 128 + number
