"""Live runs of `in_memory.Job` by chance, and replays of them from what they have told."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from driftline.analysis.compare import Comparison, compare
from driftline.analysis.gathering import Place
from driftline.analysis.moments import Span
from driftline.analysis.replay import Circumstances, Follower, Replay, TopicSettings
from driftline.analysis.result import AnalysisResult
from driftline.analysis.told import Record, Told
from driftline.analysis.topicjob import lost
from driftline.baseline.constraints import Constraints
from driftline.baseline.model import Baseline, Kind
from driftline.baseline.sagemaker.rules import FeatureRules, MonitorRules
from driftline.contracts.capture import CaptureTopic, RawBatch
from driftline.contracts.log import Source
from driftline.contracts.statistics import encode_statistics
from driftline.contracts.violation import encode_violation
from driftline.engine.settings import ModelSettings, SourceSettings
from driftline.windows.spec import WindowSpec
from support.in_memory import TOPIC, Job
from support.judged import numeric

START = 1_714_564_800_000
SOURCE = SourceSettings(5_000, 60_000)
WINDOWS = (WindowSpec.parse("1m"), WindowSpec.parse("2m/1m"), WindowSpec.parse("5m"))
MODEL = ModelSettings(10_000, WINDOWS, dedupe=20, open_after=(1, 2), resolve_after=2)
NOW = START + 600_000
"""The worker's clock: the last events of a run lie ahead of it, and those too far ahead are refused."""


RULES = MonitorRules(features=tuple(FeatureRules(name, Kind.FRACTIONAL, completeness=0.6) for name in "xy"))


def baseline(model: str, number: int, rules: MonitorRules | None = None) -> Baseline:
    """Numbers around 0, and from the second one on around another place; with ``rules`` they are judged by Model Monitor's."""
    values = [float(place % 11 - 5 + number) for place in range(440)]
    columns = (numeric("x", values), numeric("y", values))
    return Baseline.build(
        model=model, version="1", rows=440, columns=columns, constraints=Constraints(min_samples=5), monitor=rules
    )


@dataclass
class ListReader:
    """The records of a job, in batches of any size."""

    job: Job
    rng: random.Random

    def batches(self, starts: Mapping[Place, int], ends: Mapping[Place, int], follower: Follower) -> Iterator[RawBatch]:
        at = dict(starts)
        ends = {place: min(ends.get(place, 2**60), len(self.job.records[place[1]])) for place in at}
        while at:
            place = self.rng.choice(sorted(at))
            waits = follower.is_ahead(place) and any(not follower.is_ahead(other) for other in at)
            if waits:
                continue
            if at[place] >= ends[place] or follower.is_over(place):
                del at[place]
                follower.ended(place)
                continue
            step = min(self.rng.randint(1, 200), ends[place] - at[place])
            values = self.job.records[place[1]][at[place] : at[place] + step]
            nothing: list[None] = [None] * step
            offsets = list(range(at[place], at[place] + step))
            at[place] += step
            yield RawBatch(*place, offsets, list(values), list(nothing), list(nothing), [-1] * step)


def captures_of(rng: random.Random, minutes: range, per_minute: int) -> list[dict[str, object]]:
    """Traffic of two models out of order, with trouble, repeated ids, events far too late and far too early."""
    captures = []
    for minute in minutes:
        if rng.random() < 0.15:
            continue
        moved = 6 if rng.random() < 0.3 else 0
        for _ in range(rng.randint(1, per_minute)):
            time = START + minute * 60_000 + rng.randrange(60_000) // 10
            chance = rng.random()
            time += -400_000 if chance < 0.02 else 300_000 if chance > 0.99 else 0
            values = {"x": rng.randint(-5, 5) + moved, "y": rng.choice([None, rng.gauss(0, 3)])}
            captures.append(
                {
                    "id": str(rng.randrange(per_minute * 10)),
                    "time": time,
                    "model": rng.choice("aab"),
                    "version": "1",
                    "features": values,
                }
            )
    captures.sort(key=lambda one: one["time"] + rng.randrange(4_000))
    return captures


def live(rng: random.Random, minutes: int = 20, rules: MonitorRules | None = None) -> Job:
    """A run with idle sources, workers that change and a baseline that is swapped."""
    job = Job(rng.randint(1, 3), SOURCE, MODEL, NOW)
    job.announce(baseline("a", 0, rules))
    for begin in range(0, minutes, 4):
        if begin and rng.random() < 0.3:
            job.announce(baseline("a", begin, rules))
        for partition in range(len(job.tasks)):
            if rng.random() < 0.85:
                job.produce(partition, captures_of(rng, range(begin, begin + 4), 40))
        _work(job, rng)
        if rng.random() < 0.4:
            _idle(job, rng.randrange(len(job.tasks)), START + (begin + rng.randint(1, 6)) * 60_000)
    for partition in range(len(job.tasks)):
        job.flush(partition)
        _idle(job, partition, START + (minutes + 10) * 60_000)
    return job


def _work(job: Job, rng: random.Random) -> None:
    for _ in range(30):
        partition = rng.randrange(len(job.tasks))
        job.read(partition, rng.randint(1, 60))
        if rng.random() < 0.4:
            job.flush(partition)
        if rng.random() < 0.05:
            job.take_over(partition)
    for partition in range(len(job.tasks)):
        job.read(partition)
        job.flush(partition)


def _idle(job: Job, partition: int, watermark: int) -> None:
    fold = job.tasks[partition].fold
    job.flush(partition)
    if fold is not None and job.tasks[partition].fold is not None and fold.watermark < watermark:
        job.idle(partition, watermark)


def told_by(job: Job, model: str) -> Told:
    """What the run has said of a model."""
    return Told.of(Record(encode_statistics(window), window) for window in job.windows if window.model == model)


def replayed(
    job: Job, span: Span, told: Told, rng: random.Random, *, with_letters: bool = True, low: int = 0
) -> AnalysisResult:
    """The windows of model "a" in a range, from the records (those below ``low`` are gone) and what was told."""
    letters = frozenset(
        (TOPIC, partition, offset, index or 0)
        for (partition, offset, index), reject in job.letters.items()
        if reject.reason in {"late", "future"}
    )
    given = Circumstances(
        ("a", "1"),
        span,
        None,
        lambda _model, _version: MODEL,
        {TOPIC: TopicSettings(CaptureTopic(TOPIC), SOURCE)},
        job.log,
        told,
        letters if with_letters else frozenset(),
        dedupe=MODEL.dedupe,
    )
    sources = [Source(TOPIC, "life", partition) for partition in range(len(job.tasks))]
    first, last = told.starts(given.since), told.ends(given.since, span.end_ms)
    starts = {source: max(low, first.get(source, len(job.records[source.partition]))) for source in sources}
    ends = {(source.topic, source.partition): last[source] for source in sources if source in last}
    run = Replay(given, starts)
    notes = lost(run, given, starts)
    result = run.run(ListReader(job, rng), ends, {(source.topic, source.partition): low for source in sources})
    return replace(result, notes=tuple(notes))


def compared(job: Job, result: AnalysisResult, told: Told) -> Comparison:
    """Against what the run has written."""
    events = {one.event_id: encode_violation(one) for one in job.violations if one.model == "a"}
    return compare(result, told, events)
