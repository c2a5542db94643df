"""What must have been said, from the source records and the facts in the log alone: no batches, no workers, no engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from driftline.contracts.log import Birth, Counts, Gap, Idle, LogRecord, Source
from driftline.engine.standing import Fact
from driftline.windows.spec import WindowSpec
from protocol import traffic
from protocol.tapes import Entry, Row, Tape

Place = tuple[int, int]
"""Offset and place in the record (or its pane)."""


@dataclass
class SourceStory:
    """What the log says of a source: its birth, and then idle and gap records in order; ``end`` where it was retired."""

    birth: Birth
    facts: list[Idle | Gap] = field(default_factory=list)
    end: int | None = None


@dataclass
class Told:
    """What became of one source."""

    accepted: dict[Place, Row] = field(default_factory=dict)
    letters: dict[Place, str] = field(default_factory=dict)
    records: Counts = field(default_factory=Counts)
    rows: Counts = field(default_factory=Counts)
    facts: list[Fact] = field(default_factory=list)


def tell(source: Source, tape: Tape, story: SourceStory) -> Told:
    """Every record of a source in the order of offsets: bad, future, duplicate, late, or accepted."""
    told = Told()
    offset = base = story.birth.to
    watermark = story.birth.watermark
    facts = list(story.facts)
    ids: dict[tuple[str, str], int] = {}
    while True:
        while facts and (facts[0].at if isinstance(facts[0], Idle) else facts[0].start) == offset:
            fact = facts.pop(0)
            if isinstance(fact, Gap):
                if fact.end > offset:
                    told.facts.append(Fact("gap", source, offset, fact.end, watermark, fact.horizon))
                offset = base = fact.end
            elif fact.watermark > watermark:
                told.facts.append(Fact("idle", source, offset, offset, watermark, fact.watermark - 1))
                watermark = fact.watermark
        if offset >= (tape.end if story.end is None else story.end):
            assert not facts, (source, offset, facts)
            return told
        ids = {key: at for key, at in ids.items() if at >= max(base, offset - traffic.DEDUPE)}
        watermark = _tell_one(offset, tape.entries.get(offset), traffic.LATENESS[source.topic], watermark, ids, told)
        offset += 1


def _tell_one(
    offset: int, entry: Entry | None, lateness: int, watermark: int, ids: dict[tuple[str, str], int], told: Told
) -> int:
    if entry is None or entry.value is None:
        told.records.ignored += 1
        return watermark
    if entry.rows is None:
        told.letters[offset, -1] = "bad"
        told.records.rejected += 1
        told.rows.rejected += 1
        return watermark
    ends = set()
    for index, row in enumerate(entry.rows):
        pane = traffic.MODELS[row.model].pane_ms
        key = (row.model, row.id or "")
        seen = row.id is not None and key in ids
        if row.id is not None:
            ids[key] = offset
        if row.time > entry.appended + traffic.FUTURE:
            end = "rejected"
            told.letters[offset, index] = "future"
        elif seen:
            end = "duplicate"
        elif row.time - row.time % pane + pane <= watermark:
            end = "late"
            told.letters[offset, index] = "late"
        else:
            end = "accepted"
            told.accepted[offset, index] = row
            watermark = max(watermark, row.time - lateness)
        ends.add(end)
        setattr(told.rows, end, getattr(told.rows, end) + 1)
    best = next(end for end in ("accepted", "late", "duplicate", "rejected") if end in ends)
    setattr(told.records, best, getattr(told.records, best) + 1)
    return watermark


@dataclass
class WindowRows:
    """The rows of one window with where they came from."""

    rows: list[tuple[Source, int, Row]] = field(default_factory=list)


WindowKey = tuple[str, str, int]
"""Model, label, start."""


def windows(told: dict[Source, Told]) -> dict[WindowKey, WindowRows]:
    """Every window with rows, and the first empty one behind each stretch of them."""
    found: dict[WindowKey, WindowRows] = defaultdict(WindowRows)
    for source, one in told.items():
        for (offset, _), row in one.accepted.items():
            for spec in traffic.WINDOWS:
                for start, _end in spec.windows_of(row.time):
                    found[row.model, spec.label, start].rows.append((source, offset, row))
    for model in traffic.MODELS:
        for spec in traffic.WINDOWS:
            starts = sorted(start for m, label, start in found if (m, label) == (model, spec.label))
            for start in _silences(starts, spec):
                found[model, spec.label, start] = WindowRows()
    return dict(found)


def _silences(starts: list[int], spec: WindowSpec) -> Iterator[int]:
    held = set(starts)
    return (start + spec.step_ms for start in starts if start + spec.step_ms not in held)


def shares(window: WindowRows) -> dict[Source, tuple[int, int, int, int]]:
    """Records, rows, first and last offset per source; a record with rows in two panes counts in both."""
    places: dict[Source, list[Place]] = defaultdict(list)
    for source, offset, row in window.rows:
        places[source].append((offset, row.time // traffic.MODELS[row.model].pane_ms))
    return {source: (len(set(held)), len(held), min(held)[0], max(held)[0]) for source, held in places.items()}


def bins(values: Iterable[float], edges: tuple[float, ...]) -> list[int]:
    """Counts of (-inf, e0), [e0, e1) … [e_last, inf)."""
    counts = [0] * (len(edges) + 1)
    for value in values:
        counts[sum(edge <= value for edge in edges)] += 1
    return counts


def first_records(log: Iterable[tuple[LogRecord, bool]]) -> dict[Source, SourceStory]:
    """The story of every source from the records that counted."""
    stories: dict[Source, SourceStory] = {}
    for record, counted in log:
        if not counted:
            continue
        if isinstance(record, Birth):
            stories[record.source] = SourceStory(record)
        elif isinstance(record, Idle | Gap):
            stories[record.source].facts.append(record)
    return stories
