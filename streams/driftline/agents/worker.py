"""Running one worker: start everything in order, wait for a signal or a failure, stop everything in order."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Iterator

from driftline.agents.app import DriftlineWorker, tune_collector
from driftline.agents.baselines import announce_missing
from driftline.agents.context import WorkerContext
from driftline.agents.telemetry import TelemetryService
from driftline.config import Config
from driftline.engine.source import Phase
from driftline.errors import DriftlineError

LOG = logging.getLogger("driftline.worker")

STOP_SECONDS = 25.0
"""How long a clean stop may take. Chosen, because orchestrators kill after 30 s."""


def run(config: Config) -> None:
    """Run a worker until SIGINT or SIGTERM. Raises DriftlineError when it cannot start or has to give up."""
    _set_up_logging(config.log_level)
    asyncio.run(_run(config))


async def _run(config: Config) -> None:
    context = WorkerContext(config)
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await asyncio.to_thread(_read_ahead, context)
    worker = DriftlineWorker(context)
    telemetry = TelemetryService(context, lambda: readiness(worker))
    try:
        await telemetry.start()
        tune_collector()  # before the first capture: Faust's own start may take seconds, in which captures are read already
        await worker.app.start()
        tune_collector()
        LOG.info("driftline worker %s is running", config.name)
        await _until_over(worker, telemetry, stopping)
    finally:
        await _stop(worker, telemetry, context)
    _raise_failure(context, worker, telemetry)


def _read_ahead(context: WorkerContext) -> None:
    """Fold the log as far as it goes now, and announce the baselines that it does not know of."""
    context.check_topics()
    context.log.start()
    LOG.info("reading the delta log from offset %d to %d", context.log.started_at, context.log.goal)
    context.log.catch_up()
    announced = announce_missing(context)
    if announced:
        LOG.info("announced %d published baselines", announced)


async def _until_over(worker: DriftlineWorker, telemetry: TelemetryService, stopping: asyncio.Event) -> None:
    """Wait for a signal, or for any part to have failed: a worker never runs on without one of its agents."""
    while not stopping.is_set():
        parts = (worker.app, worker.capture, worker.verdict, telemetry)
        if worker.context.failure is not None or any(part.crashed for part in parts):
            return
        with_timeout = asyncio.wait_for(stopping.wait(), 0.2)
        try:
            await with_timeout
        except TimeoutError:
            continue


async def _stop(worker: DriftlineWorker, telemetry: TelemetryService, context: WorkerContext) -> None:
    LOG.info("stopping")
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await worker.app.stop()
            await telemetry.stop()
    except TimeoutError:
        LOG.warning("not everything stopped within %.0f s; nothing is lost, the log has what is done", STOP_SECONDS)
    context.log.close()


def _raise_failure(context: WorkerContext, worker: DriftlineWorker, telemetry: TelemetryService) -> None:
    """Say why the worker gave up, if it did."""
    reasons = (part.crash_reason for part in (worker.capture, worker.verdict, telemetry, worker.app))
    error = context.failure or next((reason for reason in reasons if reason is not None), None)
    if error is None:
        return
    if isinstance(error, DriftlineError):
        raise error
    raise RuntimeError(f"the worker gave up: {error!r}") from error


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


def _set_up_logging(level: str) -> None:
    logging.basicConfig(level=level.upper(), format="%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    for noisy in ("faust", "aiokafka", "mode"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
