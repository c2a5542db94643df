"""What the topics say of the time before a worker took over: closed windows and open incidents, as the live page wants them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec

from driftline.contracts.statistics import WindowStatistics, decode_statistics
from driftline.contracts.violation import Violation, decode_violation
from driftline.drawing.reading import feature_view, incident_view, model_view
from driftline.drawing.values import IncidentView, ModelView
from driftline.errors import ContractError
from driftline.web.history import History

ModelKey = tuple[str, str]

Lengths = Mapping[ModelKey, AbstractSet[str]]
"""Labels of the windows of each model and version."""


@dataclass
class Past:
    """Closed windows: a point a feature of each, and the record of the newest of each length."""

    history: History = field(default_factory=History)
    last: dict[ModelKey, dict[str, WindowStatistics]] = field(default_factory=dict)


class _Label(msgspec.Struct):
    label: str


class _Whose(msgspec.Struct):
    """What of a record says whether it is wanted; the rest is skipped, which takes a tenth of the time."""

    model: str
    version: str
    window: _Label


class _Incident(msgspec.Struct):
    incident_id: str


_whose = msgspec.json.Decoder(_Whose).decode
_incident = msgspec.json.Decoder(_Incident).decode


def view_of(statistics: WindowStatistics) -> ModelView:
    """A closed window with all its features in the order of the record."""
    return model_view(statistics, map(feature_view, statistics.features))


def windows_of(values: Iterable[bytes], wanted: Lengths) -> Past:
    """What records of the statistics topic, in any order, say of the wanted models and lengths; others are passed over.

    So is what is no record of ours: `driftline statistics` says what is wrong with it. About 10 µs a feature.
    """
    past = Past()
    for value in values:
        with suppress(msgspec.DecodeError, ContractError):
            whose = _whose(value)
            if whose.window.label in wanted.get((whose.model, whose.version), ()):
                _take(past, decode_statistics(value))
    return past


def _take(past: Past, statistics: WindowStatistics) -> None:
    past.history.add(view_of(statistics))
    lengths = past.last.setdefault((statistics.model, statistics.version), {})
    newest = lengths.get(statistics.window.label)
    if newest is None or newest.window.start < statistics.window.start:
        lengths[statistics.window.label] = statistics


def incidents_of(values: Iterable[bytes], wanted: AbstractSet[str]) -> list[IncidentView]:
    """The incidents of these ids as records of the violations topic, in any order, told them last."""
    events: list[Violation] = []
    for value in values:
        with suppress(msgspec.DecodeError, ContractError):
            if _incident(value).incident_id in wanted:
                events.append(decode_violation(value))
    held: dict[str, IncidentView] = {}
    for event in sorted(events, key=lambda one: (one.window.end, one.kind != "opened")):
        held[event.incident_id] = incident_view(event, held.get(event.incident_id))
    return [one for one in held.values() if one.resolved is None]
