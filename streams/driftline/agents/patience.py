"""Calls to Kafka that wait until it answers again: an agent of few records has nothing better to do meanwhile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

from driftline.agents.background import in_background
from driftline.agents.context import WorkerContext
from driftline.broker.producer import DurableProducer
from driftline.errors import BrokerError

LOG = logging.getLogger(__name__)

PAUSE: Final = 5.0
"""Seconds between two tries. Chosen: each try waits for Kafka by itself, and a log line each is not too many."""

STEP: Final = 0.01
"""Seconds between two looks for acknowledgements."""

P = ParamSpec("P")
T = TypeVar("T")


async def once_readable(
    context: WorkerContext, part: str, function: Callable[P, T], *arguments: P.args, **named: P.kwargs
) -> T:
    """What ``function`` returns, called in the background, as soon as it raises no BrokerError; ``part`` is not stuck."""
    while True:
        try:
            return await in_background(function, *arguments, **named)
        except BrokerError as error:
            LOG.warning("the %s waits for Kafka: %s", part, error)
        context.given(part)
        context.done(part)
        await asyncio.sleep(PAUSE)


async def acknowledged(producer: DurableProducer) -> None:
    """Wait until everything that was sent is acknowledged. Raises BrokerError when something will never be."""
    producer.poll()
    while producer.outstanding:
        await asyncio.sleep(STEP)
        producer.poll()
