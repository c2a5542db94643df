"""The baseline agent: a manifest on the ``baselines`` topic becomes a baseline in force in the log.

An ordinary Faust agent: manifests are rare, the group gives each to one worker, and announcing one twice changes
nothing, since an announcement says which offset it stems from.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import faust

from driftline.agents.background import in_background
from driftline.agents.clock import now_ms
from driftline.agents.context import WorkerContext
from driftline.baseline.model import Baseline
from driftline.baseline.parts import Assembler, Place, key_of, place_of
from driftline.broker.table import Row
from driftline.contracts.log import BaselineInForce, encode_record
from driftline.engine.baselines import pack_for_log
from driftline.errors import BaselineError
from driftline.windows.watermark import NO_TIME

LOG = logging.getLogger(__name__)


def make_baseline_agent(app: faust.App, context: WorkerContext) -> Callable[..., Any]:
    """The agent that follows the ``baselines`` topic."""
    topic = app.topic(
        context.topics.baselines, value_type=bytes, value_serializer="raw", key_type=bytes, key_serializer="raw"
    )

    async def announce(stream: Any) -> None:
        producer = context.producer()
        async for event in stream.events():
            place = manifest_place(event.key)
            if place is None:
                continue
            context.given("baseline agent")
            record = await in_background(announcement, context, place, event.value, event.message.offset)
            if record is not None:
                producer.send(context.topics.partials, encode_record(record), partition=0)
                await in_background(producer.flush)
            context.done("baseline agent")

    return app.agent(topic, name="driftline.baselines")(context.ending.guarded("baseline agent", announce))


def manifest_place(key: bytes | None) -> Place | None:
    """Whose manifest a record is by its key; None for parts and for keys that are none of ours."""
    try:
        place = place_of((key or b"").decode())
    except (BaselineError, UnicodeDecodeError):
        return None
    return place if place.column is None else None


def announcement(context: WorkerContext, place: Place, value: bytes | None, offset: int) -> BaselineInForce | None:
    """What a manifest makes known: None when the log knows it already, or its parts do not make up a baseline.

    A manifest's tombstone withdraws its baseline, if that is the one in force. Blocks while the topic is read.
    """
    if _is_known(context, place.model, place.version, offset):
        return None
    if value is None:
        return _withdrawal(context, place, offset)
    table = context.load_table(context.topics.baselines)
    baseline = _assembled(context, table).get((place.model, place.version, place.id))
    return None if baseline is None else _record(context, baseline, offset)


def announce_missing(context: WorkerContext) -> int:
    """Announce every published baseline that the log does not know of; how many those were. Blocks.

    A worker does so before it claims its first source, so that a baseline published before the traffic judges all of it.
    """
    producer = context.producer()
    records = list(_missing(context, context.load_table(context.topics.baselines)))
    for record in records:
        producer.send(context.topics.partials, encode_record(record), partition=0)
    producer.flush()
    return len(records)


def _missing(context: WorkerContext, table: Mapping[bytes, Row]) -> Iterator[BaselineInForce]:
    """In the order in which they were published."""
    found = []
    for identity, baseline in _assembled(context, table).items():
        row = table[key_of(Place(*identity, None)).encode()]
        if not _is_known(context, baseline.model, baseline.version, row.offset):
            found.append((row.offset, baseline))
    for offset, baseline in sorted(found, key=lambda entry: entry[0]):
        record = _record(context, baseline, offset)
        if record is not None:
            yield record


def _is_known(context: WorkerContext, model: str, version: str, offset: int) -> bool:
    """Whether the log has an announcement of the model that is as new as the manifest at ``offset``."""
    line = context.log.line(model, version)
    return bool(line.baselines) and line.baselines[-1].origin >= offset


def _withdrawal(context: WorkerContext, place: Place, offset: int) -> BaselineInForce | None:
    line = context.log.line(place.model, place.version)
    if not line.baselines or line.baselines[-1].baseline != place.id:
        return None
    pane_ms = context.model_settings(place.model, place.version).pane_ms
    return BaselineInForce(place.model, place.version, "", b"", now_ms(), pane_ms, offset, context.stamps())


def _assembled(context: WorkerContext, table: Mapping[bytes, Row]) -> Mapping[tuple[str, str, str], Baseline]:
    """Everything whole on the topic, by model, version and id; spoiled records are counted and left out."""
    assembler = Assembler()
    for key, row in table.items():
        try:
            assembler.add(key.decode(), row.value)
        except (BaselineError, UnicodeDecodeError):
            context.counters.reasons["baseline_record"] += 1
    return assembler.baselines


def _record(context: WorkerContext, baseline: Baseline, offset: int) -> BaselineInForce | None:
    """None, a line and a count, for one that is too wide for the log."""
    try:
        content = pack_for_log(baseline)
    except BaselineError as error:
        context.counters.reasons["baseline_record"] += 1
        LOG.warning("%s", error)
        return None
    return BaselineInForce(
        baseline.model,
        baseline.version,
        baseline.id,
        content,
        NO_TIME if baseline.effective_from is None else baseline.effective_from,
        context.model_settings(baseline.model, baseline.version).pane_ms,
        offset,
        context.stamps(),
    )
