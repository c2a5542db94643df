"""The baseline agent: a manifest on the ``baselines`` topic becomes a baseline in force in the log.

An ordinary Faust agent: manifests are rare, the group gives each to one worker, and announcing one twice changes
nothing, since an announcement says which offset it stems from.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import faust

from driftline.agents.clock import now_ms
from driftline.agents.context import WorkerContext
from driftline.baseline.model import Baseline
from driftline.baseline.parts import Assembler, Place, place_of
from driftline.contracts.log import BaselineInForce, encode_record
from driftline.engine.baselines import pack_baseline
from driftline.errors import BaselineError
from driftline.windows.watermark import NO_TIME


def make_baseline_agent(app: faust.App, context: WorkerContext) -> Callable[..., Any]:
    """The agent that follows the ``baselines`` topic."""
    topic = app.topic(context.topics.baselines, value_type=bytes, value_serializer="raw", key_type=bytes, key_serializer="raw")

    async def announce(stream: Any) -> None:
        producer = context.producer()
        async for event in stream.events():
            with context.fatal("baseline"):
                record = await asyncio.to_thread(announcement, context, event.key, event.value, event.message.offset)
                if record is not None:
                    producer.send(context.topics.partials, encode_record(record), partition=0)
                    await asyncio.to_thread(producer.flush)

    return app.agent(topic, name="driftline.baselines")(announce)


def announcement(context: WorkerContext, key: bytes | None, value: bytes | None, offset: int) -> BaselineInForce | None:
    """What a record of the topic makes known: None for parts, and for manifests that do not make up a baseline.

    A manifest's tombstone withdraws its baseline, if that is the one in force. Blocks while the topic is read.
    """
    try:
        place = place_of((key or b"").decode())
    except (BaselineError, UnicodeDecodeError):
        return None
    if place.column is not None:
        return None
    if value is None:
        return _withdrawal(context, place, offset)
    baseline = _assembled(context, place)
    if baseline is None:
        return None
    effective = NO_TIME if baseline.effective_from is None else baseline.effective_from
    return _record(context, place, baseline.id, pack_baseline(baseline), effective, offset)


def _withdrawal(context: WorkerContext, place: Place, offset: int) -> BaselineInForce | None:
    line = context.log.line(place.model, place.version)
    if not line.baselines or line.baselines[-1].baseline != place.id:
        return None
    return _record(context, place, "", b"", now_ms(), offset)


def _assembled(context: WorkerContext, place: Place) -> Baseline | None:
    """The baseline of a manifest, from what the topic holds now; None when it has been deleted or spoiled since."""
    assembler = Assembler()
    for key, value in context.load_table(context.topics.baselines).items():
        try:
            assembler.add(key.decode(), value)
        except (BaselineError, UnicodeDecodeError):
            context.counters.reasons["baseline_record"] += 1
    return assembler.baselines.get((place.model, place.version, place.id))


def _record(
    context: WorkerContext,
    place: Place,
    baseline: str,
    content: bytes,
    effective: int,
    offset: int,
) -> BaselineInForce:
    pane_ms = context.model_settings(place.model, place.version).pane_ms
    stamp = context.stamps()
    return BaselineInForce(place.model, place.version, baseline, content, effective, pane_ms, offset, stamp)
