"""The runner is worth something only if it finds what it should: each naive variant of a rule is caught within a few seeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from driftline.contracts.capture import RawBatch, Reject
from driftline.contracts.log import Birth, Claim, Delta, Gap, Idle, LogRecord, Payload
from driftline.engine import fold, placing, snapshot, verdict
from driftline.engine.dedupe import RecentIds
from driftline.engine.ledger import LogState, Outcome
from driftline.engine.shards import Shipment
from driftline.engine.snapshot import SnapshotBook, key_of
from driftline.engine.source import SourceTask
from driftline.engine.standing import SourceState
from driftline.windows.watermark import NO_TIME
from protocol.capture_worker import CaptureWorker
from protocol.runner import run
from protocol.verdict_worker import VerdictWorker

SEEDS = 250
Times = NDArray[np.int64]
Sabotage = Callable[[pytest.MonkeyPatch], None]


def anybody_may_write(patch: pytest.MonkeyPatch) -> None:
    """No fencing: a record counts whatever its token."""
    real = LogState._dispatch

    def dispatch(self: LogState, offset: int, record: LogRecord) -> Outcome:
        if isinstance(record, Birth | Idle | Gap | Delta) and record.source in self.sources:
            self.sources[record.source].token = record.token
        return real(self, offset, record)

    patch.setattr(LogState, "_dispatch", dispatch)


def overlaps_count(patch: pytest.MonkeyPatch) -> None:
    """No contiguity, and no fencing: what a zombie wrote is merged once more."""
    anybody_may_write(patch)
    real = LogState._delta

    def delta(self: LogState, state: SourceState, record: Delta) -> Outcome:
        state.position = record.start
        return real(self, state, record)

    patch.setattr(LogState, "_delta", delta)


def unaware_deltas_count(patch: pytest.MonkeyPatch) -> None:
    """A delta that did not know of a baseline is merged all the same."""
    real = LogState._delta

    def delta(self: LogState, state: SourceState, record: Delta) -> Outcome:
        for known in record.baselines:
            known.known = 10**6
        return real(self, state, record)

    patch.setattr(LogState, "_delta", delta)


def late_by_the_batch(patch: pytest.MonkeyPatch) -> None:
    """The watermark moves on once a batch, so that what is late depends on how the records were fetched."""

    def late_mask(times: Times, ends: Times, watermark: int, lateness: int) -> tuple[NDArray[np.bool_], int]:
        return ends <= watermark, max(watermark, int(np.max(times)) - lateness)

    patch.setattr(placing, "late_mask", late_mask)


def new_sources_are_not_waited_for(patch: pytest.MonkeyPatch) -> None:
    """A claim registers its own source alone."""
    real = LogState._claim

    def claim(self: LogState, offset: int, record: Claim) -> Outcome:
        return real(self, offset, Claim(record.source, [], record.stamp, record.shards))

    patch.setattr(LogState, "_claim", claim)


def born_before_time(patch: pytest.MonkeyPatch) -> None:
    """A source that comes later begins without a watermark: its old events reach into closed windows."""
    real = LogState._birth

    def birth(self: LogState, state: SourceState, record: Birth) -> Outcome:
        record.watermark = NO_TIME
        return real(self, state, record)

    patch.setattr(LogState, "_birth", birth)


def windows_close_with_the_fastest(patch: pytest.MonkeyPatch) -> None:
    """Time is what the source that is farthest ahead says."""

    def advance(self: LogState, _record: LogRecord) -> None:
        self.closed = max([self.closed, *(state.watermark for _, state in self.living())])

    patch.setattr(LogState, "_advance", advance)


def refusals_go_unnoticed(patch: pytest.MonkeyPatch) -> None:
    """A task that does not look at what became of its deltas goes on behind one that was refused."""
    patch.setattr(SourceTask, "restart", lambda self: None)


def idle_is_not_waited_for(patch: pytest.MonkeyPatch) -> None:
    """Records that come while an idle record is on its way are judged by the watermark from before it."""
    real = SourceTask.idle

    def idle(self: SourceTask, watermark: int) -> Idle | None:
        record = real(self, watermark)
        self._waiting = None
        return record

    patch.setattr(SourceTask, "idle", idle)


def lost_records_are_passed_over(patch: pytest.MonkeyPatch) -> None:
    """A gap moves the position on and leaves no trace."""
    real = LogState._gap

    def gap(self: LogState, state: SourceState, record: Gap) -> Outcome:
        outcome = real(self, state, record)
        self.facts = [fact for fact in self.facts if fact.kind != "gap"]
        return outcome

    patch.setattr(LogState, "_gap", gap)


def ids_are_not_rebuilt(patch: pytest.MonkeyPatch) -> None:
    """A new owner does not know the event ids before its position."""
    patch.setattr(CaptureWorker, "rebuilds_ids", False)


def ids_of_the_future_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Whoever reads on compares with the ids of refused rows, whoever has read them does not."""
    real = RecentIds.seen

    def seen(self: RecentIds, key: tuple[str, str, str], offset: int, within: int) -> bool:
        return real(self, key, offset, within) and offset % 5 != 0

    patch.setattr(RecentIds, "seen", seen)


def letters_are_not_waited_for(patch: pytest.MonkeyPatch) -> None:
    """A delta may be in the log before the dead letters that it accounts for."""
    patch.setattr(CaptureWorker, "waits_for_letters", False)


def results_are_not_waited_for(patch: pytest.MonkeyPatch) -> None:
    """A snapshot is written while results before it are on their way."""
    patch.setattr(VerdictWorker, "waits_for_results", False)


def parts_have_one_key(patch: pytest.MonkeyPatch) -> None:
    """Panes are written over in place, beneath the manifests that refer to them."""

    def key(self: SnapshotBook, kind: str, *rest: object) -> bytes:
        return key_of(self.shard, kind, *(rest[:-1] if kind == "pane" else rest))

    patch.setattr(SnapshotBook, "key", key)


def any_manifest_will_do(patch: pytest.MonkeyPatch) -> None:
    """A manifest is taken though its parts are not all there."""

    def manifests(table: dict[bytes, bytes], shard: int) -> dict[bytes, dict[str, Any]]:
        begins = key_of(shard, "manifest")[:-1] + b","
        found = {key: snapshot.read_manifest(value, shard) for key, value in table.items() if key.startswith(begins)}
        return {key: found[key] for key in sorted(found, key=lambda key: found[key]["offset"])}

    patch.setattr(verdict, "manifests", manifests)
    patch.setattr(VerdictWorker, "snapshot", _manifest_first)


def _manifest_first(self: VerdictWorker) -> None:
    self.outbox.poll()
    if self.token < 0 or self.verdict.log.next_offset <= self.token or self.outbox.outstanding:
        return
    plan = self.verdict.plan_snapshot(self.token)
    self.outbox.send("snapshots", plan.manifest)
    for part in plan.parts:
        self.outbox.send("snapshots", part)


def a_part_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    """A delta is written though the last part of a payload has not arrived."""
    real = Shipment.payloads

    def payloads(self: Shipment) -> list[Payload]:
        return [Payload(one.shard, one.offsets[:-1] or one.offsets) for one in real(self)]

    patch.setattr(Shipment, "payloads", payloads)


def shards_of_a_flush_are_named_alone(patch: pytest.MonkeyPatch) -> None:
    """A delta names the payload of one shard only: a flush that is torn between its shards."""
    real = Shipment.payloads
    patch.setattr(Shipment, "payloads", lambda self: real(self)[:1])


def payloads_go_too_early(patch: pytest.MonkeyPatch) -> None:
    """Payloads are deleted as soon as they are merged, not when no manifest in force needs them any more."""

    def cut(self: VerdictWorker) -> None:
        payloads = self.ground.payloads[self.shard]
        payloads.start = max(payloads.start, self.verdict._reached)

    patch.setattr(VerdictWorker, "_cut", cut)


def every_shard_cuts_the_log_for_all(patch: pytest.MonkeyPatch) -> None:
    """The log is cut below what one shard needs, whatever the others still do."""
    patch.setattr(LogState, "cut", property(lambda self: max((one.log for one in self.trims.values()), default=0)))


def every_shard_judges_everything(patch: pytest.MonkeyPatch) -> None:
    """Models that ride in a delta are judged by all shards."""
    patch.setattr(verdict.Verdict, "_is_ours", lambda _self, _model, _version: True)


def one_record_in_many_is_skipped(patch: pytest.MonkeyPatch) -> None:
    """A reader that loses a record."""
    real = fold.SourceFold.fold

    def lossy(self: fold.SourceFold, batch: RawBatch, now_ms: int) -> list[Reject]:
        values = [
            None if offset % 97 == 41 else value for offset, value in zip(batch.offsets, batch.values, strict=True)
        ]
        batch.values = values
        return real(self, batch, now_ms)

    patch.setattr(fold.SourceFold, "fold", lossy)


VARIANTS = (
    anybody_may_write,
    overlaps_count,
    unaware_deltas_count,
    late_by_the_batch,
    new_sources_are_not_waited_for,
    born_before_time,
    windows_close_with_the_fastest,
    refusals_go_unnoticed,
    idle_is_not_waited_for,
    lost_records_are_passed_over,
    ids_are_not_rebuilt,
    ids_of_the_future_are_forgotten,
    letters_are_not_waited_for,
    results_are_not_waited_for,
    parts_have_one_key,
    any_manifest_will_do,
    a_part_is_forgotten,
    shards_of_a_flush_are_named_alone,
    payloads_go_too_early,
    every_shard_cuts_the_log_for_all,
    every_shard_judges_everything,
    one_record_in_many_is_skipped,
)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.__name__)
def test_a_naive_variant_is_caught(variant: Sabotage, monkeypatch: pytest.MonkeyPatch) -> None:
    variant(monkeypatch)
    for seed in range(SEEDS):
        try:
            run(seed)
        except Exception as error:  # noqa: BLE001 - whatever it breaks, it is caught
            print(f"seed {seed}: {type(error).__name__}: {str(error)[:200]}")
            return
    pytest.fail(f"{SEEDS} schedules did not notice: {variant.__doc__}")
