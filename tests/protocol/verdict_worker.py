"""A verdict worker without Kafka: the real verdict and snapshots, driven step by step as the verdict agent drives them."""

from __future__ import annotations

from driftline.contracts.log import Stamp, Trim, VerdictClaim, decode_record, encode_record
from driftline.contracts.statistics import encode_statistics
from driftline.contracts.violation import encode_violation
from driftline.engine.book import Emitted
from driftline.engine.snapshot import Plan
from driftline.engine.verdict import Verdict
from protocol import traffic
from protocol.capture_worker import Ground
from protocol.tapes import Outbox, Sink

Output = tuple[tuple[str, ...], bytes]


def outputs(emitted: Emitted) -> list[Output]:
    """What is sent of a closed window: identity and bytes of each."""
    s = emitted.statistics
    window = ("window", s.model, s.version, s.window.label, str(s.window.start))
    events = [(("event", event.event_id), encode_violation(event)) for event in emitted.violations]
    return [(window, encode_statistics(s)), *events]


class VerdictWorker:
    """One owner of the shard, or one that believes so."""

    waits_for_results = True

    def __init__(self, name: str, ground: Ground, sink: Sink, shard: int) -> None:
        self.name = name
        self.shard = shard
        self.ground = ground
        self.outbox = Outbox(sink)
        self.alive = True
        self.token = -1
        self._number = 0
        self.verdict = Verdict.restore(
            traffic.settings_of, dict(ground.snapshots), shard, ground.shards, traffic.LONGEST
        )
        assert self.verdict.log.next_offset >= ground.log.start, "the log was cut below every snapshot"
        self._parts: Plan | None = None
        self._plan: Plan | None = None
        self.outbox.send("log", encode_record(VerdictClaim(shard, Stamp(name, 0))), self._claimed)

    def _claimed(self, offset: int) -> None:
        self.token = offset

    def read(self, count: int) -> None:
        """Fold the next records of the log and send what became final."""
        self.outbox.poll()
        if self._is_fenced():
            self.alive = False
        for _ in range(count):
            offset = self.verdict.log.next_offset
            if offset < self.ground.log.start:
                self.alive = False
            if not self.alive or offset >= self.ground.log.end:
                return
            record = decode_record(self.ground.log.records[offset])
            needed = self.verdict.needs(record)
            if self._is_cut(needed):
                self.alive = False
                return
            payload = self.ground.payload(self.shard, needed) if needed else b""
            assert payload is not None, "payloads are there before the log names them"
            applied = self.verdict.apply(offset, record, payload)
            for one in applied.emitted:
                for output in outputs(one):
                    self.outbox.send("out", output)
            if isinstance(record, Trim) and applied.counted and record.token == self.token:
                self._cut()

    def _is_cut(self, needed: list[int]) -> bool:
        """Whether payloads have been deleted beneath us, since a newer owner's snapshots do not need them."""
        first = self.ground.payloads[self.shard].start
        return self.verdict.log.trimmed(self.shard).payload <= min(needed, default=first) < first

    def _cut(self) -> None:
        """Delete what no shard needs of the log, and no manifest of ours of our payloads."""
        log, payloads = self.ground.log, self.ground.payloads[self.shard]
        log.start = max(log.start, self.verdict.log.cut)
        payloads.start = max(payloads.start, self.verdict.snapshots.cut.payload)

    def _is_fenced(self) -> bool:
        log = self.verdict.log
        return 0 <= self.token < log.next_offset and log.verdicts.get(self.shard, -1) > self.token

    def snapshot(self) -> None:
        """One step: parts, then the manifest, then what nothing refers to any more is deleted and the log told."""
        self.outbox.poll()
        if self._is_fenced():
            self.alive = False
        if not self.alive or not 0 <= self.token < self.verdict.log.next_offset:
            return
        if self.outbox.outstanding if self.waits_for_results else self.outbox.waiting["snapshots"]:
            return
        if self._plan is not None:
            self._finish(self._plan)
        elif self._parts is not None:
            self._plan, self._parts = self._parts, None
            self.outbox.send("snapshots", self._plan.manifest)
        else:
            self._parts = self.verdict.plan_snapshot(self.token)
            for part in self._parts.parts:
                self.outbox.send("snapshots", part)

    def _finish(self, plan: Plan) -> None:
        for key in self.verdict.snapshots.finished(plan):
            self.outbox.send("snapshots", (key, None))
        self._plan = None
        cut = self.verdict.snapshots.cut
        if cut.offset > 0:
            self._number += 1
            trim = Trim(self.shard, self.token, cut.offset, cut.reached, Stamp(self.name, self._number))
            self.outbox.send("log", encode_record(trim))
