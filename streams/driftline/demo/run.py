"""The demo from its first process to its last: broker, worker, baseline, captures, summary."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import driftline.baseline as baselines
from driftline.baseline.parts import split
from driftline.broker.embedded import EmbeddedBroker
from driftline.broker.log import LogReader
from driftline.broker.plans import own_plans
from driftline.broker.producer import DurableProducer
from driftline.broker.settings import following, producing
from driftline.config import Config
from driftline.contracts.log import BaselineInForce
from driftline.contracts.topics import DEFAULT_PREFIX, TopicNames
from driftline.demo.captures import captures
from driftline.demo.events import Follower
from driftline.demo.feed import Feed
from driftline.demo.flights import TIMEZONE, flights_of, january, load, served
from driftline.demo.paths import CAPTURES, PARTITIONS, Paths
from driftline.demo.progress import Progress
from driftline.demo.reference import ONE_CAUSE, make_baseline
from driftline.demo.server import fit
from driftline.demo.summary import Summary, collect
from driftline.demo.watch import View
from driftline.demo.worker import WorkerProcess, free_port
from driftline.errors import BrokerError, DriftlineError

END_MS: Final = int(datetime(2013, 4, 1, tzinfo=ZoneInfo(TIMEZONE)).timestamp() * 1000)
"""Where the last day ends."""

CLOSE_SECONDS: Final = 60.0
IN_FORCE_SECONDS: Final = 30.0
_LOOK_SECONDS: Final = 0.5
_TICK_SECONDS: Final = 0.02


@dataclass(frozen=True)
class Options:
    """What can be chosen: where the files go, and over how many seconds (0: as fast as possible) the flights are sent."""

    folder: Path
    seconds: float
    keep: bool = False


def run(options: Options, view: View, done: Callable[[Summary], None]) -> None:
    """Run it all and hand over the summary; with ``keep`` stay until interrupted. Raises DriftlineError.

    Whatever ends it, nothing that it started goes on running.
    """
    began = time.monotonic()
    paths = Paths(options.folder)
    paths.prepare()
    with ExitStack() as started:
        broker = started.enter_context(EmbeddedBroker(_topics()))
        port = free_port()
        config = paths.write_config(broker.bootstrap, port)
        worker = started.enter_context(WorkerProcess(paths.config, paths.log, port))
        with view:
            _play(config, paths, worker, view, options.seconds)
        if options.keep:
            time.sleep(1.0)  # what the last window said is on its way by now
        else:
            worker.stop()
        done(collect(config, paths, time.monotonic() - began))
        while options.keep:
            worker.check()
            time.sleep(_LOOK_SECONDS)


def _topics() -> dict[str, int]:
    return {CAPTURES: PARTITIONS} | {plan.name: plan.partitions for plan in own_plans(DEFAULT_PREFIX)}


def _play(config: Config, paths: Paths, worker: WorkerProcess, view: View, seconds: float) -> None:
    """Everything between the start of the worker and the end of its last window."""
    view.say(f"broker at {config.kafka.bootstrap}, worker starting ({paths.log})")
    frame = load()
    past, asked = january(frame), served(frame)
    model = fit(past)
    baseline = make_baseline(past, model)
    baselines.save(baseline, paths.baseline)
    view.say(f"baseline {baseline.id} from {baseline.rows:,} flights of January in {paths.baseline}/")
    view.say(
        f"  {ONE_CAUSE.name}: {', '.join(ONE_CAUSE.off)} is off by hand, since dep_delay is missing for the same cause"
    )
    worker.wait_ready()
    _publish(config, baseline)
    view.say(f"live page at {worker.address}/, metrics at {worker.address}/metrics")
    producer = DurableProducer(producing(config.kafka))
    with Follower(config) as follower:
        _stream(Feed(producer, captures(flights_of(asked), model), len(asked), seconds), worker, follower, view)


def _publish(config: Config, baseline: baselines.Baseline) -> None:
    """Write the baseline as `driftline baseline publish` does, and wait until the log says that it is in force.

    The first capture would find it anyway; but the windows that have begun before it stay UNKNOWN.
    """
    names = TopicNames(config.topic_prefix)
    producer = DurableProducer(producing(config.kafka))
    *parts, manifest = split(baseline)
    for step in (parts, [manifest]):
        for key, value in step:
            producer.send(names.baselines, value, key=key.encode())
        producer.flush()
    log = LogReader(following(config.kafka), names.partials)
    try:
        log.start(0)
        until = time.monotonic() + IN_FORCE_SECONDS
        while time.monotonic() < until:
            records = (record for _, record in log.poll(1_000, 0.1))
            if any(isinstance(record, BaselineInForce) and record.baseline == baseline.id for record in records):
                return
    finally:
        log.close()
    raise BrokerError(f"the worker did not take over the baseline within {IN_FORCE_SECONDS:.0f} s")


def _stream(feed: Feed, worker: WorkerProcess, follower: Follower, view: View) -> None:
    """Send, look, show, until the last day is closed. DriftlineError when that does not come about."""
    began = moved = time.monotonic()
    progress = Progress(0, feed.total, 0.0, worker.address, follower.incidents)
    looked = 0.0
    while not _is_over(feed, progress):
        now = time.monotonic()
        if feed.step(now - began, progress.read):
            moved = now
        if now - looked >= _LOOK_SECONDS:
            worker.check()
            looked = now
            progress = replace(
                progress,
                sent=feed.sent,
                elapsed=now - began,
                state=worker.state() or progress.state,
                news=tuple(follower.poll()),
            )
            view.show(progress)
        if now - moved > CLOSE_SECONDS:
            raise DriftlineError(f"the worker has read {progress.read} of {feed.sent} captures and goes no further")
        time.sleep(_TICK_SECONDS)


def _is_over(feed: Feed, progress: Progress) -> bool:
    model = progress.model
    return feed.is_done and model is not None and model.window_end is not None and model.window_end >= END_MS
