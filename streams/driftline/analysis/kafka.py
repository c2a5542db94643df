"""What a replay needs to know from Kafka: what the workers have told, what the log says, which baselines there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from driftline.analysis.gathering import Place
from driftline.analysis.recorded import Letter
from driftline.analysis.told import Record, Told
from driftline.baseline.model import Baseline
from driftline.baseline.parts import Assembler
from driftline.broker.admin import Admin
from driftline.broker.log import LogReader
from driftline.broker.replay import read_topic
from driftline.broker.settings import connecting, following, replaying
from driftline.broker.table import read_table
from driftline.config import Config
from driftline.contracts.capture import RawBatch
from driftline.contracts.deadletter import read_refusal
from driftline.contracts.statistics import decode_statistics
from driftline.contracts.topics import TopicNames
from driftline.contracts.violation import decode_violation
from driftline.engine.ledger import LogState
from driftline.engine.snapshot import MANIFESTS, newest_manifest
from driftline.engine.verdict import restore_log
from driftline.errors import BaselineError, ContractError, ProtocolError

CLOCK_REASONS: Final = frozenset({"late", "future"})
"""Reasons of dead letters that depend on time, and so on what came before or on a clock."""

_LOG_TURNS: Final = 150


class _Whose(msgspec.Struct):
    """Of which model a record is."""

    model: str
    version: str


_WHOSE: Final = msgspec.json.Decoder(_Whose)


class Kafka:
    """Questions of a replay to one cluster; each reads a topic once. Raises BrokerError."""

    def __init__(self, config: Config) -> None:
        """Nothing is connected before it is asked for."""
        self.config = config
        self.topics = TopicNames(config.topic_prefix)
        self.admin = Admin(connecting(config.kafka, "analyze"))

    def told(self, model: tuple[str, str]) -> Told:
        """The statistics of a model that are still on their topic."""
        texts = self._of(self.topics.statistics, model)
        return Told.of(Record(text, decode_statistics(text)) for text in texts)

    def violations(self, model: tuple[str, str]) -> dict[str, bytes]:
        """The violation events of a model by their id."""
        texts = self._of(self.topics.violations, model)
        return {decode_violation(text).event_id: text for text in texts}

    def letters(self, places: Mapping[Place, int]) -> frozenset[Letter]:
        """Rows that workers refused because of time, of these sources from these offsets on."""
        found = set()
        for batch in self._read(self.topics.deadletter):
            for headers in batch.headers or ():
                letter = _letter(headers or (), places)
                if letter is not None:
                    found.add(letter)
        return frozenset(found)

    def log(self) -> LogState:
        """The fold of the delta log up to now; an empty one where no worker has been, or its topics are gone."""
        existing = self.admin.partitions()
        if self.topics.partials not in existing or self.topics.snapshots not in existing:
            return LogState()
        table = read_table(replaying(self.config.kafka), self.topics.snapshots, {MANIFESTS})
        held = {key: row.value for key, row in table.items()}
        try:
            newest = newest_manifest(held)
            state = LogState() if newest is None else restore_log(newest[1], held, newest[0])
        except ProtocolError:
            return LogState()
        self._follow(state)
        return state

    def baselines(self) -> dict[str, tuple[int, Baseline]]:
        """Every published baseline by id, with the offset of its manifest."""
        if self.topics.baselines not in self.admin.partitions():
            return {}
        assembler, offsets = Assembler(), dict[str, int]()
        for key, row in read_table(replaying(self.config.kafka), self.topics.baselines).items():
            try:
                assembler.add(key.decode(), row.value)
            except (BaselineError, UnicodeDecodeError):
                continue
            offsets[key.decode()] = row.offset
        found = {}
        for (_, _, identity), baseline in assembler.baselines.items():
            place = max((offset for key, offset in offsets.items() if key.endswith(f"/{identity}")), default=0)
            found[identity] = (place, baseline)
        return found

    def first_offsets(self, topic: str, partitions: Sequence[int], time_ms: int) -> dict[int, int]:
        """From where on records may hold event times from ``time_ms`` on, by Kafka's own times of records: a hint.

        A partition whose records are all older, as its own times tell, is read from its beginning: those may be wrong.
        """
        hints = self.admin.offsets_at(topic, partitions, max(0, time_ms))
        lows, highs = self.admin.beginnings(topic, partitions), self.admin.ends(topic, partitions)
        return {p: lows[p] if hints[p] >= highs[p] else max(hints[p], lows[p]) for p in partitions}

    def _follow(self, state: LogState) -> None:
        """Fold what stands in the log behind a snapshot, as far as it can be read."""
        reader = LogReader(following(self.config.kafka), self.topics.partials)
        try:
            low, high = reader.bounds()
            if not low <= state.next_offset <= high:
                return
            reader.start(state.next_offset)
            silent = 0
            while state.next_offset < high and silent < _LOG_TURNS:
                records = reader.poll(500, 0.2)
                silent = 0 if records else silent + 1
                for offset, record in records:
                    state.apply(offset, record)
        finally:
            reader.close()

    def _of(self, topic: str, model: tuple[str, str]) -> Iterator[bytes]:
        """The records of a topic that are of a model; those that can't be read are none of ours."""
        for batch in self._read(topic):
            for value in batch.values:
                try:
                    whose = _WHOSE.decode(value or b"")
                except (msgspec.DecodeError, UnicodeDecodeError):
                    continue
                if (whose.model, whose.version) == model:
                    yield value or b""

    def _read(self, topic: str) -> Iterable[RawBatch]:
        if topic not in self.admin.partitions():
            return ()
        return read_topic(replaying(self.config.kafka), topic)


def _letter(headers: Iterable[tuple[str, bytes | None]], places: Mapping[Place, int]) -> Letter | None:
    try:
        refusal = read_refusal(list(headers))
    except ContractError:
        return None
    if refusal.reason not in CLOCK_REASONS or refusal.offset < places.get((refusal.topic, refusal.partition), 2**63):
        return None
    return refusal.topic, refusal.partition, refusal.offset, refusal.index or 0
