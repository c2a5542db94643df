"""Traffic of any shape: how many models, features, partitions and categories; and all that a worker does with it but Kafka."""

from __future__ import annotations

import collections
import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice

import pandas as pd
from workload import BEGIN, PANE_MS, SETTINGS, VERSION, fold_of

import driftline.baseline as baselines
from driftline.agents.pace import FlushPace
from driftline.baseline.model import Baseline
from driftline.broker.fetcher import BATCH_BYTES, HELD_BYTES, RECORD_BYTES
from driftline.contracts.capture import CaptureTopic, RawBatch
from driftline.contracts.log import (
    BaselineInForce,
    Birth,
    Claim,
    Delta,
    Idle,
    LogRecord,
    Source,
    Stamp,
    TopicShape,
    decode_record,
    encode_record,
)
from driftline.engine.baselines import BaselineShelf, Decoding, pack_baseline
from driftline.engine.ledger import LogState
from driftline.engine.verdict import Verdict

TOPIC = "shapes"
FLUSH_SECONDS = 1.0
PER_SECOND = 20_000
PATTERNS = 200
STAMP = Stamp("bench", 0)


@dataclass(frozen=True)
class Shape:
    """One traffic; ``by_model``: each model keeps to one partition, else all are spread over all."""

    models: int = 1
    features: int = 25
    partitions: int = 8
    categories: int = 8
    by_model: bool = True
    only_categories: bool = False

    @property
    def categorical(self) -> int:
        """A fifth of the features, or all of them."""
        return self.features if self.only_categories else self.features // 5

    @property
    def names(self) -> list[str]:
        """The models."""
        return [f"model-{number:04d}" for number in range(self.models)]

    def partition(self, number: int) -> int:
        """Where an event goes."""
        return (number % self.models if self.by_model else number) % self.partitions


def row(shape: Shape, rng: random.Random) -> dict[str, float | str]:
    """The features of one event."""
    found: dict[str, float | str] = {
        f"amount_{n:03d}": round(rng.gauss(n % 20, 1 + n % 20 / 10), 6)
        for n in range(shape.features - shape.categorical)
    }
    return found | {f"region_{n:03d}": f"place-{rng.randrange(shape.categories)}" for n in range(shape.categorical)}


@cache
def _columns(shape: Shape) -> Baseline:
    rng = random.Random(7)
    frame = pd.DataFrame([row(shape, rng) | {"score": rng.random()} for _ in range(2_000)])
    return baselines.create(
        frame, model="any", version=VERSION, roles={"score": "prediction"}, created="2024-05-01T00:00:00Z"
    )


def baseline(shape: Shape, model: str) -> Baseline:
    """The baseline of a model, its own by its id; the columns of all are alike."""
    like = _columns(replace(shape, models=1, partitions=1, by_model=True))
    return Baseline.build(
        model=model, version=VERSION, rows=like.rows, columns=like.columns, constraints=like.constraints
    )


def rows_anew(shape: Shape, rng: random.Random) -> Iterator[bytes]:
    """What follows the envelope of an event: features and an answer, without end."""
    while True:
        said = {"features": row(shape, rng), "prediction": round(rng.random(), 6), "latency": 0.012, "status": 200}
        yield json.dumps(said, separators=(",", ":"))[1:].encode()


def rows_again(shape: Shape, rng: random.Random) -> Iterator[bytes]:
    """The same, of some rows again and again in any order."""
    made = list(islice(rows_anew(shape, rng), PATTERNS))
    while True:
        yield made[rng.randrange(PATTERNS)]


def records(
    shape: Shape, count: int, per_second: int = PER_SECOND, rows: Iterator[bytes] | None = None
) -> Iterator[tuple[int, bytes, bytes]]:
    """Partition, key (the model) and value of so many events in order of event time."""
    names = [name.encode() for name in shape.names]
    for number, rest in enumerate(islice(rows or rows_again(shape, random.Random(1)), count)):
        model = names[number % shape.models]
        moment = BEGIN + number * 1000 // per_second
        head = b'{"id":"%016x","time":%d,"model":"%b","version":"%b",' % (number, moment, model, VERSION.encode())
        yield shape.partition(number), model, head + rest


@dataclass
class Times:
    """CPU seconds by stage."""

    fold: float = 0.0
    flush: float = 0.0
    merge: float = 0.0
    events: int = 0
    flushes: int = 0
    deltas: int = 0
    panes: int = 0
    log_bytes: int = 0
    windows: int = 0
    stall: float = 0.0

    @property
    def total(self) -> float:
        """All stages."""
        return self.fold + self.flush + self.merge


@dataclass
class Pipeline:
    """Capture stage, log and verdict stage of one worker, driven by CPU time: a flush a second, as in a busy worker."""

    shape: Shape
    log: LogState = field(default_factory=LogState)
    times: Times = field(default_factory=Times)

    def __post_init__(self) -> None:
        """Every model has its baseline in force, and every layout is made: what happens once is not measured."""
        self.shelf = BaselineShelf()
        self.verdict = Verdict(lambda _model, _version: SETTINGS)
        count = self.shape.partitions
        self.sources = [Source(TOPIC, "", partition) for partition in range(count)]
        for source in self.sources:
            self._tell(Claim(source, [TopicShape(TOPIC, "", count)], STAMP))
        for token, source in enumerate(self.sources):
            self._tell(Birth(source, token, 0, BEGIN - 86_400_000, STAMP))
        for number, name in enumerate(self.shape.names):
            known = baseline(self.shape, name)
            self._tell(BaselineInForce(name, VERSION, known.id, pack_baseline(known), 0, PANE_MS, number, STAMP))
            self.verdict.shelf.layout(known.id).rank_plan  # noqa: B018 - made on first use
        self.shelf.learn(self.log)
        self.decoding = Decoding(CaptureTopic(TOPIC), self.shelf, self.log.line)
        self.folds = [fold_of(source, 0, self.decoding, self.log.line) for source in self.sources]

    def _tell(self, record: LogRecord) -> int:
        """Fold a record into the log and the books; how many windows closed with it."""
        offset = self.log.next_offset
        self.log.apply(offset, record)
        return len(self.verdict.apply(offset, record).emitted)

    def run(self, queues: list[list[tuple[bytes, bytes]]]) -> Times:
        """Everything in the queues, one a partition, as a fetcher would give it out; each queue goes on where it ended."""
        self.times = Times(events=sum(map(len, queues)))
        at, pace = [0] * len(queues), FlushPace(FLUSH_SECONDS)
        pace.flushed(time.process_time(), 0.0)
        while any(at[place] < len(queue) for place, queue in enumerate(queues)):
            for place, queue in enumerate(queues):
                part = queue[at[place] : at[place] + self._group(place, queue)]
                at[place] += len(part)
                self._read(place, part)
                began = time.process_time()
                if pace.is_due(began):
                    pace.flushed(began, self.flush())
        self.flush()
        return self.times

    def _group(self, place: int, queue: list[tuple[bytes, bytes]]) -> int:
        """What the fetcher would gather: it gives out the largest group when it holds too much, about twice the mean."""
        size = len(queue[0][1]) if queue else 1
        held = 2 * HELD_BYTES // (size + RECORD_BYTES) // self.shape.partitions
        return max(1, min(self.folds[place].group, BATCH_BYTES // size, held))

    def _read(self, place: int, part: list[tuple[bytes, bytes]]) -> None:
        if not part:
            return
        onto, count = self.folds[place], len(part)
        offsets = list(range(onto.position, onto.position + count))
        values: list[bytes | None] = [value for _, value in part]
        keys: list[bytes | None] = [key for key, _ in part]
        batch = RawBatch(TOPIC, place, offsets, values, keys, [None] * count, [BEGIN] * count)
        began = time.process_time()
        assert not onto.fold(batch, BEGIN + 10**9), "a benchmark's records must be fine"
        taken = time.process_time() - began
        self.times.fold += taken
        self.times.stall = max(self.times.stall, taken)

    def flush(self) -> float:
        """One delta a source, through the log and into the books; the CPU seconds of the capture side."""
        self.times.flushes += 1
        before = self.times.flush
        for source, onto in zip(self.sources, self.folds, strict=True):
            if onto.is_empty:
                continue
            began = time.process_time()
            collections.deque(onto.settle(), maxlen=0)
            settled = time.process_time()
            draft = onto.take()
            token = self.log.sources[source].token
            held = (draft.start, draft.end, draft.watermark, draft.records, draft.rows, draft.baselines, draft.panes)
            data = encode_record(Delta(source, token, *held, STAMP))
            flushed = time.process_time()
            record = decode_record(data)
            self.times.windows += self._tell(record)
            merged = time.process_time()
            self.times.flush += flushed - began
            self.times.merge += merged - flushed
            self.times.stall = max(self.times.stall, flushed - settled, merged - flushed)
            self.times.deltas += 1
            self.times.panes += len(draft.panes)
            self.times.log_bytes += len(data)
        return self.times.flush - before

    def close(self) -> tuple[int, float]:
        """How many windows close when time moves on by a minute, and the CPU seconds that it takes to judge them."""
        idle = [
            Idle(source, self.log.sources[source].token, onto.position, self.log.closed + 120_000, STAMP)
            for source, onto in zip(self.sources, self.folds, strict=True)
        ]
        began, windows = time.process_time(), 0
        for record in idle:
            windows += self._tell(record)
        return windows, time.process_time() - began
