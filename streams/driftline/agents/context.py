"""What the services of one worker share: configuration, clients' settings, the log, counters, and what they tell people."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from driftline.agents.clock import monotonic, now_ms
from driftline.agents.counters import Counters
from driftline.agents.ending import Ending
from driftline.agents.log import LogFollower
from driftline.agents.reading import Place, Sight, Standing
from driftline.agents.snapshots import SnapshotTopic
from driftline.agents.windowscripts import Postprocessor
from driftline.broker.admin import Admin
from driftline.broker.fetcher import Fetcher
from driftline.broker.log import LogReader
from driftline.broker.payloads import PayloadReader
from driftline.broker.producer import DurableProducer
from driftline.broker.settings import Settings, connecting, fetching, following, joining, producing, replaying
from driftline.broker.table import Row, TableReader, read_table
from driftline.config import Config
from driftline.contracts.capture import CaptureTopic
from driftline.contracts.execution import Execution
from driftline.contracts.log import PaneDelta, Retire, Stamp, TopicShape
from driftline.contracts.topics import TopicNames
from driftline.durations import HOUR_MS
from driftline.engine.book import Emitted
from driftline.engine.configured import decoder_settings, dedupe_bound, model_settings, source_settings
from driftline.engine.settings import ModelSettings, SourceSettings
from driftline.engine.verdict import Verdict
from driftline.errors import BrokerError
from driftline.health.progress import Progress
from driftline.hooks.checks import Checks
from driftline.hooks.preprocess import Preprocessor
from driftline.hooks.status import HookStatus

SNAPSHOT_SECONDS = 30.0
"""Time between two snapshots. Chosen, because the log of half a minute is folded in well under a second."""

METADATA_SECONDS = 10.0
"""Time between two looks for new partitions and topics created anew."""


@dataclass(frozen=True)
class IdleRule:
    """When a source with nothing left to read is declared idle, and where its watermark goes."""

    after_seconds: float
    advance: str
    lateness_ms: int

    def watermark(self, now: int, highest: int) -> int:
        """Wall time less the lateness for live topics; else the highest watermark of all."""
        return now - self.lateness_ms if self.advance == "wall" else highest


class WorkerContext:
    """One worker's shared ground; nothing is connected before it is asked for."""

    def __init__(self, config: Config) -> None:
        """Derive every setting once."""
        self.config = config
        self.name = config.name
        self.topics = TopicNames(config.topic_prefix)
        self.kafka = config.kafka
        self.flush_seconds = config.flush_interval_ms / 1000
        self.snapshot_seconds = SNAPSHOT_SECONDS
        self.metadata_seconds = METADATA_SECONDS
        self.capture_topics = [topic.name for topic in config.topics]
        self.counters = Counters()
        self.checks = Checks(config)
        self.postprocess = Postprocessor(config)
        self.hooks = Preprocessor(config, {topic.name: decoder_settings(topic) for topic in config.topics})
        self.snapshots = SnapshotTopic(self.kafka, self.topics.snapshots)
        self.log = LogFollower(self.log_reader, self.snapshots.manifests, self.longest_window_ms)
        self.verdicts: dict[int, Verdict] = {}
        self.ending = Ending()
        self.progress = Progress()
        self.on_emitted: list[Callable[[Emitted, int, bool], None]] = []
        self.on_judged: list[Callable[[list[PaneDelta]], None]] = []
        self.on_executed: list[Callable[[Execution], None]] = []
        self.owned: dict[Place, Standing] = {}
        self.sight = Sight(at=monotonic(), answered=monotonic(), answered_ms=now_ms())
        self.address = ""
        self._shards = 0
        self._cut: dict[int, int] = {}
        self._admin: Admin | None = None
        self._writer = secrets.token_hex(8)
        self._numbers = itertools.count()
        self._topics = {topic.name: topic for topic in config.topics}
        self._models: dict[tuple[str, str], ModelSettings] = {}

    # -- settings ---------------------------------------------------------------------------------------------------

    def source_settings(self, topic: str) -> SourceSettings:
        """How the sources of a topic tell time."""
        return source_settings(self._topics[topic])

    def model_settings(self, model: str, version: str) -> ModelSettings:
        """How a model is windowed; made once a model."""
        key = (model, version)
        if key not in self._models:
            settings = model_settings(self.config.model(model, version))
            self._models[key] = replace(settings, checks=self.checks.of(model, version))
        return self._models[key]

    def decoder_settings(self, topic: str) -> CaptureTopic:
        """How the records of a topic are read."""
        return decoder_settings(self._topics[topic])

    def idle_rule(self, topic: str) -> IdleRule:
        """When a source of a topic is idle."""
        settings = self._topics[topic]
        return IdleRule(settings.idle_after_ms / 1000, settings.idle_advance, settings.lateness_ms)

    def horizon(self, topic: str) -> int:
        """The latest event time that unread records of a topic may have by now."""
        return now_ms() + self._topics[topic].future_limit_ms

    @property
    def dedupe_bound(self) -> int:
        """The largest number of offsets that any model looks back for event ids."""
        return dedupe_bound(self.config)

    @property
    def alignment_ms(self) -> int:
        """How far ahead of the slowest source one may be read: two of the longest windows, so that few panes wait."""
        return 2 * self.longest_ms

    @property
    def longest_ms(self) -> int:
        """The longest window of any model."""
        models = (self.config.defaults, *self.config.models.values())
        return max(window.length_ms for model in models for window in model.windows)

    @property
    def longest_window_ms(self) -> int:
        """The same with an hour to spare, for a day of 25 hours."""
        return self.longest_ms + HOUR_MS

    @property
    def hook_statuses(self) -> tuple[HookStatus, ...]:
        """How code of the user's own fares."""
        return (*self.hooks.statuses, *self.postprocess.statuses, *self.checks.statuses)

    # -- Kafka ------------------------------------------------------------------------------------------------------

    def stamps(self) -> Stamp:
        """The next stamp of this worker's records."""
        return Stamp(self._writer, next(self._numbers))

    @property
    def admin(self) -> Admin:
        """The admin client, made on first use."""
        if self._admin is None:
            self._admin = Admin(connecting(self.kafka, "admin"))
        return self._admin

    def producer(self) -> DurableProducer:
        """A producer of one's own."""
        return DurableProducer(producing(self.kafka))

    def fetcher(self) -> Fetcher:
        """A reader of captures."""
        return Fetcher(fetching(self.kafka))

    def member_settings(self, role: str) -> Settings:
        """Settings of a member of the group of ``role``."""
        return joining(self.kafka, f"{self.name}-{role}")

    def check_topics(self) -> None:
        """Raise BrokerError, naming all of them, unless every topic that a worker needs exists. Blocks."""
        existing = self.admin.partitions()
        own = [name for name in vars(self.topics).values() if name not in existing]
        if own:
            raise BrokerError(f"topics {', '.join(own)} must exist; driftline topics create makes them")
        captures = [name for name in self.capture_topics if name not in existing]
        if captures:
            raise BrokerError(
                f"captures topics {', '.join(captures)} must exist; the model servers' owners create them"
            )

    def topic_shapes(self) -> list[TopicShape]:
        """Ids and partition counts of all captures topics. Blocks; raises BrokerError when one does not exist."""
        shapes = self.admin.describe(self.capture_topics)
        missing = [name for name in self.capture_topics if name not in shapes]
        if missing:
            raise BrokerError(
                f"captures topic {missing[0]!r} must exist (driftline topics create makes driftline's own)"
            )
        return [shapes[name] for name in self.capture_topics]

    def load_table(self, topic: str) -> dict[bytes, Row]:
        """The latest value of every key of a compacted topic. Blocks; raises BrokerError."""
        return read_table(replaying(self.kafka), topic)

    def table_reader(self, topic: str) -> TableReader:
        """A reader of a compacted topic that can be brought up to date."""
        return TableReader(replaying(self.kafka), topic)

    def watching(self) -> Settings:
        """Settings of the client that only asks how far Kafka has come."""
        return connecting(self.kafka, "watch")

    def log_reader(self) -> LogReader:
        """A reader of the delta log."""
        return LogReader(following(self.kafka), self.topics.partials)

    def payload_reader(self, shard: int) -> PayloadReader:
        """A reader of the payloads of a shard."""
        return PayloadReader(following(self.kafka), self.topics.partials, shard)

    @property
    def shards(self) -> int:
        """How many shards models are spread over: as many as the first claim in the log says, for good.

        Raises BrokerError before :meth:`settle_shards`.
        """
        if not self._shards:
            raise BrokerError("the number of shards must be settled before it is used")
        return self._shards

    def settle_shards(self) -> None:
        """Take the number of shards from the log, or else from the payload partitions that there are. Blocks."""
        existing = self.admin.partitions()
        self.snapshots.partitions = existing[self.topics.snapshots]
        partitions = existing[self.topics.partials] - 1
        self._shards = self.log.state.shards or partitions
        if not 0 < self._shards <= partitions:
            raise BrokerError(
                f"topic {self.topics.partials} must have a partition for the log and one for each of "
                f"{max(self._shards, 1)} shards, got {partitions + 1}"
            )

    def retirements(self, shapes: list[TopicShape]) -> Iterator[Retire]:
        """Records that end the earlier lives of topics that were created anew."""
        for shape in shapes:
            for topic_id in self.log.state.earlier_lives(shape):
                yield Retire(shape.topic, topic_id, self.horizon(shape.topic), self.stamps())

    def cut_partials(self, partition: int, offset: int) -> None:
        """Let go of a partition of ``partials`` below ``offset``; what cannot be deleted is left to retention."""
        if offset > self._cut.get(partition, 0):
            self._cut[partition] = offset
            self.admin.delete_records(self.topics.partials, partition, offset)

    # -- telling ----------------------------------------------------------------------------------------------------

    def beat(self, name: str) -> None:
        """Note that a loop has come round."""
        self.progress.beat(name, monotonic())

    def given(self, agent: str) -> None:
        """Note that an agent has been handed a piece of work."""
        self.progress.given(agent, monotonic())

    def done(self, agent: str) -> None:
        """Note that an agent has finished a piece of work."""
        self.progress.done(agent, monotonic())

    def end(self, place: Place) -> int | None:
        """The next offset to be written of a source of ours, as last told; None when Kafka does not answer, or has not yet."""
        if self.sight.silence:
            return None
        told = (self.owned[place].end, self.sight.ends.get(place))
        return max((end for end in told if end is not None), default=None)

    def lag(self, place: Place) -> int | None:
        """Records of a source of ours that are not read yet; None when that is not known."""
        end, position = self.end(place), self.owned[place].position
        return None if end is None or position is None else max(0, end - position)

    def judging(self, shard: int, verdict: Verdict | None) -> None:
        """Note that this worker judges a shard now, or no longer."""
        if verdict is None:
            self.verdicts.pop(shard, None)
        else:
            self.verdicts[shard] = verdict

    def emitted(self, emitted: Emitted, now: int, *, caught_up: bool) -> None:
        """Tell everybody who listens what a closed window said, and whether that is news."""
        for listener in self.on_emitted:
            listener(emitted, now, caught_up)

    def executed(self, execution: Execution) -> None:
        """Tell everybody who listens of an execution of a schedule."""
        for listener in self.on_executed:
            listener(execution)

    def judged(self, panes: list[PaneDelta]) -> None:
        """Tell everybody who listens of panes that a verdict of this worker has merged."""
        for listener in self.on_judged:
            listener(panes)
