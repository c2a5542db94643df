"""``driftline analyze`` over captures in Kafka: which windows, by which baseline, and whether that is what the workers said."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from driftline.analysis.filerun import Question
from driftline.analysis.kafka import Kafka
from driftline.analysis.topicjob import Replayed, TopicJob, analyze_topics
from driftline.analysis.topicrange import analyze_range
from driftline.cli.analyze_run import Asked, baseline_of
from driftline.cli.common import progress
from driftline.config import TopicConfig
from driftline.engine.configured import model_settings
from driftline.errors import ConfigError, NotFoundError
from driftline.hooks.checks import Checks

if TYPE_CHECKING:
    from driftline.analysis.moments import Span
    from driftline.analysis.result import AnalysisResult
    from driftline.baseline import Baseline
    from driftline.config import Config

_OFFSETS: Final = re.compile(r"(.+):(\d+):(\d+)-(\d+)", re.ASCII)
_ID: Final = re.compile(r"[0-9a-f]{16}", re.ASCII)
RANGE: Final = "range"
"""What ``--window`` is called where the range itself is the window."""


def of_topics(asked: Asked, config: Config) -> tuple[AnalysisResult, Replayed | None]:
    """Run over the captures topics; with what the workers said where there is something. Raises DriftlineError."""
    model, span = _model(asked), asked.span
    if span is None:
        raise ConfigError("say which event times: --start -PT1H --end -PT0H is the last hour")
    config = config if asked.topic is None else _with_topic(config, asked.topic, model)
    kafka = Kafka(config)
    baseline = _baseline(asked, kafka)
    if asked.window == RANGE or (asked.window is None and not _fits(config, model, span)):
        return _one_window(kafka, model, span, baseline), None
    job = TopicJob(
        config, model, span, asked.now_ms, asked.window, _overruling(baseline, kafka, model), _offsets(asked)
    )
    with progress("replaying") as told:
        replayed = analyze_topics(job, told)
    return replayed.result, replayed


def _with_topic(config: Config, name: str, model: tuple[str, str]) -> Config:
    """The configuration with this topic alone, as it is configured or else as any; what names no model is of this one."""
    found = next((topic for topic in config.topics if topic.name == name), TopicConfig(name))
    named = replace(found, model=found.model or model[0], version=found.version or model[1])
    return replace(config, topics=(named,))


def _model(asked: Asked) -> tuple[str, str]:
    if asked.model is None or asked.version is None:
        raise ConfigError("--model and --version say whose captures are to be judged; --input would name files")
    return asked.model, asked.version


def _fits(config: Config, model: tuple[str, str], span: Span) -> bool:
    """Whether any of the model's own windows lies in the range."""
    specs = model_settings(config.model(*model)).windows
    ends = (spec.windows_of(span.start_ms)[-1] for spec in specs)
    firsts = [window if window.start == span.start_ms else None for window in ends]
    return any(window is not None and window.end <= span.end_ms for window in firsts) or any(
        spec.next_end(spec.windows_of(span.start_ms)[-1].end) <= span.end_ms for spec in specs
    )


def _baseline(asked: Asked, kafka: Kafka) -> Baseline | None:
    """The one that was named: by its files, its folder, or the id under which it was published."""
    if asked.baseline is None and asked.statistics is None and asked.constraints is None:
        return None
    if asked.baseline is None or not _ID.fullmatch(asked.baseline):
        return baseline_of(asked)
    published = kafka.baselines()
    if asked.baseline not in published:
        raise NotFoundError(
            f"baseline {asked.baseline} is not published: there are {', '.join(sorted(published)) or 'none'}; "
            "a folder with its files will do, too"
        )
    return published[asked.baseline][1]


def _overruling(baseline: Baseline | None, kafka: Kafka, model: tuple[str, str]) -> Baseline | None:
    """The baseline, unless it is one that the workers have judged by: then it is theirs that counts, window by window."""
    if baseline is None:
        return None
    known = {entry.baseline for entry in kafka.log().line(*model).baselines}
    return None if baseline.id in known else baseline


def _one_window(kafka: Kafka, model: tuple[str, str], span: Span, baseline: Baseline | None) -> AnalysisResult:
    chosen = baseline or _in_force(kafka, model, span)
    question = Question(chosen, span, strict=True, checks=Checks(kafka.config).of(*model))
    with progress("reading") as told:
        return analyze_range(kafka, question, told)


def _in_force(kafka: Kafka, model: tuple[str, str], span: Span) -> Baseline:
    """The baseline by which a window with this beginning is judged. Raises NotFoundError when there is none."""
    published = kafka.baselines()
    identity = kafka.log().line(*model).at(span.start_ms)
    mine = [(place, one) for place, one in published.values() if (one.model, one.version) == model]
    if identity in published:
        return published[identity][1]
    if not mine:
        raise NotFoundError(f"no baseline of {'/'.join(model)} is published: name one with --baseline FOLDER")
    return max(mine, key=lambda pair: pair[0])[1]


def _offsets(asked: Asked) -> dict[tuple[str, int], tuple[int, int]] | None:
    found: dict[tuple[str, int], tuple[int, int]] = {}
    for text in asked.offsets:
        parts = _OFFSETS.fullmatch(text)
        if parts is None:
            raise ConfigError(f"--offsets must be TOPIC:PARTITION:FIRST-LAST, got {text!r}")
        found[parts[1], int(parts[2])] = (int(parts[3]), int(parts[4]))
    return found or None
