"""One verdict shard in the hands of one worker: taken over from its snapshot, fed with the log, let go.

Its owner starts from the newest snapshot, claims the shard in the log, folds every record after that with the payloads
that belong to it, and sends what becomes final.  A newer claim of the shard stops it; what it has sent until then says
the same as what the new owner sends.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from driftline.agents.background import in_background
from driftline.agents.clock import monotonic, now_ms
from driftline.agents.context import WorkerContext
from driftline.agents.log import check_hole
from driftline.agents.logs import span
from driftline.agents.snapshots import SnapshotWriter
from driftline.broker.log import LogReader
from driftline.broker.payloads import PayloadReader
from driftline.broker.producer import DurableProducer, Headers
from driftline.contracts.cloudevents import violation_headers, violation_key
from driftline.contracts.log import LogRecord, Trim, VerdictClaim, encode_record
from driftline.contracts.statistics import encode_statistics
from driftline.contracts.violation import encode_violation
from driftline.engine.book import Emitted
from driftline.engine.verdict import Verdict
from driftline.errors import BrokerError

LOG = logging.getLogger(__name__)

RECORDS_A_TURN = 200
"""Records of the log handed to the agent at once. Chosen, because merging them takes some ten milliseconds."""

SLICE_SECONDS = 0.05
"""How long the loop is kept from other things. Chosen: far below what a heartbeat or a scrape waits."""

PAYLOAD_PATIENCE = 60.0
"""Seconds after which a payload that the log names, and that does not come, is given up. Chosen: it outlasts an election."""

TAKE_OVER_PAUSE = 1.0
TAKE_OVER_PATIENCE = 120.0
"""Seconds between two attempts to take a shard over, and how long they go on. Chosen: a broker that was away knows its
partitions again some seconds after it answers; a topic that cannot be read for two minutes takes a person."""

STOP_STEPS = 200
"""Steps of ten milliseconds that a last snapshot may take. Chosen: a stop is to be quick, and a restart is exact anyway."""


class Item(NamedTuple):
    """A record of the log with its payload, ready to be applied."""

    offset: int
    record: LogRecord
    payload: bytes


class ShardKeeper:
    """Owns one shard from :meth:`take_over` to :meth:`close`."""

    def __init__(self, context: WorkerContext, producer: DurableProducer, shard: int, not_before: float = 0.0) -> None:
        """Nothing is read yet; it is to be taken over at ``not_before``, in seconds of the monotonic clock, or later."""
        self.shard = shard
        self.not_before = not_before
        self.verdict: Verdict | None = None
        self.token = -1
        self.goal = 0
        self._context = context
        self._producer = producer
        self._log: LogReader | None = None
        self._payloads: PayloadReader | None = None
        self._read: deque[tuple[int, LogRecord]] = deque()
        self._waiting_since = 0.0
        self._unacknowledged = 0
        self._writer = SnapshotWriter(context.snapshots, self._send_snapshot)
        self._next_snapshot = 0.0
        self._closed = False
        self._failing_since = 0.0

    # -- ownership --------------------------------------------------------------------------------------------------

    async def take_over(self) -> None:
        """Restore the newest snapshot, and claim the shard. ProtocolError on a hole, BrokerError while Kafka cannot be read."""
        context = self._context
        log, payloads = context.log_reader(), context.payload_reader(self.shard)
        with contextlib.ExitStack() as unused:
            unused.callback(log.close)
            unused.callback(payloads.close)
            verdict = await in_background(self._restore, log, payloads)
            if self._closed:
                return
            unused.pop_all()
        self._log, self._payloads = log, payloads
        self.verdict = verdict
        claim = VerdictClaim(self.shard, context.stamps())
        self._producer.send(context.topics.partials, encode_record(claim), partition=0, on_ack=self._claimed)
        self._next_snapshot = monotonic() + context.snapshot_seconds
        context.judging(self.shard, verdict)
        LOG.info(
            "judging shard %d of %d from log %s",
            self.shard,
            context.shards,
            span(verdict.log.next_offset, self.goal),
        )

    def put_off(self, now: float) -> bool:
        """Take over later, as Kafka cannot be read just now; False when that has been going on for too long."""
        self._failing_since = self._failing_since or now
        self.not_before = now + TAKE_OVER_PAUSE
        return now - self._failing_since <= TAKE_OVER_PATIENCE

    @property
    def is_closed(self) -> bool:
        """Whether the shard was let go."""
        return self._closed

    def _restore(self, log: LogReader, payloads: PayloadReader) -> Verdict:
        context, began = self._context, monotonic()
        table = context.snapshots.of_shard(self.shard)
        read = monotonic()
        verdict = Verdict.restore(context.model_settings, table, self.shard, context.shards, context.longest_window_ms)
        LOG.info(
            "snapshot of shard %d: %d records, %.1f MB, read in %.1f s, restored in %.1f s",
            self.shard,
            len(table),
            sum(map(len, table.values())) / 1e6,
            read - began,
            monotonic() - read,
        )
        low, self.goal = log.bounds()
        check_hole(verdict.log.next_offset, low, self.goal)
        log.start(verdict.log.next_offset)
        payloads.start(verdict.log.trimmed(self.shard).payload)
        return verdict

    def close(self) -> None:
        """Let the shard go; another worker goes on from the last snapshot."""
        self._closed = True
        if self.verdict is not None:
            self._context.judging(self.shard, None)
            for reader in (self._log, self._payloads):
                if reader is not None:
                    reader.close()
        self.verdict, self.token = None, -1

    async def finish(self) -> None:
        """Write a last snapshot, if that is quick, so that the next owner has nothing to fold again."""
        verdict = self.verdict
        if verdict is None or not self._is_claimed(verdict) or self.is_fenced:
            return
        is_last = False
        for _ in range(STOP_STEPS):
            self._producer.poll()
            if verdict.is_whole and not (is_last or self._writer.is_busy or self._unacknowledged):
                self._next_snapshot, is_last = 0.0, True
            self._snapshot(verdict)
            if is_last and not self._writer.is_busy:
                return
            await asyncio.sleep(0.01)

    def _claimed(self, offset: int) -> None:
        self.token = offset

    def _is_claimed(self, verdict: Verdict) -> bool:
        """Whether our claim has been read back."""
        return 0 <= self.token < verdict.log.next_offset

    @property
    def is_fenced(self) -> bool:
        """Whether another worker has claimed the shard after us."""
        verdict = self.verdict
        return verdict is not None and self._is_claimed(verdict) and verdict.log.verdicts[self.shard] > self.token

    @property
    def caught_up(self) -> bool:
        """Whether everything that was in the log when we took over has been folded."""
        return self.verdict is not None and self.verdict.log.next_offset >= self.goal

    # -- input ------------------------------------------------------------------------------------------------------

    def ready(self) -> list[Item]:
        """The next records of the log whose payloads are there. Raises BrokerError when a payload does not come."""
        verdict, log, payloads = self.verdict, self._log, self._payloads
        if verdict is None or log is None or payloads is None:
            return []
        if len(self._read) < RECORDS_A_TURN:
            self._read.extend(log.poll(RECORDS_A_TURN))
        items: list[Item] = []
        while self._read and len(items) < RECORDS_A_TURN:
            offset, record = self._read[0]
            needed = verdict.needs(record)
            payload = payloads.take(needed) if needed else b""
            if payload is None:
                self._wait_for_payload(needed)
                break
            self._waiting_since = 0.0
            self._read.popleft()
            items.append(Item(offset, record, payload))
        return items

    def _wait_for_payload(self, needed: list[int]) -> None:
        now = monotonic()
        self._waiting_since = self._waiting_since or now
        if now - self._waiting_since > PAYLOAD_PATIENCE:
            raise BrokerError(
                f"the payload of shard {self.shard} at {needed} must be readable, waited {PAYLOAD_PATIENCE:g} s"
            )

    # -- output -----------------------------------------------------------------------------------------------------

    def apply(self, items: list[Item]) -> Iterator[None]:
        """Fold some records and send what became final, piece by piece: others may have their turn in between.

        A piece is of SLICE_SECONDS and a record or a window more. It ends early when the shard is let go in between.
        """
        verdict, began = self.verdict, monotonic()
        for item in items:
            for _ in self._apply(item, verdict):
                if monotonic() - began >= SLICE_SECONDS:
                    yield
                    began = monotonic()
                if self.verdict is None or self.verdict is not verdict:
                    return

    def _apply(self, item: Item, verdict: Verdict | None) -> Iterator[None]:
        """One record, pausing after it and after each window."""
        if verdict is None:
            return
        counted, panes = verdict.fold(item.offset, item.record, item.payload)
        if counted:
            self._context.judged(panes)
            if isinstance(item.record, Trim):
                self._cut(verdict)
        for one in verdict.closing():
            self._emit(one)
            yield
        yield

    def _emit(self, emitted: Emitted) -> None:
        context, topics = self._context, self._context.topics
        statistics = emitted.statistics
        key = f"{statistics.model}/{statistics.version}".encode()
        self._send(topics.statistics, encode_statistics(statistics), key)
        for violation in emitted.violations:
            headers = violation_headers(violation, context.name)
            self._send(topics.violations, encode_violation(violation), violation_key(violation), headers)
        context.emitted(emitted, now_ms(), caught_up=self.caught_up)

    def _send(
        self, topic: str, value: bytes | None, key: bytes, headers: Headers | None = None, partition: int = -1
    ) -> None:
        self._unacknowledged += 1
        self._producer.send(topic, value, key=key, partition=partition, headers=headers, on_ack=self._acknowledged)

    def _send_snapshot(self, partition: int, key: bytes, value: bytes | None) -> None:
        self._send(self._context.topics.snapshots, value, key, partition=partition)

    def _acknowledged(self, _offset: int) -> None:
        self._unacknowledged -= 1

    # -- snapshots --------------------------------------------------------------------------------------------------

    def snapshot(self) -> None:
        """One step of writing a snapshot, when one is due and everything sent before is acknowledged."""
        verdict = self.verdict
        if verdict is not None and self._is_claimed(verdict):
            self._snapshot(verdict)

    def _snapshot(self, verdict: Verdict) -> None:
        if self._unacknowledged or not verdict.is_whole:
            return
        if self._writer.is_busy:
            if self._writer.step(verdict):
                self._tell_needs(verdict)
        elif monotonic() >= self._next_snapshot:
            self._next_snapshot = monotonic() + self._context.snapshot_seconds
            self._writer.begin(verdict, self.token)

    def _tell_needs(self, verdict: Verdict) -> None:
        cut = verdict.snapshots.cut
        if cut.offset > 0:
            trim = Trim(self.shard, self.token, cut.offset, cut.reached, self._context.stamps())
            self._producer.send(self._context.topics.partials, encode_record(trim), partition=0)

    def _cut(self, verdict: Verdict) -> None:
        """Delete what no shard needs of the log, and no manifest of ours of our payloads."""
        if verdict.log.verdicts[self.shard] != self.token:
            return
        self._context.cut_partials(0, verdict.log.cut)
        self._context.cut_partials(self.shard, verdict.snapshots.cut.payload)
        if self._payloads is not None:
            self._payloads.trim(verdict.log.trimmed(self.shard).payload)
