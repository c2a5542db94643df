"""What does the verdict stage cost when many source partitions flush every second, and what does spreading it buy?

A simulation: the real fold of the log, the real payloads and the real shards, fed with deltas that are made up once; no
Kafka, no capture side. All figures are CPU seconds a second of the stream, so 1.0 is a whole core.

    python benchmarks/bench_verdict.py [--seconds N] [--quick]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import shapes
from tables import table
from workload import BEGIN, PANE_MS, SETTINGS, VERSION, fold_of

from driftline.contracts.capture import CaptureTopic, RawBatch
from driftline.contracts.log import (
    BaselineInForce,
    Birth,
    Claim,
    Counts,
    Delta,
    KnownBaselines,
    LogRecord,
    PaneDelta,
    Source,
    Stamp,
    TopicShape,
    decode_record,
    encode_record,
)
from driftline.durations import DAY_MS
from driftline.engine.baselines import BaselineShelf, Decoding, pack_baseline
from driftline.engine.draft import Draft
from driftline.engine.ledger import LogState
from driftline.engine.shards import load, ship
from driftline.engine.verdict import Verdict

STAMP = Stamp("bench", 0)
ROWS = 20
"""Rows of a model in a delta: what they are does not change what merging costs."""

CASES = ((100, 10), (1_000, 1), (1_000, 10), (1_000, 100))
"""Source partitions, and models that every one of them carries."""

QUICK = ((100, 10), (1_000, 1))
SHARDS = (1, 8)


@dataclass
class Stage:
    """The log and the payload partitions as lists, and everybody who reads them."""

    partitions: int
    models: int
    shards: int
    log: list[bytes] = field(default_factory=list)
    payloads: dict[int, list[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Sources born, baselines in force."""
        self.shape = shapes.Shape(models=self.models, features=25)
        self.payloads = {shard: [] for shard in range(1, self.shards + 1)}
        self.sources = [Source("captures", "", partition) for partition in range(self.partitions)]
        for source in self.sources:
            self._write(Claim(source, [TopicShape("captures", "", self.partitions)], STAMP, self.shards))
        for token, source in enumerate(self.sources):
            self._write(Birth(source, token, 0, BEGIN - 2 * DAY_MS, STAMP))
        self.baselines = [shapes.baseline(self.shape, name) for name in self.shape.names]
        for number, known in enumerate(self.baselines):
            held = (known.model, VERSION, known.id, pack_baseline(known), 0, PANE_MS, number)
            self._write(BaselineInForce(*held, STAMP))
        self.statistics = self._statistics()
        self.begun = len(self.log)

    def _statistics(self) -> dict[str, object]:
        """What a flush says of a model: some rows of the traffic of the other benchmarks; the columns of all models are alike."""
        state, shelf = LogState(), BaselineShelf()
        for offset, data in enumerate(self.log):
            state.apply(offset, decode_record(data))
        shelf.learn(state)
        fold = fold_of(self.sources[0], 0, Decoding(CaptureTopic("captures"), shelf, state.line), state.line)
        values: list[bytes | None] = [value for _, _, value in shapes.records(replace(self.shape, models=1), ROWS)]
        batch = RawBatch("captures", 0, list(range(ROWS)), values, [None] * ROWS, [None] * ROWS, [-1] * ROWS)
        assert not fold.fold(batch, BEGIN + 10**9), "a benchmark's records must be fine"
        return fold.take().panes[0].statistics

    def run(self, seconds: int) -> None:
        """So many seconds of deltas, one a source and second; the panes are those of the second."""
        for second in range(seconds):
            moment = BEGIN + second * 1000
            start = moment - moment % PANE_MS
            for token, source in enumerate(self.sources):
                self._flush(source, token, second, moment, start)

    def _flush(self, source: Source, token: int, second: int, moment: int, start: int) -> None:
        at = second * ROWS * self.models
        counts = Counts(accepted=ROWS * self.models)
        known = [KnownBaselines(one.model, VERSION, 1, start + PANE_MS) for one in self.baselines]
        panes = [
            PaneDelta(one.model, VERSION, start, PANE_MS, one.id, at, at + ROWS, ROWS, ROWS, self.statistics)
            for one in self.baselines
        ]
        draft = Draft(at, at + counts.accepted, moment, counts, counts, known, panes)
        shipment = ship(draft, load(panes, self.shards), self._carry)
        held = (draft.start, draft.end, draft.watermark, counts, counts, known, shipment.inline)
        self._write(Delta(source, token, *held, STAMP, shipment.payloads()))

    def _carry(self, shard: int, data: bytes, landed: object) -> None:
        self.payloads[shard].append(data)
        assert callable(landed)
        landed(len(self.payloads[shard]) - 1)

    def _write(self, record: LogRecord) -> None:
        self.log.append(encode_record(record))


def follow(stage: Stage) -> float:
    """CPU seconds of a capture worker that follows the log."""
    state, began = LogState(), 0.0
    for offset, data in enumerate(stage.log):
        if offset == stage.begun:
            began = time.process_time()
        state.apply(offset, decode_record(data))
    return time.process_time() - began


def judge(stage: Stage, shard: int) -> tuple[float, int]:
    """CPU seconds of one shard's owner, and the windows that it closed."""
    verdict, began, windows = Verdict(lambda _m, _v: SETTINGS, shard, stage.shards), 0.0, 0
    for offset, data in enumerate(stage.log):
        if offset == stage.begun:
            for known in stage.baselines:
                verdict.shelf.layout(known.id).rank_plan  # noqa: B018 - made on first use
            began = time.process_time()
        record = decode_record(data)
        payload = b"".join(stage.payloads[shard][place] for place in verdict.needs(record))
        windows += len(verdict.apply(offset, record, payload).emitted)
    return time.process_time() - began, windows


def rows(cases: tuple[tuple[int, int], ...], seconds: int) -> Iterator[list[str]]:
    """One line a case."""
    for partitions, models in cases:
        alone = 0.0
        for shards in SHARDS:
            if shards > models:
                continue
            stage = Stage(partitions, models, shards)
            stage.run(seconds)
            told = [judge(stage, shard) for shard in range(1, shards + 1)]
            worst = max(taken for taken, _ in told) / seconds
            alone = alone or worst
            sizes = sum(map(len, stage.log[stage.begun :])) / seconds / 1e6
            carried = sum(len(data) for parts in stage.payloads.values() for data in parts) / seconds / 1e6
            yield [
                f"{partitions} x {models}",
                str(shards),
                f"{follow(stage) / seconds:.3f}",
                f"{worst:.3f}",
                f"{alone / worst:.1f}",
                f"{1e6 * worst * shards / (partitions * models):.0f}",
                f"{sizes:.2f}",
                f"{carried:.2f}",
                str(sum(windows for _, windows in told)),
            ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=12, help="seconds of the stream (default 12)")
    parser.add_argument("--quick", action="store_true", help="the two small cases only")
    options = parser.parse_args()
    header = [
        "sources x models",
        "shards",
        "follow",
        "judge (worst)",
        "gain",
        "us a pane",
        "log MB/s",
        "payload MB/s",
        "windows",
    ]
    print(table(header, list(rows(QUICK if options.quick else CASES, options.seconds))))


if __name__ == "__main__":
    main()
