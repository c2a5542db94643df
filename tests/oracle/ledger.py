"""What became of every record: each partition by itself, in offset order, with a running watermark and nothing else."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from oracle.capture import Record, Row, read
from oracle.setup import Baseline, Setup
from oracle.times import pane_of
from oracle.told import NEVER, Source, Told

OUTCOMES = ("accepted", "late", "duplicate", "rejected", "ignored")
"""Best first: a record ends as the best of its rows."""

Identity = tuple[str, int, int, int | None]
"""Topic, partition, offset and row of a dead letter."""


@dataclass
class Kept:
    """An accepted row, and where it came from."""

    source: Source
    offset: int
    row: Row


@dataclass
class Ledger:
    """Everything that was read: rows by model, version and pane; refusals by identity; counts per source."""

    panes: dict[tuple[str, str], dict[int, list[Kept]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    letters: dict[Identity, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Reasons; two only where a topic was created anew, and another record has the same offset in its second life."""
    records: dict[Source, Counter[str]] = field(default_factory=dict)
    rows: dict[Source, Counter[str]] = field(default_factory=dict)
    watermarks: dict[Source, int] = field(default_factory=dict)
    """Of the sources that windows wait for."""

    @property
    def closed(self) -> int:
        """The time up to which every source has come."""
        return min(self.watermarks.values(), default=NEVER)


def account(setup: Setup, sources: Mapping[Source, Iterable[Record]], told: Told) -> Ledger:
    """Read every source from its first record to its last; ``sources`` names those without records too."""
    ledger = Ledger()
    for source, records in sorted(sources.items()):
        _Account(setup, ledger, source, told).read(records)
    return ledger


class _Account:
    """One partition on its way."""

    def __init__(self, setup: Setup, ledger: Ledger, source: Source, told: Told) -> None:
        self.setup, self.ledger, self.source, self.told = setup, ledger, source, told
        self.topic = setup.topics[source[0]]
        self.place = (self.topic.name, source[1])
        self.watermark = told.watermarks.get(source, NEVER)
        self.ids: dict[tuple[str, str, str], int] = {}
        self.records: Counter[str] = Counter()
        self.rows: Counter[str] = Counter()

    def read(self, records: Iterable[Record]) -> None:
        expected = None
        for record in records:
            if expected is not None:
                assert record.offset >= expected, "records must come in the order of their offsets"
                self.records["ignored"] += record.offset - expected - self._lost(expected, record.offset)
            expected = record.offset + 1
            self._record(record)
        self.ledger.records[self.source] = self.records
        self.ledger.rows[self.source] = self.rows
        if self.source not in self.told.retired:
            self.ledger.watermarks[self.source] = self.watermark

    def _lost(self, start: int, end: int) -> int:
        """How many of the offsets [start, end) nobody could read; ids from before them are not known any more."""
        gaps = [gap for gap in self.told.gaps.get(self.source, []) if start <= gap[0] and gap[1] <= end]
        if gaps:
            self.ids.clear()
        return sum(gap[1] - gap[0] for gap in gaps)

    def _record(self, record: Record) -> None:
        found = read(record, self.topic, self._in_force)
        ends = Counter[str]()
        for refusal in found.refused:
            ends["rejected"] += refusal.rows
            self.ledger.letters[*self.place, record.offset, refusal.index].add(refusal.reason)
        for row in found.rows:
            ends[self._row(record.offset, row)] += 1
        self.rows += ends
        best = next((outcome for outcome in OUTCOMES if ends[outcome]), "ignored")
        self.records[best] += 1

    def _row(self, offset: int, row: Row) -> str:
        model = self.setup.model(row.model, row.version)
        if model.dedupe and row.id is not None:
            key = (row.model, row.version, row.id)
            before, self.ids[key] = self.ids.get(key), offset
            if before is not None and offset - before <= model.dedupe:
                return "duplicate"
        pane = pane_of(row.time, model.pane_ms)
        if pane + model.pane_ms <= self.watermark:
            self.ledger.letters[*self.place, offset, row.index].add("late")
            return "late"
        self.watermark = max(self.watermark, row.time - self.topic.lateness_ms)
        self.ledger.panes[row.model, row.version][pane].append(Kept(self.source, offset, row))
        return "accepted"

    def _in_force(self, model: str, version: str, time: int) -> Baseline | None:
        return self.setup.baseline(model, version, pane_of(time, self.setup.model(model, version).pane_ms))
