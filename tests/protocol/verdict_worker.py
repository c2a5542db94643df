"""A verdict worker without Kafka: the real verdict and snapshots, driven step by step as the verdict agent drives them."""

from __future__ import annotations

from driftline.contracts.log import Stamp, VerdictClaim, decode_record, encode_record
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

    def __init__(self, name: str, ground: Ground, sink: Sink) -> None:
        self.name = name
        self.ground = ground
        self.outbox = Outbox(sink)
        self.alive = True
        self.token = -1
        self.verdict = Verdict.restore(traffic.settings_of, dict(ground.snapshots))
        assert self.verdict.log.next_offset >= ground.log.start, "the log was cut below every snapshot"
        self._parts: Plan | None = None
        self._plan: Plan | None = None
        self.outbox.send("log", encode_record(VerdictClaim(0, Stamp(name, 0))), self._claimed)

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
            _, emitted = self.verdict.apply(offset, decode_record(self.ground.log.records[offset]))
            for one in emitted:
                for output in outputs(one):
                    self.outbox.send("out", output)

    def _is_fenced(self) -> bool:
        log = self.verdict.log
        return 0 <= self.token < log.next_offset and log.verdicts.get(0, -1) > self.token

    def snapshot(self) -> None:
        """One step: parts, then the manifest, then what nothing refers to any more is deleted and the log is cut."""
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
        self.ground.log.start = max(self.ground.log.start, self.verdict.snapshots.cut)
