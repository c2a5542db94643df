"""What became of every record: each partition by itself, in offset order, with a running watermark and nothing else."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from oracle.capture import Record, Row, read
from oracle.setup import Baseline, Setup
from oracle.times import pane_of

NEVER = -(2**62)
OUTCOMES = ("accepted", "late", "duplicate", "rejected", "ignored")
"""Best first: a record ends as the best of its rows."""

Source = tuple[str, int]
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
    letters: dict[Identity, str] = field(default_factory=dict)
    records: dict[Source, Counter[str]] = field(default_factory=dict)
    rows: dict[Source, Counter[str]] = field(default_factory=dict)
    watermarks: dict[Source, int] = field(default_factory=dict)

    @property
    def closed(self) -> int:
        """The time up to which every source has come."""
        return min(self.watermarks.values(), default=NEVER)


def account(setup: Setup, sources: Mapping[Source, Iterable[Record]]) -> Ledger:
    """Read every source from its first record to its last; ``sources`` names those without records too."""
    ledger = Ledger()
    for source, records in sorted(sources.items()):
        _Account(setup, ledger, source).read(records)
    return ledger


class _Account:
    """One partition on its way."""

    def __init__(self, setup: Setup, ledger: Ledger, source: Source) -> None:
        self.setup, self.ledger, self.source = setup, ledger, source
        self.topic = setup.topics[source[0]]
        self.watermark = NEVER
        self.ids: dict[tuple[str, str, str], int] = {}
        self.records: Counter[str] = Counter()
        self.rows: Counter[str] = Counter()

    def read(self, records: Iterable[Record]) -> None:
        expected = None
        for record in records:
            if expected is not None:
                assert record.offset >= expected, "records must come in the order of their offsets"
                self.records["ignored"] += record.offset - expected
            expected = record.offset + 1
            self._record(record)
        self.ledger.records[self.source] = self.records
        self.ledger.rows[self.source] = self.rows
        self.ledger.watermarks[self.source] = self.watermark

    def _record(self, record: Record) -> None:
        found = read(record, self.topic, self._in_force)
        ends = Counter[str]()
        for refusal in found.refused:
            ends["rejected"] += refusal.rows
            self.ledger.letters[*self.source, record.offset, refusal.index] = refusal.reason
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
            self.ledger.letters[*self.source, offset, row.index] = "late"
            return "late"
        self.watermark = max(self.watermark, row.time - self.topic.lateness_ms)
        self.ledger.panes[row.model, row.version][pane].append(Kept(self.source, offset, row))
        return "accepted"

    def _in_force(self, model: str, version: str, time: int) -> Baseline | None:
        return self.setup.baseline(model, version, pane_of(time, self.setup.model(model, version).pane_ms))
