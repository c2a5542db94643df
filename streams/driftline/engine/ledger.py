"""The fold of the delta log: the one pure function by which every worker knows who owns what, and how far.

State is :class:`LogState`; :meth:`LogState.apply` takes the record at the next offset of the log and answers what
became of it.  Two workers that have folded the same records hold equal states; nothing else enters (no clock, no
group membership).  The rules, with ``source`` a partition of one life of a topic:

1. A *claim* is the newest word on who owns its source; its offset is the fencing token.  It registers every source
   of every topic that it names: a registered source that nobody has heard of holds all windows back.  Topics that the
   newest claim no longer names have left the configuration: their sources hold nothing back and belong to nobody, until
   a claim names them again, from when on they go on no earlier than what has been closed meanwhile.
2. A *birth* sets the first position of a source, once.
3. A *delta* counts if and only if its token is the newest claim of its source, its start is the position, and its
   writer knew every baseline that judges what it folded.
4. *idle* moves a watermark on, *gap* moves a position on, *retire* ends the sources of a topic's earlier life.  A gap
   of no offsets says that the event ids before the position can no longer be read again: nothing behind it is compared
   with them, whoever reads on.
   A delta that names a payload from before its shard's last *trim* is refused like one that is unaware: the payload may be
   gone.  Only the newest *verdict claim* of a shard may trim.
5. A *baseline* comes into force at the end of everything that was folded for its model, or closed, before the record.
6. ``closed`` is the smallest watermark of all living sources, and never goes back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from driftline.contracts.log import (
    BaselineInForce,
    Birth,
    Claim,
    Delta,
    Gap,
    Idle,
    LogRecord,
    Retire,
    Source,
    TopicShape,
    Trim,
    VerdictClaim,
)
from driftline.engine.lowest import Lowest
from driftline.engine.standing import NOBODY, Fact, InForce, ModelKey, ModelLine, SourceState, Trimmed
from driftline.windows.watermark import NO_TIME


class Outcome(StrEnum):
    """What became of a record of the log."""

    COUNTED = "counted"
    ZOMBIE = "zombie"
    DUPLICATE = "duplicate"
    OUT_OF_ORDER = "out_of_order"
    UNAWARE = "unaware"
    TRIMMED = "trimmed"
    STALE = "stale"


@dataclass
class LogState:
    """The fold of the log up to (and without) offset ``next_offset``."""

    next_offset: int = 0
    sources: dict[Source, SourceState] = field(default_factory=dict)
    retired_ids: set[tuple[str, str]] = field(default_factory=set)
    models: dict[ModelKey, ModelLine] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    verdicts: dict[int, int] = field(default_factory=dict)
    trims: dict[int, Trimmed] = field(default_factory=dict)
    shards: int = 0
    closed: int = NO_TIME
    anomalies: int = 0
    _lowest: Lowest = field(default_factory=Lowest, repr=False, compare=False)

    def apply(self, offset: int, record: LogRecord) -> Outcome:
        """Fold the record at ``offset``; cost is a dictionary look-up or two, and the logarithm of the number of sources.

        A claim or the end of a topic, which are rare, cost a look at every source.
        """
        self.next_offset = offset + 1
        outcome = self._dispatch(offset, record)
        if outcome is Outcome.OUT_OF_ORDER:
            self.anomalies += 1
        if outcome is Outcome.COUNTED:
            self._advance(record)
        return outcome

    def position(self, source: Source) -> int | None:
        """The next offset to read from ``source``; None before its birth."""
        state = self.sources.get(source)
        return None if state is None or state.position < 0 else state.position

    def trimmed(self, shard: int) -> Trimmed:
        """From where on a shard needs the log and its payloads; all of both before its first trim."""
        return self.trims.get(shard, Trimmed())

    @property
    def cut(self) -> int:
        """No shard needs the log before this offset; 0 while any of them has not said so."""
        return min((self.trimmed(shard).log for shard in range(1, self.shards + 1)), default=0)

    def line(self, model: str, version: str) -> ModelLine:
        """The baselines of a model; an empty line where none was announced."""
        return self.models.get((model, version)) or ModelLine()

    def living(self) -> Iterable[tuple[Source, SourceState]]:
        """The sources that hold windows back."""
        return ((source, state) for source, state in self.sources.items() if not (state.retired or state.dormant))

    def holding_back(self) -> list[Source]:
        """The living sources whose watermark is the smallest: those that windows are waiting for."""
        living = sorted(self.living())
        lowest = min((state.watermark for _, state in living), default=NO_TIME)
        return [source for source, state in living if state.watermark == lowest]

    def earlier_lives(self, shape: TopicShape) -> list[str]:
        """Ids of earlier lives of a topic that still hold windows back, when ``shape`` is what it is today."""
        if (shape.topic, shape.topic_id) in self.retired_ids:
            return []
        ids = {source.topic_id for source, _ in self.living() if source.topic == shape.topic}
        return sorted(ids - {shape.topic_id})

    def prune(self, horizon: int) -> None:
        """Forget facts, and contents of baselines, that no window starting at or after ``horizon`` can need.

        Superseded baselines keep their place in the line, since deltas count them.  Models without any that have not been
        seen for so long go as a whole.
        """
        self.facts = [fact for fact in self.facts if fact.high >= horizon]
        self.models = {key: line for key, line in self.models.items() if line.baselines or line.top > horizon}
        for line in self.models.values():
            for index, newer in enumerate(line.baselines[1:]):
                older = line.baselines[index]
                if older.content and newer.effective <= horizon:
                    line.baselines[index] = InForce(older.effective, older.baseline, b"", older.origin)

    def _advance(self, record: LogRecord) -> None:
        if isinstance(record, Claim | Retire):
            self._lowest.forget()
        self.closed = max(self.closed, self._lowest.of(self))

    def _dispatch(self, offset: int, record: LogRecord) -> Outcome:
        """Records of the log as a whole here, those of one source below."""
        match record:
            case Claim():
                return self._claim(offset, record)
            case Retire():
                return self._retire(record)
            case BaselineInForce():
                return self._baseline(record)
            case VerdictClaim():
                self.verdicts[record.shard] = offset
                return Outcome.COUNTED
            case Trim():
                return self._trim(record)
            case _:
                return self._of_source(record)

    def _of_source(self, record: Birth | Idle | Gap | Delta) -> Outcome:
        """Rule 3's fence comes first: only the newest claim may speak for a source."""
        state = self.sources.get(record.source)
        if state is None or state.retired or state.token != record.token:
            return Outcome.ZOMBIE
        match record:
            case Birth():
                return self._birth(state, record)
            case Idle():
                return self._idle(state, record)
            case Gap():
                return self._gap(state, record)
            case Delta():
                return self._delta(state, record)

    def _claim(self, offset: int, record: Claim) -> Outcome:
        source = record.source
        if (source.topic, source.topic_id) in self.retired_ids or record.shards != (self.shards or record.shards):
            return Outcome.STALE
        self.shards = record.shards
        for shape in record.topics:
            if (shape.topic, shape.topic_id) in self.retired_ids:
                continue
            for partition in range(shape.partitions):
                self.sources.setdefault(Source(shape.topic, shape.topic_id, partition), SourceState())
        self._follow_configuration({source.topic, *(shape.topic for shape in record.topics)})
        self.sources.setdefault(source, SourceState()).token = offset
        return Outcome.COUNTED

    def _follow_configuration(self, named: set[str]) -> None:
        """Let go of the sources of topics that are no longer named, and take back those that are again."""
        for source, state in self.sources.items():
            if source.topic not in named:
                state.dormant, state.token = True, NOBODY
            elif state.dormant:
                state.dormant, state.watermark = False, max(state.watermark, self.closed)

    def _retire(self, record: Retire) -> Outcome:
        key = (record.topic, record.topic_id)
        if key in self.retired_ids:
            return Outcome.DUPLICATE
        self.retired_ids.add(key)
        for source, state in self.sources.items():
            if (source.topic, source.topic_id) == key and not state.retired:
                state.retired = True
                low = max(state.watermark, self.closed)
                start = max(state.position, 0)
                self.facts.append(
                    Fact("retire", source, start, start, low, record.horizon, "the topic was created anew")
                )
        return Outcome.COUNTED

    def _birth(self, state: SourceState, record: Birth) -> Outcome:
        if state.position >= 0:
            return Outcome.DUPLICATE
        state.position = state.base = record.to
        state.watermark = max(state.watermark, record.watermark)
        return Outcome.COUNTED

    def _idle(self, state: SourceState, record: Idle) -> Outcome:
        if record.at != state.position:
            return Outcome.DUPLICATE if record.at < state.position else Outcome.OUT_OF_ORDER
        state.idle = True
        if record.watermark > state.watermark:
            self.facts.append(
                Fact("idle", record.source, record.at, record.at, state.watermark, record.watermark - 1),
            )
            state.watermark = record.watermark
        return Outcome.COUNTED

    def _gap(self, state: SourceState, record: Gap) -> Outcome:
        if record.start != state.position:
            return Outcome.DUPLICATE if record.end <= state.position else Outcome.OUT_OF_ORDER
        if record.end > record.start:
            self.facts.append(
                Fact("gap", record.source, record.start, record.end, state.watermark, record.horizon, record.reason),
            )
        state.position = state.base = record.end
        return Outcome.COUNTED

    def _delta(self, state: SourceState, record: Delta) -> Outcome:
        if record.start != state.position:
            if record.end <= state.position:
                return Outcome.DUPLICATE
            top = max((known.top for known in record.baselines), default=record.watermark)
            reason = f"a delta began at {record.start} where {state.position} was due"
            self.facts.append(Fact("anomaly", record.source, record.start, record.end, state.watermark, top, reason))
            return Outcome.OUT_OF_ORDER
        if any(min(payload.offsets) < self.trimmed(payload.shard).payload for payload in record.payloads):
            state.token = NOBODY
            return Outcome.TRIMMED
        for known in record.baselines:
            line = self.line(known.model, known.version)
            if known.known < len(line.baselines) and line.baselines[known.known].effective < known.top:
                state.token = NOBODY
                return Outcome.UNAWARE
        state.position = record.end
        state.watermark = max(state.watermark, record.watermark)
        state.idle = False
        state.records = state.records.plus(record.records)
        state.rows = state.rows.plus(record.rows)
        for known in record.baselines:
            line = self.models.setdefault((known.model, known.version), ModelLine())
            line.top = max(line.top, known.top)
        return Outcome.COUNTED

    def _trim(self, record: Trim) -> Outcome:
        if self.verdicts.get(record.shard) != record.token:
            return Outcome.ZOMBIE
        before = self.trimmed(record.shard)
        self.trims[record.shard] = Trimmed(max(before.log, record.log), max(before.payload, record.payload))
        return Outcome.COUNTED

    def _baseline(self, record: BaselineInForce) -> Outcome:
        line = self.models.setdefault((record.model, record.version), ModelLine())
        if line.baselines and record.origin <= line.baselines[-1].origin:
            return Outcome.DUPLICATE
        effective = max(record.effective, line.top, self.closed)
        if line.baselines:
            effective = max(effective, line.baselines[-1].effective + record.pane_ms)
        effective = -(-effective // record.pane_ms) * record.pane_ms if effective > NO_TIME else NO_TIME
        line.baselines.append(InForce(effective, record.baseline, record.content, record.origin))
        return Outcome.COUNTED
