"""The first page: how the models are, what is open, and where the reading stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from driftline.drawing.figures import DASH, clock, duration, moment, number, times, words
from driftline.drawing.html import Markup, element, join
from driftline.drawing.incidents import incident_table
from driftline.drawing.tables import Cell, Table, Tone, table
from driftline.drawing.trend import strip
from driftline.drawing.values import ModelView
from driftline.web.links import feature_link, home_link, model_link
from driftline.web.paging import page_of
from driftline.web.state import PageState, SourceView

MAX_INCIDENTS: Final = 100
MAX_SOURCES: Final = 200
"""Rows of a table; what is beyond is counted below it. Chosen, because nobody reads further down a page."""

_CONDITION_TONE: dict[str, Tone] = {"slow": "WATCH", "stuck": "VIOLATED", "unreachable": "UNKNOWN"}


def first_page(state: PageState, page: int) -> Markup:
    """What stands between header and footer. A pure function."""
    notes = join(element("p", note, class_="note") for note in state.notes)
    shown, links = page_of(state.models, page, home_link, "models")
    incidents = incident_table(state.incidents, MAX_INCIDENTS, _to_feature)
    parts = [_lead(state), facts(_facts(state)), notes, table(_models(shown, links)), table(incidents)]
    parts.append(table(_sources(state)))
    if state.deadletters:
        parts.append(table(_deadletters(state)))
    return join(parts, "\n")


def facts(pairs: Sequence[tuple[str, str]]) -> Markup:
    """Names and figures side by side."""
    return element(
        "dl", *(element("div", element("dt", name), element("dd", text)) for name, text in pairs), class_="facts"
    )


def state_word(state: str) -> Markup:
    """A state as a word in its colour."""
    return element("span", state, class_=state)


def _lead(state: PageState) -> Markup:
    """The whole page in a sentence."""
    if not state.models:
        said = "No model has been judged by this worker yet."
        return element("p", state_word("UNKNOWN"), f": {said}", id="state", class_="lead")
    worst = state.models[0].state
    bad = sum(model.state == "VIOLATED" for model in state.models)
    unknown = sum(model.state == "UNKNOWN" for model in state.models)
    told = f": {bad} of {len(state.models)} models violated, {unknown} unknown; {len(state.incidents)} incidents open."
    return element("p", state_word(worst), told, id="state", class_="lead")


def _facts(state: PageState) -> tuple[tuple[str, str], ...]:
    lags = [source.lag for source in state.sources if source.lag is not None]
    watermarks = [source.watermark for source in state.sources if source.watermark is not None]
    lowest = min(watermarks, default=None)
    behind = f"{moment(lowest)} ({duration(state.generated - lowest)} ago)" if lowest is not None else DASH
    consumed = sum(sum(msgspec.structs.astuple(source.records)) for source in state.sources)
    return (
        ("Events per second", number(state.events_per_second)),
        ("Lag, records", number(sum(lags)) if lags else DASH),
        ("Event time has reached", behind),
        ("Records consumed", number(consumed) if state.sources else DASH),
        ("Open incidents", number(len(state.incidents))),
        ("Worker", f"{state.worker or DASH}{'' if state.ready else ' (not ready)'}"),
        ("Taken", moment(state.generated)),
    )


def _to_feature(model: str, version: str, window: str, feature: str) -> str:
    return feature_link(model, version, window, feature) if feature else model_link(model, version, window=window)


def _models(models: Sequence[ModelView], links: Markup) -> Table:
    columns = (
        *("Model", "Version", "State", "Why", "Last windows", "Farthest feature", "Times its limit", "Features"),
        *("Window", "Began", "Rows", "Rows so far", "Baseline"),
    )
    caption = "Each model in its last closed window, worst first. “Last windows”: tall is violated, oldest left."
    empty = "No model has been seen yet."
    return Table("models", "Models", columns, tuple(map(_model, models)), empty, caption, links)


def _model(m: ModelView) -> tuple[Cell, ...]:
    far = m.features[0] if m.features else None
    violated = f"{m.violated} of {m.count} violated" if m.count else DASH
    return (
        Cell(m.model or "(no name)", link=model_link(m.model, m.version)),
        Cell(m.version or DASH, "number"),
        Cell(m.state, m.state),
        Cell(m.reason or DASH, "reason"),
        Cell("", picture=strip(m.history, m.timezone)),
        Cell(far.name, link=feature_link(m.model, m.version, m.window, far.name)) if far else Cell(DASH),
        Cell(times(far.far) if far else DASH, "number"),
        Cell(violated, "VIOLATED" if m.violated else ""),
        Cell(f"{m.window or DASH}{'' if m.complete else ', incomplete'}", "" if m.complete else "UNKNOWN"),
        Cell(clock(m.window_start, m.timezone), "number"),
        Cell(number(m.rows), "number"),
        Cell(number(m.open_rows), "number"),
        Cell(m.baseline_id or DASH),
    )


def _sources(state: PageState) -> Table:
    ordered = sorted(state.sources, key=lambda source: (source.topic, source.partition))
    rows = tuple(_source(source, state.generated) for source in ordered[:MAX_SOURCES])
    columns = (
        *("Topic", "Partition", "Owner", "Condition", "Why", "Position", "Lag", "Event time", "Behind", "Waits"),
        *("Accepted", "Rejected", "Late", "Duplicate", "Ignored", "Rows accepted"),
    )
    caption = "Every source partition, and how its records ended: consumed = accepted + rejected + late + duplicate + ignored."
    more = f"and {len(ordered) - MAX_SOURCES} more" if len(ordered) > MAX_SOURCES else ""
    return Table("sources", "Sources, health and ledger", columns, rows, "No source is owned yet.", caption, more)


def _source(source: SourceView, now: int) -> tuple[Cell, ...]:
    waits = "windows wait for it" if source.holds_back else "idle" if source.idle else "no"
    behind = None if source.watermark is None else now - source.watermark
    tallies = (*msgspec.structs.astuple(source.records), source.rows.accepted)
    return (
        Cell(source.topic),
        Cell(number(source.partition), "number"),
        Cell(source.owner or DASH),
        Cell(words(source.condition) or DASH, _CONDITION_TONE.get(source.condition, "")),
        Cell(source.why or DASH, "reason"),
        Cell(number(source.position), "number"),
        Cell(number(source.lag), "number"),
        Cell(moment(source.watermark), "number"),
        Cell(duration(behind), "number"),
        Cell(waits, "WATCH" if source.holds_back else ""),
        *(Cell(number(figure), "number") for figure in tallies),
    )


def _deadletters(state: PageState) -> Table:
    rows = tuple((Cell(reason), Cell(number(count), "number")) for reason, count in sorted(state.deadletters.items()))
    return Table("deadletters", "Dead letters", ("Reason", "Number"), rows, "None.", "Refused since this worker began.")
