"""What /live and /ready say, of a worker that is well and of one that is not."""

from __future__ import annotations

from support.watched import CAPTURE

from .conftest import Launch

PROGRESS = "driftline.health.progress:"
PARTS = {
    "event loop",
    "telemetry",
    "lag watchdog",
    "capture service",
    "verdict service",
    "capture agent",
    "verdict agent",
}


def test_a_worker_that_is_well_says_how_far_it_is(launch: Launch) -> None:
    worker = launch()
    worker.until_ready()
    worker.produce(worker.captures, CAPTURE, partition=1, count=3)
    worker.until("the records", lambda: worker.source(1).get("position") == 3)
    worker.until("a look at them", lambda: worker.source(1)["condition"] == "current")
    source = worker.source(1)
    assert {name: source[name] for name in ("topic", "partition", "phase", "end", "lag", "why")} == {
        "topic": worker.captures,
        "partition": 1,
        "phase": "running",
        "end": 3,
        "lag": 0,
        "why": "everything is read",
    }
    status, live = worker.json("/live")
    assert (status, live["ok"], live["reasons"]) == (200, True, [])
    assert {part["name"] for part in live["parts"]} >= PARTS
    status, text = worker.get("/ready", "text/plain")
    assert text.splitlines()[0] == "ok"
    assert f"{worker.captures}[1] running, read to 3 of 3: current (everything is read)" in text
    place = {"topic": worker.captures, "partition": 1}
    condition = "driftline_source_condition"
    worker.until("the gauges", lambda: worker.metric(condition, **place, condition="current") == 1)
    assert worker.metric(condition, **place, condition="stuck") == 0
    assert worker.metric("driftline_consumer_lag_records", **place) == 0
    assert worker.metric("driftline_kafka_up") == 1
    page = worker.get("/", "text/html")[1]
    assert "everything is read" in page
    assert worker.stop() == 0


def test_a_loop_that_is_stuck_fails_live_and_ready_and_metrics_go_on(launch: Launch) -> None:
    worker = launch(f"set=2:{PROGRESS}LOOP_SECONDS,hang:driftline.agents.capture:CaptureService.fold")
    worker.until("the sources to be known", lambda: worker.source(1).get("position") == 0)
    worker.produce(worker.captures, CAPTURE)
    worker.until("/live to fail", lambda: worker.get("/live")[0] == 503)
    status, text = worker.get("/live", "text/plain")
    assert (status, text.splitlines()[0]) == (503, "not ok")
    assert "- the event loop has work and has not moved for" in text
    status, ready = worker.json("/ready")
    assert status == 503
    assert ready["reasons"][0].startswith("the worker's event loop does not come round; the sources are as they were ")
    assert [source["partition"] for source in ready["sources"]] == [0, 1]
    assert worker.get("/metrics")[0] == 200
    assert worker.get("/") == (503, "the worker's event loop does not come round; /live says more\n")
    worker.process.terminate()
    assert worker.process.poll() is None


def test_an_agent_that_does_not_get_on_with_its_work_fails_live(launch: Launch) -> None:
    worker = launch(f"set=2:{PROGRESS}PART_SECONDS,hang:driftline.agents.baselines:announcement")
    worker.until_ready()
    worker.produce(worker.topics.baselines, b"{}", key=b"churn/1/0123456789abcdef")
    worker.until("/live to fail", lambda: worker.get("/live")[0] == 503)
    (reason,) = worker.json("/live")[1]["reasons"]
    assert reason.startswith("the baseline agent has work and has not moved for")
    assert worker.get("/ready")[0] == 200


def test_a_partition_without_traffic_says_so(launch: Launch) -> None:
    worker = launch("set=1:driftline.health.source:QUIET_SECONDS")
    worker.until_ready()
    worker.until("the first look", lambda: worker.source(0).get("condition") == "no_traffic")
    worker.produce(worker.captures, CAPTURE)
    worker.until("traffic", lambda: worker.source(0).get("position") == 1)


def test_a_source_whose_bounds_kafka_does_not_tell_is_asked_for_again(launch: Launch) -> None:
    worker = launch("refuse=3:driftline.broker.fetcher:Fetcher.bounds")
    worker.until_ready()
    assert worker.output.count("not now; asking again") == 3
