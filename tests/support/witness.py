"""Somebody who reads the delta log from its first record on while it is being written, and so knows of what is cut away later."""

from __future__ import annotations

import threading
from collections import Counter

import confluent_kafka as ck

from driftline.contracts.log import Birth, Counts, LogRecord, Source, decode_record
from driftline.engine.ledger import LogState, Outcome
from oracle.compare import Account
from oracle.ledger import OUTCOMES
from oracle.told import Loss, Told
from oracle.told import Source as Place


class Witness:
    """Folds the log by the product's own rules in a thread; holes in what it has seen are an error."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self.state = LogState()
        self.births: dict[Place, int] = {}
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self.fault: str | None = None
        self._lives: dict[str, list[str]] = {}
        self._over = threading.Event()
        self._client = ck.Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": "test-witness",
                "enable.auto.commit": False,
                "auto.offset.reset": "error",
                "fetch.wait.max.ms": 50,
                "log_level": 0,
            }
        )
        self._client.assign([ck.TopicPartition(topic, 0, 0)])
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Read no more."""
        self._over.set()
        self._thread.join(10)
        self._client.close()

    def __str__(self) -> str:
        told = ", ".join(f"{n} {kind}s {outcome}" for (kind, outcome), n in sorted(self.outcomes.items()))
        stands = [
            f"{s} at {state.position} by {state.token}, {state.watermark}" for s, state in self.state.sources.items()
        ]
        return "\n  ".join([f"the log at {self.state.next_offset}: {told}", *stands])

    def counted(self, kind: str, outcome: Outcome) -> int:
        """How many records of a kind had an outcome."""
        return self.outcomes[kind, outcome.value]

    def place(self, source: Source) -> Place:
        """How the oracle names a source: with its life, where its topic has had several."""
        topic, life, partition = source.topic, source.topic_id, source.partition
        return (topic, partition) if len(self._lives[topic]) == 1 else (f"{topic}@{life}", partition)

    def lives(self, topic: str) -> list[str]:
        """The ids that a topic has had, in their order."""
        return self._lives.get(topic, [])

    @property
    def told(self) -> Told:
        """What the oracle cannot know from the records."""
        kinds = {"gap", "retire"}
        lost = sorted((f.source, f.start, f.end, f.reason, f) for f in self.state.facts if f.kind in kinds)
        told = Told(losses=[Loss(f.low, f.high, f"{f.source} [{f.start}, {f.end}): {f.reason}") for *_, f in lost])
        for fact in self.state.facts:
            if fact.kind == "gap":
                told.gaps.setdefault(self.place(fact.source), []).append((fact.start, fact.end))
        for source, state in self.state.sources.items():
            if state.retired:
                told.retired.add(self.place(source))
            told.watermarks[self.place(source)] = self.births.get((source.topic_id, source.partition), -(2**62))
        return told

    @property
    def accounts(self) -> dict[Place, Account]:
        """The ledger of every source."""
        return {self.place(source): (_told(s.records), _told(s.rows)) for source, s in self.state.sources.items()}

    def _read(self) -> None:
        while not self._over.is_set() and self.fault is None:
            for message in self._client.consume(500, 0.05):
                error = message.error()
                if error is None:
                    self._take(message.offset(), decode_record(message.value()))
                elif error.code() in (ck.KafkaError._AUTO_OFFSET_RESET, ck.KafkaError.OFFSET_OUT_OF_RANGE):
                    self.fault = f"the log was cut before it was witnessed: {error}"

    def _take(self, offset: int, record: LogRecord) -> None:
        outcome = self.state.apply(offset, record)
        self.outcomes[type(record).__name__.lower(), outcome.value] += 1
        if isinstance(record, Birth) and outcome is Outcome.COUNTED:
            self.births[record.source.topic_id, record.source.partition] = record.watermark
        for source in self.state.sources:
            lives = self._lives.setdefault(source.topic, [])
            if source.topic_id not in lives:
                lives.append(source.topic_id)


def _told(counts: Counts) -> dict[str, int]:
    return {name: getattr(counts, name) for name in OUTCOMES}
