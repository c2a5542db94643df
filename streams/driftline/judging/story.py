"""From an incident's event to the wire: everything a person needs to act on it, and nothing that depends on when it is told."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from typing import Final

from driftline.contracts.cloudevents import rfc3339
from driftline.contracts.violation import Histogram, Interval, Mover, OffsetRange, SageMakerLine, Violation, Window
from driftline.judging.distances import strongest
from driftline.judging.facts import ColumnFacts, gather
from driftline.judging.incidents import IncidentEvent, Kind
from driftline.judging.monitor.texts import monitor_line
from driftline.judging.onset import Pane, estimate_onset
from driftline.judging.rules_columns import MISSING
from driftline.judging.rules_model import EXTRA
from driftline.judging.sagemaker import sagemaker_line
from driftline.judging.states import Reading, State, worst
from driftline.judging.window import WindowInput

MOVERS: Final = 5
"""Features named in an event; chosen, because a message on a telephone shows as many lines."""


def violations(
    events: Iterable[IncidentEvent],
    window: WindowInput,
    readings: Sequence[Reading],
    offsets: tuple[OffsetRange, ...] = (),
    panes: Sequence[Pane] = (),
) -> tuple[Violation, ...]:
    """The wire events of one closed window, in order; a pure function of its arguments.

    ``readings`` are all of the window, ``offsets`` what it was made of, ``panes`` those of the window and, where they are
    still kept, some before it: they date the onset.
    """
    events = tuple(events)
    if not events:
        return ()
    baseline = window.baseline
    columns = {} if baseline is None else {column.name: column for column in gather(baseline, window.judged)}
    moved = top_movers(tuple(columns.values()), readings)
    return tuple(_violation(event, window, readings, columns, moved, offsets, panes) for event in events)


def top_movers(columns: Sequence[ColumnFacts], readings: Sequence[Reading]) -> tuple[Mover, ...]:
    """The features whose distribution is farthest from the baseline, farthest first; equals by name. None without values."""
    shifts = ((column.name, strongest(column) or 0.0) for column in columns)
    first = sorted(((name, shift) for name, shift in shifts if shift > 0), key=lambda found: (-found[1], found[0]))
    return tuple(
        Mover(
            feature=name,
            equivalent_sigmas=shift,
            state=worst(reading.state for reading in readings if reading.feature == name).value,
        )
        for name, shift in first[:MOVERS]
    )


def sagemaker_lines(columns: Sequence[ColumnFacts], readings: Sequence[Reading]) -> tuple[SageMakerLine, ...]:
    """The entries of ``constraint_violations.json`` for a window: one for each violated reading, in order, each once."""
    by_name = {column.name: column for column in columns}
    numbers = _column_numbers(by_name, readings)
    lines = (
        sagemaker_line(reading, _kind(by_name.get(reading.feature)), *numbers)
        for reading in readings
        if reading.state is State.VIOLATED
    )
    return tuple(dict.fromkeys(lines))


def _kind(column: ColumnFacts | None) -> str:
    return "Unknown" if column is None else column.kind


def reproduce_command(window: WindowInput, offsets: Sequence[OffsetRange]) -> str:
    """The ``driftline analyze`` command that judges the same window again from the same records."""
    words = ["driftline", "analyze", "--model", window.model, "--version", window.version]
    if window.baseline is not None:
        words += ["--baseline", window.baseline.id]
    words += ["--window", window.label, "--timezone", window.timezone]
    words += ["--start", rfc3339(window.start_ms), "--end", rfc3339(window.end_ms)]
    for held in offsets:
        words += ["--offsets", f"{held.topic}:{held.partition}:{held.start}-{held.end}"]
    return shlex.join(words)


def histogram_of(column: ColumnFacts, *, baseline: bool) -> Histogram:
    """The counts of a column, of the baseline or of the window."""
    counts = tuple((column.baseline_counts if baseline else column.counts).tolist())
    if column.edges is not None:
        return Histogram(counts=counts, edges=tuple(column.edges.tolist()))
    return Histogram(counts=counts, categories=column.categories)


def _violation(
    event: IncidentEvent,
    window: WindowInput,
    readings: Sequence[Reading],
    columns: dict[str, ColumnFacts],
    moved: tuple[Mover, ...],
    offsets: tuple[OffsetRange, ...],
    panes: Sequence[Pane],
) -> Violation:
    key, reading, incident = event.key, event.reading, event.incident
    column = columns.get(key.feature)
    opened = (incident.opened_start, incident.opened_end)
    share = None if column is None or not column.rows else column.present / column.rows
    return Violation(
        model=key.model,
        version=key.version,
        slice=key.slice,
        feature=key.feature,
        check=key.check,
        kind=event.kind.value,
        state=reading.state.value,
        severity=event.severity.value,
        incident_id=incident.id,
        event_id=event.event_id,
        observed=reading.observed,
        limit=reading.limit,
        bound=reading.bound,
        n=reading.n,
        completeness=share,
        reason=reading.reason,
        details=reading.details,
        baseline_id="" if window.baseline is None else window.baseline.id,
        window=Window(label=window.label, start=window.start_ms, end=window.end_ms, timezone=window.timezone),
        opened=Window(label=window.label, start=opened[0], end=opened[1], timezone=window.timezone),
        windows=incident.breaches,
        peak=incident.peak,
        baseline_histogram=None if column is None else histogram_of(column, baseline=True),
        window_histogram=None if column is None else histogram_of(column, baseline=False),
        onset=_onset(event, window, panes),
        moved=moved,
        offsets=offsets,
        reproduce=reproduce_command(window, offsets),
        sagemaker=_line(window, reading, columns, readings),
    )


def _line(
    window: WindowInput, reading: Reading, columns: dict[str, ColumnFacts], readings: Sequence[Reading]
) -> SageMakerLine:
    """In Model Monitor's words: the verdict is its own, or that of driftline's check of the same name."""
    if window.baseline is not None and window.baseline.monitor is not None:
        return monitor_line(reading, window.baseline.monitor)
    return sagemaker_line(reading, _kind(columns.get(reading.feature)), *_column_numbers(columns, readings))


def _onset(event: IncidentEvent, window: WindowInput, panes: Sequence[Pane]) -> Interval | None:
    """Of an opened incident, while the panes around its beginning are at hand; later events do not guess again."""
    if event.kind is not Kind.OPENED:
        return None
    opened = (event.incident.opened_start, event.incident.opened_end)
    found = estimate_onset(event.key.check, event.key.feature, window.baseline, panes, opened)
    return Interval(earliest=found.earliest_ms, latest=found.latest_ms, method=found.method)


def _column_numbers(columns: dict[str, ColumnFacts], readings: Sequence[Reading]) -> tuple[int, int]:
    """How many columns the baseline has, and how many the window had: Model Monitor compares these."""
    gone = sum(reading.check == MISSING and reading.state is State.VIOLATED for reading in readings)
    extra = sum(reading.check == EXTRA and reading.state is State.VIOLATED for reading in readings)
    return len(columns), len(columns) - gone + extra
