"""A job over captures topics: a range of event time, replayed with everything that the workers have told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from driftline.analysis.compare import Comparison, compare
from driftline.analysis.gathering import Place
from driftline.analysis.kafka import Kafka
from driftline.analysis.moments import Span
from driftline.analysis.reader import TopicReader
from driftline.analysis.replay import NO_CLOCK, Circumstances, Reader, Replay, TopicSettings
from driftline.analysis.result import AnalysisResult
from driftline.analysis.scripts import scripts
from driftline.analysis.told import Told
from driftline.baseline.model import Baseline
from driftline.broker.replay import Progress
from driftline.config import Config
from driftline.contracts.log import Source
from driftline.engine.baselines import pack_baseline
from driftline.engine.configured import decoder_settings, dedupe_bound, model_settings, source_settings
from driftline.engine.ledger import LogState
from driftline.engine.settings import ModelSettings
from driftline.engine.standing import InForce, ModelLine
from driftline.errors import BrokerError, ConfigError
from driftline.hooks.checks import Checks
from driftline.windows.watermark import NO_TIME

GONE: Final = "the topic no longer holds these offsets"


@dataclass(frozen=True)
class TopicJob:
    """Judge the windows of a model that lie in a range. ``label`` None: of all lengths that are configured.

    ``baseline`` overrules what was in force; ``now_ms`` is the clock, for what no worker has decided yet; ``offsets`` are the
    only records to be read, for windows of which nothing is told any more.
    """

    config: Config
    model: tuple[str, str]
    span: Span
    now_ms: int
    label: str | None = None
    baseline: Baseline | None = None
    offsets: Mapping[Place, tuple[int, int]] | None = None


@dataclass(frozen=True)
class Replayed:
    """What a replay found, and how that compares with what the workers said."""

    result: AnalysisResult
    comparison: Comparison


def analyze_topics(job: TopicJob, progress: Progress | None = None) -> Replayed:
    """Replay the range. Where it does not come out as it was told, dead letters are asked what the clock had refused.

    Raises:
        BrokerError: Kafka can't be reached, or a topic read.
        ConfigError: the model has no window of the wanted length.

    """
    kafka = Kafka(job.config)
    given = circumstances(job, kafka)
    plan = _plan(job, kafka, given)
    told = kafka.violations(job.model)
    with scripts(job.config) as made:
        reader = TopicReader(job.config, progress, made)
        found = _once(job, given, plan, reader)
        compared = compare(found, given.told, told)
        if compared.different and job.baseline is None:
            letters = kafka.letters(
                {(source.topic, source.partition): offset for source, offset in plan.starts.items()}
            )
            if letters:
                found = _once(job, replace(given, letters=letters), plan, reader)
                compared = compare(found, given.told, told)
    return Replayed(found, compared)


def circumstances(job: TopicJob, kafka: Kafka) -> Circumstances:
    """Everything that the replay depends on beside the records."""
    config = job.config
    made: dict[tuple[str, str], ModelSettings] = {}
    checks = Checks(config)

    def settings_of(model: str, version: str) -> ModelSettings:
        if (model, version) not in made:
            found = model_settings(config.model(model, version))
            made[model, version] = replace(found, checks=checks.of(model, version))
        return made[model, version]

    labels = [spec.label for spec in settings_of(*job.model).windows]
    if job.label is not None and job.label not in labels:
        raise ConfigError(f"--window must be one of the model's own ({', '.join(labels)}), got {job.label!r}")
    told = Told() if job.baseline is not None else kafka.told(job.model)
    log = _with_baselines(kafka.log(), kafka, job, told)
    topics = {topic.name: TopicSettings(decoder_settings(topic), source_settings(topic)) for topic in config.topics}
    clock = NO_CLOCK if told.records else job.now_ms
    return Circumstances(
        job.model,
        job.span,
        job.label,
        settings_of,
        topics,
        log,
        told,
        now_ms=clock,
        dedupe=dedupe_bound(config),
    )


def _with_baselines(log: LogState, kafka: Kafka, job: TopicJob, told: Told) -> LogState:
    """The log with all baselines and their contents: its own, or else those that windows name, or are published."""
    if job.baseline is not None:
        entry = InForce(NO_TIME, job.baseline.id, pack_baseline(job.baseline), 0)
        log.models[job.model] = ModelLine([entry])
        return log
    published = kafka.baselines()
    if not log.line(*job.model).baselines:
        log.models[job.model] = told.line() if told.records else _published(job.model, published)
    for line in log.models.values():
        for place, entry in enumerate(line.baselines):
            if entry.baseline and not entry.content and entry.baseline in published:
                content = pack_baseline(published[entry.baseline][1])
                line.baselines[place] = InForce(entry.effective, entry.baseline, content, entry.origin)
    return log


def _published(model: tuple[str, str], published: Mapping[str, tuple[int, Baseline]]) -> ModelLine:
    """The baselines of a model as a worker would take them into force: in the order in which they were published."""
    mine = [(place, one) for place, one in published.values() if (one.model, one.version) == model]
    entries = []
    for place, one in sorted(mine, key=lambda pair: pair[0]):
        effective = NO_TIME if one.effective_from is None else one.effective_from
        entries.append(InForce(effective, one.id, pack_baseline(one), place))
    return ModelLine(entries[-1:] if any(entry.effective == NO_TIME for entry in entries) else entries)


@dataclass
class Plan:
    """From where each source is folded, up to where it is read, and the first offset that there is."""

    starts: dict[Source, int] = field(default_factory=dict)
    ends: dict[Place, int] = field(default_factory=dict)
    lows: dict[Place, int] = field(default_factory=dict)


def _plan(job: TopicJob, kafka: Kafka, given: Circumstances) -> Plan:
    """What has to be read; Kafka's record times are a hint for what was not told. BrokerError without captures topics."""
    shapes = kafka.admin.describe([topic.name for topic in job.config.topics])
    first_told, last_told = given.told.starts(given.since), given.told.ends(given.since, job.span.end_ms)
    is_told = bool(given.told.records) and given.log.closed >= job.span.end_ms
    plan = Plan()
    for topic in job.config.topics:
        shape = shapes.get(topic.name)
        if shape is None:
            continue
        partitions = range(shape.partitions)
        lows, highs = kafka.admin.beginnings(topic.name, partitions), kafka.admin.ends(topic.name, partitions)
        hints = kafka.first_offsets(topic.name, partitions, given.since - topic.future_limit_ms)
        for partition in partitions:
            source, place = Source(topic.name, shape.topic_id, partition), (topic.name, partition)
            start = first_told.get(source, highs[partition] if is_told else hints[partition])
            plan.starts[source] = max(start, lows[partition])
            plan.lows[place] = lows[partition]
            if is_told and source in last_told:
                plan.ends[place] = last_told[source]
    if not plan.starts:
        names = ", ".join(topic.name for topic in job.config.topics)
        raise BrokerError(f"captures topics {names} must exist: is it the workers' configuration?")
    if job.offsets is not None and not first_told:
        plan.starts, plan.ends = _only(job.offsets, plan.starts)
    return plan


def _only(
    offsets: Mapping[Place, tuple[int, int]], starts: Mapping[Source, int]
) -> tuple[dict[Source, int], dict[Place, int]]:
    """What was named to be read, of the sources that there are."""
    named = {source: (source.topic, source.partition) for source in starts}
    chosen = {source: offsets[place][0] for source, place in named.items() if place in offsets}
    return chosen, {place: offsets[place][1] for place in named.values() if place in offsets}


def _once(job: TopicJob, given: Circumstances, plan: Plan, reader: Reader) -> AnalysisResult:
    run = Replay(given, plan.starts)
    notes = lost(run, given, plan.starts)
    result = run.run(reader, plan.ends, plan.lows)
    if not result.windows:
        labels = ", ".join(spec.label for spec in given.settings_of(*job.model).windows)
        notes.append(
            f"no window ({job.label or labels}) with rows lies in {job.span}: nothing is known, which is not fine"
        )
    open_windows = [w for w in result.windows if w.statistics.window.end > given.log.closed]
    if open_windows and given.told.records:
        notes.append(f"{len(open_windows)} of these windows the workers have not closed yet: they may still change")
    return replace(result, notes=tuple(notes))


def lost(run: Replay, given: Circumstances, starts: Mapping[Source, int]) -> list[str]:
    """Offsets that windows were made of and that their topics no longer hold: told in the windows, and in a sentence each."""
    notes = []
    for record in given.told.records:
        if not given.is_inside(record.window):
            continue
        for source, (first, last) in record.ranges.items():
            low = starts.get(source, last)
            if first < last and first < low:
                run.lose(record.window, source, first, min(low, last), GONE)
                notes.append(f"{source} [{first}, {min(low, last)}): {GONE}; the window can't be judged again")
    return notes
