"""Running one worker: start everything in order, wait for a signal or a failure, stop everything in order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Sequence
from typing import Any

from mode import Service

from driftline.agents.app import DriftlineWorker, tune_collector
from driftline.agents.background import in_background
from driftline.agents.baselines import announce_missing
from driftline.agents.context import WorkerContext
from driftline.agents.ending import fail
from driftline.agents.logs import quieten, set_up_logging, span
from driftline.agents.probes import Probes
from driftline.agents.scanner import prepare_scanner
from driftline.agents.signals import ALONE_SECONDS, FAILED, FINE, STOP_SECONDS, StopSignals
from driftline.agents.telemetry import TelemetryService
from driftline.agents.watchdog import WatchdogService
from driftline.config import Config
from driftline.errors import DriftlineError, WorkerFailedError

LOG = logging.getLogger("driftline.worker")

LOOK_SECONDS = 0.5
"""Between two looks at whether Faust's own services have crashed; ours tell."""


def run(config: Config) -> None:
    """Run a worker until SIGINT or SIGTERM. Raises DriftlineError when it cannot start or has to give up."""
    set_up_logging(config.log_level, config.log_format)
    asyncio.run(_run(config))


async def _run(config: Config) -> None:
    context, signals = WorkerContext(config), StopSignals()
    scanner = asyncio.create_task(prepare_scanner())
    try:
        if not await _before(signals, _read_ahead(context)):
            return
    except DriftlineError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told in one line
        fail("start", error)
    worker = DriftlineWorker(context)
    beside = [TelemetryService(context, Probes(context, worker.capture, worker.verdict)), WatchdogService(context)]
    try:
        for service in beside:
            await service.start()
        tune_collector()  # before the first capture: Faust's own start may take seconds, in which captures are read already
        if await _before(signals, _start(worker), context.ending.failure()):
            if context.ending.error is None:
                LOG.info("driftline worker %s is running", config.name)
            await _before(signals, _crash(worker, beside), context.ending.failure())
    except DriftlineError:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        context.ending.failed("start", error)
    finally:
        scanner.cancel()
        await _stop(worker, beside, signals)
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
    """Load the scripts, fold the log as far as it goes now, and announce the baselines that it does not know of."""
    await in_background(context.hooks.start)
    await in_background(context.postprocess.check)
    await in_background(context.check_topics)
    await in_background(context.log.start)
    LOG.info("reading the delta log from %s", span(context.log.started_at, context.log.goal))
    await in_background(context.log.catch_up)
    await in_background(context.settle_shards)
    announced = await in_background(announce_missing, context)
    if announced:
        LOG.info("announced %d published baselines", announced)


async def _start(worker: DriftlineWorker) -> None:
    with contextlib.suppress(Exception), worker.context.ending.named("Faust app"):
        await worker.app.start()
    tune_collector()


async def _crash(worker: DriftlineWorker, beside: Sequence[Service]) -> None:
    """Wait until a service of Faust's own crashes: a worker never runs on without one of its parts."""
    while True:
        for part in (worker.app, *beside):
            if part.crashed:
                worker.context.ending.failed(_name(part), part.crash_reason or WorkerFailedError("it crashed"))
                return
        await asyncio.sleep(LOOK_SECONDS)


async def _stop(worker: DriftlineWorker, beside: Sequence[Service], signals: StopSignals) -> None:
    """Stop everything in order; what fails in doing so is told, unless something had failed before."""
    ending, alone = worker.context.ending, worker.context.sight.silence > 0
    ending.wanted = True
    if ending.error is None:
        LOG.info("stopping%s", ", though Kafka does not answer" if alone else "")
    else:
        LOG.error("stopping, because %s", ending.reason())
        quieten()
    code = FINE if alone and ending.error is None else FAILED
    signals.deadline(ALONE_SECONDS if alone else STOP_SECONDS, code)
    for part in (worker.app, *beside):
        with contextlib.suppress(Exception), ending.named(_name(part)):
            await part.stop()
    worker.context.hooks.close()
    worker.context.log.close()


def _name(part: Service) -> str:
    return {TelemetryService: "telemetry", WatchdogService: "lag watchdog"}.get(type(part), "Faust app")
