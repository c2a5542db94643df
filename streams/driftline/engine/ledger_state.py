"""The log's state as plain values, for snapshots; a version that is not known is refused, not guessed."""

from __future__ import annotations

from typing import Any

import msgspec

from driftline.contracts.log import Source
from driftline.engine.ledger import LogState
from driftline.engine.standing import Fact, ModelLine, SourceState, Trimmed
from driftline.errors import ProtocolError

STATE_VERSION = 1


def log_to_state(log: LogState) -> dict[str, Any]:
    """Everything that the fold holds, in a fixed order."""
    return {
        "v": STATE_VERSION,
        "next_offset": log.next_offset,
        "sources": [msgspec.to_builtins([source, state]) for source, state in sorted(log.sources.items(), key=_first)],
        "retired_ids": sorted(log.retired_ids),
        "models": [
            [*key, msgspec.to_builtins(line, builtin_types=(bytes,))] for key, line in sorted(log.models.items())
        ],
        "facts": msgspec.to_builtins(log.facts),
        "verdicts": sorted(log.verdicts.items()),
        "trims": [[shard, *msgspec.to_builtins(trimmed)] for shard, trimmed in sorted(log.trims.items())],
        "shards": log.shards,
        "closed": log.closed,
        "anomalies": log.anomalies,
    }


def log_from_state(state: dict[str, Any]) -> LogState:
    """The fold behind :func:`log_to_state`.

    Raises:
        ProtocolError: the state is of a version that this program does not know.

    """
    if state.get("v") != STATE_VERSION:
        raise ProtocolError(
            f"the state of the log must have version {STATE_VERSION}, got {state.get('v')!r}: "
            "it was written by another release; run that one, or delete partials and snapshots and begin afresh",
        )
    return LogState(
        next_offset=state["next_offset"],
        sources={msgspec.convert(s, Source): msgspec.convert(held, SourceState) for s, held in state["sources"]},
        retired_ids={(topic, topic_id) for topic, topic_id in state["retired_ids"]},
        models={(model, version): msgspec.convert(line, ModelLine) for model, version, line in state["models"]},
        facts=msgspec.convert(state["facts"], list[Fact]),
        verdicts=dict(state["verdicts"]),
        trims={shard: Trimmed(log, payload) for shard, log, payload in state["trims"]},
        shards=state["shards"],
        closed=state["closed"],
        anomalies=state["anomalies"],
    )


def _first(pair: tuple[Source, SourceState]) -> Source:
    return pair[0]
