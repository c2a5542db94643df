"""A day of panes of many models: the delta log that a worker would have written, and what a shard makes of it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from shapes import Shape, baseline
from workload import VERSION

from driftline.baseline.layout import layout_of
from driftline.baseline.model import Baseline
from driftline.contracts.log import (
    BaselineInForce,
    Birth,
    Claim,
    Counts,
    Delta,
    LogRecord,
    PaneDelta,
    Source,
    Stamp,
    TopicShape,
    VerdictClaim,
)
from driftline.durations import DAY_MS, MINUTE_MS
from driftline.engine.baselines import pack_baseline
from driftline.engine.settings import ModelSettings
from driftline.stats.columns import Columns
from driftline.stats.layout import Layout
from driftline.stats.profile import Profile
from driftline.windows.spec import WindowSpec

BEGIN = 20_000 * DAY_MS
STAMP = Stamp("bench", 0)
ROWS = 60
"""Rows of a model in a minute."""
ORIGIN = 10**9
"""Where the manifests stood that the log knows of: beyond all that are on the topic, so that none is announced again."""
KINDS = 32
"""Different panes that there are; which a model has in which minute is drawn."""


@dataclass(frozen=True)
class Day:
    """So many models, features and minutes; ``windows`` as the configuration spells them.

    Two sources: all events come from the first. Where ``held``, the second stands at the beginning and holds all panes open.
    """

    topic: TopicShape
    models: int = 100
    features: int = 50
    panes: int = 1440
    windows: tuple[str, ...] = ("1m", "1h", "1d")
    held: bool = False

    @property
    def settings(self) -> ModelSettings:
        """How all models are windowed."""
        return ModelSettings(MINUTE_MS, tuple(WindowSpec.parse(one) for one in self.windows))

    @cached_property
    def shape(self) -> Shape:
        """The models and their columns."""
        return Shape(models=self.models, features=self.features)

    @property
    def sources(self) -> list[Source]:
        """The partitions of the captures topic."""
        return [Source(self.topic.topic, self.topic.topic_id, number) for number in range(self.topic.partitions)]

    @cached_property
    def baselines(self) -> list[BaselineInForce]:
        """One a model."""
        found = []
        for known in self.published:
            content = pack_baseline(known)
            found.append(BaselineInForce(known.model, VERSION, known.id, content, BEGIN, MINUTE_MS, ORIGIN, STAMP))
        return found

    @property
    def published(self) -> list[Baseline]:
        """What stands on the topic of baselines."""
        return [baseline(self.shape, name) for name in self.shape.names]

    def opening(self) -> Iterator[LogRecord]:
        """What stands in the log before the first delta."""
        for source in self.sources:
            yield Claim(source, [self.topic], STAMP)
        for token, source in enumerate(self.sources):
            yield Birth(source, token, 0, BEGIN if self.held or not token else BEGIN + 2 * DAY_MS, STAMP)
        yield from self.baselines
        yield VerdictClaim(1, STAMP)

    def whole(self, first: int, last: int) -> Iterator[Delta]:
        """The minutes [first, last), one delta each."""
        for number in range(first, last):
            start = BEGIN + number * MINUTE_MS
            yield self._delta(number, start, start)

    def tail(self, count: int) -> Iterator[Delta]:
        """So many deltas of two further minutes; the second of them closes the windows of the first."""
        for number in range(count):
            start = BEGIN + (self.panes + 2 * number // count) * MINUTE_MS
            yield self._delta(self.panes + number, start, start)

    def _delta(self, number: int, start: int, watermark: int) -> Delta:
        """One record of the first source, with rows of all models."""
        rng = random.Random(number)
        counts = Counts(accepted=1)
        panes = [self._pane(one.model, one.baseline, start, number, rng) for one in self.baselines]
        return Delta(self.sources[0], 0, number, number + 1, watermark, counts, counts, [], panes, STAMP)

    def _pane(self, model: str, baseline: str, start: int, offset: int, rng: random.Random) -> PaneDelta:
        state = self.kinds[rng.randrange(KINDS)]
        return PaneDelta(model, VERSION, start, MINUTE_MS, baseline, offset, offset, ROWS, ROWS, state)

    @cached_property
    def kinds(self) -> list[dict[str, Any]]:
        """Statistics of some minutes; the layouts of all models are alike."""
        rng = np.random.default_rng(5)
        layout = layout_of(baseline(self.shape, self.shape.names[0]))
        return [_profile(layout, rng).to_state() for _ in range(KINDS)]


def _profile(layout: Layout, rng: np.random.Generator) -> Profile:
    columns = Columns.blank(layout, ROWS)
    columns.numeric[:] = layout.center[:, None] + layout.scale[:, None] * rng.normal(size=columns.numeric.shape)
    for column, known in enumerate(layout.categories):
        columns.codes[column] = rng.integers(0, len(known), ROWS)
    columns.latency[:] = rng.gamma(2, 0.01, ROWS)
    profile = Profile.empty(layout)
    profile.update(columns)
    return profile
