"""The page as tables of plain text: which columns, in which order, and what each cell says. Drawn here, once.

The server writes these tables as HTML, the page's script asks for them again as JSON; so both show the same.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from driftline.judging.states import State
from driftline.web.figures import DASH, duration, moment, number, share
from driftline.web.state import FeatureView, IncidentView, ModelView, PageState, SourceView

MAX_MODELS = 200
MAX_FEATURES = 50
MAX_INCIDENTS = 200
MAX_SOURCES = 200
"""Rows of a table; what is beyond is counted below it. Chosen, because nobody reads further down a page."""

_STATE_RANK = {state.value: state.rank for state in State}
_SEVERITY_RANK = {"critical": 2, "warning": 1, "info": 0}

Tone = Literal["", "number", "OK", "WATCH", "UNKNOWN", "VIOLATED", "info", "warning", "critical"]

_CONDITION_TONE: dict[str, Tone] = {"slow": "WATCH", "stuck": "VIOLATED", "unreachable": "UNKNOWN"}


class Cell(msgspec.Struct, frozen=True, array_like=True):
    """One text, how it looks, and what is said when it is pointed at. Text is never markup."""

    text: str
    tone: Tone = ""
    title: str = ""


class Table(msgspec.Struct, frozen=True):
    """A heading, columns, rows of as many cells; `more` counts rows left out, `empty` is said when there is none."""

    id: str
    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str
    more: int = 0


class Board(msgspec.Struct, frozen=True):
    """All that changes on the page. `state` is the worst of all models."""

    state: str
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    tables: tuple[Table, ...]


def board(state: PageState) -> Board:
    """The page of a state; a pure function."""
    models = sorted(state.models, key=lambda m: (-_STATE_RANK[m.state], m.model, m.version))
    tables = [_models(models), _incidents(state), *map(_features, models[:MAX_MODELS]), _sources(state)]
    if state.deadletters:
        tables.append(_deadletters(state))
    worst = models[0].state if models else "UNKNOWN"
    return Board(worst, _facts(state), state.notes, tuple(tables))


def _facts(state: PageState) -> tuple[tuple[str, str], ...]:
    lags = [source.lag for source in state.sources if source.lag is not None]
    watermarks = [source.watermark for source in state.sources if source.watermark is not None]
    lowest = min(watermarks, default=None)
    behind = f"{moment(lowest)} ({duration(state.generated - lowest)} ago)" if lowest is not None else DASH
    consumed = sum(sum(msgspec.structs.astuple(source.records)) for source in state.sources)
    return (
        ("Events per second", number(state.events_per_second)),
        ("Lag, records", number(sum(lags)) if lags else DASH),
        ("Watermark", behind),
        ("Records consumed", number(consumed) if state.sources else DASH),
        ("Open incidents", number(len(state.incidents))),
        ("Worker", f"{state.worker or DASH}{'' if state.ready else ' (not ready)'}"),
        ("Taken", moment(state.generated)),
    )


def _models(models: list[ModelView]) -> Table:
    rows = tuple(
        (
            Cell(m.model),
            Cell(m.version),
            Cell(m.state, m.state, m.reason),
            Cell(m.reason or DASH),
            Cell(m.window or DASH),
            Cell(moment(m.window_end)),
            Cell(number(m.rows), "number"),
            Cell(number(m.open_rows), "number"),
            Cell(number(m.rows_per_second), "number"),
            Cell(m.baseline_id or DASH),
        )
        for m in models[:MAX_MODELS]
    )
    columns = ("Model", "Version", "State", "Why", "Window", "Closed at", "Rows", "Rows so far", "Rows/s", "Baseline")
    return Table("models", "Models", columns, rows, "No model has been seen yet.", max(0, len(models) - MAX_MODELS))


def _incidents(state: PageState) -> Table:
    ordered = sorted(state.incidents, key=lambda i: (-_SEVERITY_RANK[i.severity], i.opened, i.incident_id))
    rows = tuple(map(_incident, ordered[:MAX_INCIDENTS]))
    columns = (
        "Severity",
        "Model",
        "Version",
        "Feature",
        "Check",
        "Window",
        "Since",
        "Windows",
        "Observed",
        "Limit",
        "Why",
    )
    more = max(0, len(ordered) - MAX_INCIDENTS)
    return Table("incidents", "Open incidents", columns, rows, "No incident is open.", more)


def _incident(incident: IncidentView) -> tuple[Cell, ...]:
    return (
        Cell(incident.severity, incident.severity, incident.incident_id),
        Cell(incident.model),
        Cell(incident.version),
        Cell(incident.feature or DASH),
        Cell(incident.check),
        Cell(incident.window),
        Cell(moment(incident.opened)),
        Cell(number(incident.windows), "number"),
        Cell(number(incident.observed), "number"),
        Cell(number(incident.limit), "number"),
        Cell(incident.reason or DASH, "", incident.reproduce),
    )


def _features(model: ModelView) -> Table:
    ordered = sorted(model.features, key=_by_distance)
    rows = tuple(map(_feature, ordered[:MAX_FEATURES]))
    columns = ("Feature", "Role", "State", "Check", "Distance", "Limit", "By", "Shift, σ", "Complete", "Why")
    heading = f"{model.model} {model.version}: features by distance"
    more = max(0, len(ordered) - MAX_FEATURES)
    return Table(f"features:{model.model}:{model.version}", heading, columns, rows, "No window has closed yet.", more)


def _by_distance(feature: FeatureView) -> tuple[float, int, str]:
    distance = -1.0 if feature.distance is None else feature.distance
    return (-distance, -_STATE_RANK[feature.state], feature.name)


def _feature(feature: FeatureView) -> tuple[Cell, ...]:
    return (
        Cell(feature.name),
        Cell(feature.role),
        Cell(feature.state, feature.state, feature.reason),
        Cell(feature.check or DASH),
        Cell(number(feature.distance), "number"),
        Cell(number(feature.limit), "number"),
        Cell(feature.measure or DASH),
        Cell(number(feature.shift), "number"),
        Cell(share(feature.completeness), "number"),
        Cell(feature.reason or DASH),
    )


def _sources(state: PageState) -> Table:
    ordered = sorted(state.sources, key=lambda source: (source.topic, source.partition))
    rows = tuple(_source(source, state.generated) for source in ordered[:MAX_SOURCES])
    columns = (
        *("Topic", "Partition", "Owner", "Position", "Lag", "Condition", "Watermark", "Behind", "Waits"),
        *("Accepted", "Rejected", "Late", "Duplicate", "Ignored", "Rows accepted"),
    )
    more = max(0, len(ordered) - MAX_SOURCES)
    return Table("sources", "Sources and ledger, in records", columns, rows, "No source is owned yet.", more)


def _source(source: SourceView, now: int) -> tuple[Cell, ...]:
    waits = "windows wait for it" if source.holds_back else "idle" if source.idle else "no"
    behind = None if source.watermark is None else now - source.watermark
    figures = (*msgspec.structs.astuple(source.records), source.rows.accepted)
    return (
        Cell(source.topic),
        Cell(number(source.partition), "number"),
        Cell(source.owner or DASH),
        Cell(number(source.position), "number"),
        Cell(number(source.lag), "number"),
        Cell(source.condition.replace("_", " ") or DASH, _CONDITION_TONE.get(source.condition, ""), source.why),
        Cell(moment(source.watermark)),
        Cell(duration(behind), "number"),
        Cell(waits, "WATCH" if source.holds_back else ""),
        *(Cell(number(figure), "number") for figure in figures),
    )


def _deadletters(state: PageState) -> Table:
    rows = tuple((Cell(reason), Cell(number(count), "number")) for reason, count in sorted(state.deadletters.items()))
    return Table("deadletters", "Dead letters", ("Reason", "Number"), rows, "None.")
