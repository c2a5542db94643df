"""Topics, the delta log, snapshots and time, as workers see them, and what must hold at every moment of the log."""

from __future__ import annotations

from driftline.contracts.deadletter import read_refusal
from driftline.contracts.log import (
    BaselineInForce,
    Claim,
    Delta,
    LogRecord,
    Retire,
    Source,
    TopicShape,
    decode_record,
)
from driftline.engine.ledger import LogState, Outcome
from protocol import oracle, traffic
from protocol.capture_worker import Place
from protocol.tapes import DeltaLog, Item, Tape

Letter = tuple[Source, int, int]


class Cluster:
    """Everything outside the workers."""

    def __init__(self, partitions: int = 2, shards: int = 1) -> None:
        self.now = traffic.BEGIN
        self.shards = shards
        self.log = DeltaLog()
        self.payloads = {shard: DeltaLog() for shard in range(1, shards + 1)}
        self.snapshots: dict[bytes, bytes] = {}
        self.live = {"t": [Tape() for _ in range(partitions)], "u": [Tape()]}
        self.lives = {"t": 0, "u": 0}
        self.tapes: dict[Source, Tape] = {}
        self._register()
        self.out: dict[tuple[str, ...], bytes] = {}
        self.sent = 0
        self.letters: dict[Letter, str] = {}
        self.god = LogState()
        self.told: list[tuple[LogRecord, Outcome]] = []
        self.ends: dict[Source, int] = {}
        self.named: set[Source] = set()

    # -- what workers see -------------------------------------------------------------------------------------------

    def tape(self, source: Source) -> Tape | None:
        """The partition, if this life of its topic still is."""
        return self.tapes[source] if source.topic_id == self._topic_id(source.topic) else None

    def shapes(self) -> list[TopicShape]:
        return [TopicShape(topic, self._topic_id(topic), len(tapes)) for topic, tapes in self.live.items()]

    def sink(self, destination: str, item: Item) -> int:
        """A record arrives."""
        if isinstance(item, bytes):
            return self._append(item) if destination == "log" else self._carry(int(destination), item)
        match destination:
            case "out":
                identity, data = item
                assert self.out.setdefault(identity, data) == data, f"conflicting results {identity}"
                self.sent += 1
            case "letters":
                source, headers = item
                refusal = read_refusal(headers)
                kind = refusal.reason if refusal.reason in {"late", "future"} else "bad"
                self.letters[source, refusal.offset, -1 if refusal.index is None else refusal.index] = kind
            case "snapshots":
                self._put(*item)
        return 0

    def _carry(self, shard: int, data: bytes) -> int:
        """A part of a payload arrives."""
        self.payloads[shard].records.append(data)
        return self.payloads[shard].end - 1

    def payload(self, shard: int, offsets: list[int], *, all_kept: bool = False) -> bytes | None:
        """The parts at some offsets, put together; None while they are not there, empty when they are no longer."""
        tape = self.payloads[shard]
        if max(offsets) >= tape.end:
            return None
        gone = min(offsets) < tape.start and not all_kept
        return b"" if gone else b"".join(tape.records[offset] for offset in offsets)

    def _put(self, key: bytes, value: bytes | None) -> None:
        if value is None:
            self.snapshots.pop(key, None)
            return
        before = self.snapshots.get(key, value)
        assert before == value or b'"manifest"' in key, f"a part was written over with something else: {key!r}"
        self.snapshots[key] = value

    def _append(self, data: bytes) -> int:
        """The log grows; what must hold at every moment is looked at here."""
        offset = self.log.end
        self.log.records.append(data)
        record = decode_record(data)
        before = None if isinstance(record, BaselineInForce | Retire) else self._position(record)
        closed = self.god.closed
        outcome = self.god.apply(offset, record)
        self.told.append((record, outcome))
        assert outcome is not Outcome.OUT_OF_ORDER, f"out of order: {record}"
        if outcome is Outcome.COUNTED and isinstance(record, Delta):
            self._check_delta(record, before)
        if outcome is Outcome.COUNTED and isinstance(record, Retire):
            self._note_ends()
        if outcome is Outcome.COUNTED and isinstance(record, Claim):
            self._note_named(record)
        unheard = [source for source in self.named if source not in self.ends and self.god.position(source) is None]
        assert self.god.closed == closed or not unheard, f"windows close before every source was heard of: {unheard}"
        return offset

    def _note_named(self, claim: Claim) -> None:
        for shape in claim.topics:
            sources = {Source(shape.topic, shape.topic_id, partition) for partition in range(shape.partitions)}
            self.named |= {source for source in sources if (source.topic, source.topic_id) not in self.god.retired_ids}

    def _position(self, record: LogRecord) -> int | None:
        source = getattr(record, "source", None)
        return None if source is None else self.god.position(source)

    def _check_delta(self, record: Delta, before: int | None) -> None:
        assert record.start == before, f"ranges must tile: {before} {record}"
        assert record.records.total() == record.end - record.start, f"the ledger must add up: {record}"
        refused = {
            letter for letter in self.letters if letter[0] == record.source and record.start <= letter[1] < record.end
        }
        least = record.rows.rejected + record.rows.late
        assert len(refused) >= least, f"dead letters come before the delta that accounts for them: {least} {refused}"

    def _note_ends(self) -> None:
        for source, state in self.god.sources.items():
            if state.retired:
                self.ends.setdefault(source, max(state.position, 0))
                self.named.discard(source)

    # ---------------------------------------------------------------------------------------------------------------

    @property
    def places(self) -> list[Place]:
        return [(topic, partition) for topic, tapes in sorted(self.live.items()) for partition in range(len(tapes))]

    def _tape(self, number: int) -> Tape:
        places = self.places
        topic, partition = places[number % len(places)]
        return self.live[topic][partition]

    def _topic_id(self, topic: str) -> str:
        return f"{topic}-life-{self.lives[topic]}"

    def _register(self) -> None:
        for topic, tapes in self.live.items():
            for partition, tape in enumerate(tapes):
                self.tapes[Source(topic, self._topic_id(topic), partition)] = tape

    def stories(self) -> dict[Source, oracle.SourceStory]:
        """What the log says of each source."""
        stories = oracle.first_records((record, outcome is Outcome.COUNTED) for record, outcome in self.told)
        for source, end in self.ends.items():
            if source in stories:
                stories[source].end = end
        return stories
