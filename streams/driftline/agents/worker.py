"""Running one worker: start everything in order, wait for a signal or a failure, stop everything in order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Iterator
from typing import Any

from driftline.agents.app import DriftlineWorker, tune_collector
from driftline.agents.background import in_background
from driftline.agents.baselines import announce_missing
from driftline.agents.context import WorkerContext
from driftline.agents.ending import fail
from driftline.agents.logs import quieten, set_up_logging
from driftline.agents.signals import StopSignals, deadline
from driftline.agents.telemetry import TelemetryService
from driftline.config import Config
from driftline.engine.source import Phase
from driftline.errors import DriftlineError, WorkerFailedError

LOG = logging.getLogger("driftline.worker")

LOOK_SECONDS = 0.5
"""Between two looks at whether Faust's own services have crashed; ours tell."""


def run(config: Config) -> None:
    """Run a worker until SIGINT or SIGTERM. Raises DriftlineError when it cannot start or has to give up."""
    set_up_logging(config.log_level)
    asyncio.run(_run(config))


async def _run(config: Config) -> None:
    context, signals = WorkerContext(config), StopSignals()
    try:
        if not await _before(signals, _read_ahead(context)):
            return
    except DriftlineError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told in one line
        fail("start", error)
    worker = DriftlineWorker(context)
    telemetry = TelemetryService(context, lambda: readiness(worker))
    try:
        await telemetry.start()
        tune_collector()  # before the first capture: Faust's own start may take seconds, in which captures are read already
        if await _before(signals, _start(worker), context.ending.failure()):
            if context.ending.error is None:
                LOG.info("driftline worker %s is running", config.name)
            await _before(signals, _crash(worker, telemetry), context.ending.failure())
    finally:
        await _stop(worker, telemetry)
    context.ending.raise_failure()


async def _before(signals: StopSignals, *things: Coroutine[Any, Any, object]) -> bool:
    """Wait for the first of ``things``, whose error is raised; whether that came before a signal, and was the first of them."""
    tasks = [asyncio.ensure_future(thing) for thing in (*things, signals.wanted.wait())]
    done, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in others:
        task.cancel()
    await asyncio.wait(tasks)
    for task in done:
        task.result()
    return tasks[0] in done


async def _read_ahead(context: WorkerContext) -> None:
    """Fold the log as far as it goes now, and announce the baselines that it does not know of."""
    await in_background(context.check_topics)
    await in_background(context.log.start)
    LOG.info("reading the delta log from offset %d to %d", context.log.started_at, context.log.goal)
    await in_background(context.log.catch_up)
    announced = await in_background(announce_missing, context)
    if announced:
        LOG.info("announced %d published baselines", announced)


async def _start(worker: DriftlineWorker) -> None:
    with contextlib.suppress(Exception), worker.context.ending.named("Faust app"):
        await worker.app.start()
    tune_collector()


async def _crash(worker: DriftlineWorker, telemetry: TelemetryService) -> None:
    """Wait until a service of Faust's own crashes: a worker never runs on without one of its parts."""
    while True:
        for part, name in ((worker.app, "Faust app"), (telemetry, "telemetry")):
            if part.crashed:
                worker.context.ending.failed(name, part.crash_reason or WorkerFailedError("it crashed"))
                return
        await asyncio.sleep(LOOK_SECONDS)


async def _stop(worker: DriftlineWorker, telemetry: TelemetryService) -> None:
    """Stop everything in order; what fails in doing so is told, unless something had failed before."""
    ending = worker.context.ending
    ending.wanted = True
    if ending.error is None:
        LOG.info("stopping")
    else:
        LOG.error("stopping, because the %s failed", ending.part)
        quieten()
    deadline()
    for part, name in ((worker.app, "Faust app"), (telemetry, "telemetry")):
        with contextlib.suppress(Exception), ending.named(name):
            await part.stop()
    worker.context.log.close()


def readiness(worker: DriftlineWorker) -> Iterator[str]:
    """What is still missing before the worker is doing its job."""
    if not worker.context.log.caught_up:
        yield "the delta log is not yet read to where it ended at the start"
    if not worker.verdict.caught_up:
        yield "the verdict shard is not yet caught up"
    waiting = [r.task.source for r in worker.capture.readings.values() if r.task.phase is not Phase.RUNNING]
    if waiting:
        yield f"{len(waiting)} sources are not yet being read, the first is {waiting[0]}"
    if not worker.capture.joined:
        yield "the group has not yet assigned any sources"
