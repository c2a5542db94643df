"""The verdict side: the fold of the log becomes panes, panes become windows, and closed windows are judged.

State is a function of the log alone.  :meth:`Verdict.apply` takes the record at the next offset and answers with what
it made final; whoever folds the same log gets the same answers, so that emitting them twice is harmless.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from driftline.contracts.log import BaselineInForce, Delta, LogRecord, PaneDelta, Source, decode_panes
from driftline.engine.baselines import BaselineShelf
from driftline.engine.book import Emitted, ModelBook
from driftline.engine.ledger import LogState, Outcome
from driftline.engine.ledger_state import log_from_state, log_to_state
from driftline.engine.planning import Part, changed_panes, encoded, new_contents, standing
from driftline.engine.settings import SettingsOf
from driftline.engine.shards import shard_of
from driftline.engine.snapshot import Plan, SnapshotBook, content_keys, manifests, pack, standing_of, unpack
from driftline.engine.standing import ModelKey
from driftline.engine.stored import Written
from driftline.errors import ProtocolError
from driftline.windows.watermark import NO_TIME

MAX_MODELS = 5_000
"""Models and versions kept at once; those with a baseline are always kept. Chosen, because names come from traffic: a
caller that makes up a new one each time must not fill the memory."""


class Applied(NamedTuple):
    """Whether a record counted, the panes that it brought to this shard, and what became final with it, in a fixed order."""

    counted: bool
    panes: list[PaneDelta]
    emitted: list[Emitted]


@dataclass
class Verdict:
    """One shard of the verdict stage, of ``shards`` in all, numbered from 1.

    ``longest_ms`` is the longest window of any model, also of those that are judged elsewhere: capture workers may start
    from this shard's snapshots.
    """

    settings_of: SettingsOf
    shard: int = 1
    shards: int = 1
    longest_ms: int = 0
    log: LogState = field(default_factory=LogState)
    shelf: BaselineShelf = field(default_factory=BaselineShelf)
    books: dict[ModelKey, ModelBook] = field(default_factory=dict)
    overflow: int = 0
    snapshots: SnapshotBook = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is written yet."""
        self.snapshots = SnapshotBook(self.shard)
        self._due = NO_TIME
        self._reached = 0
        self.is_whole = True

    def needs(self, record: LogRecord) -> list[int]:
        """Offsets of the payload partition that have to be read before the record can be applied, in order."""
        if not isinstance(record, Delta):
            return []
        return [offset for payload in record.payloads if payload.shard == self.shard for offset in payload.offsets]

    def apply(self, offset: int, record: LogRecord, payload: bytes = b"") -> Applied:
        """:meth:`fold` and all of :meth:`closing` in one go."""
        counted, panes = self.fold(offset, record, payload)
        return Applied(counted, panes, list(self.closing()))

    def fold(self, offset: int, record: LogRecord, payload: bytes = b"") -> tuple[bool, list[PaneDelta]]:
        """Fold the record at ``offset``, with what stands at the offsets that it :meth:`needs`, put together.

        The answer is whether it counted, and the panes that it brought to this shard. What became final with it is told by
        :meth:`closing`, which has to come to its end before the next record is folded or a snapshot is planned.

        Raises:
            ProtocolError: the record counts and its payload is not there, or the last one's windows are not yet told.

        """
        self._check_whole()
        closed = self.log.closed
        outcome = self.log.apply(offset, record)
        panes: list[PaneDelta] = []
        if outcome is Outcome.COUNTED:
            if isinstance(record, BaselineInForce):
                self._meet_baseline(record, closed)
            elif isinstance(record, Delta):
                panes = self._panes_of(record, payload)
                self._merge(record.source, panes, closed)
        self.is_whole = self.log.closed < self._due
        return outcome is Outcome.COUNTED, panes

    def closing(self) -> Iterator[Emitted]:
        """What became final with the record folded last, in a fixed order; whoever takes it may pause between two windows.

        Judging a window of 25 features takes some 5 ms, and a thousand models' windows end at the same moment.
        """
        if not self.is_whole:
            yield from self._close()
            self.is_whole = True

    def _check_whole(self) -> None:
        if not self.is_whole:
            raise ProtocolError(f"the windows that closed before log offset {self.log.next_offset} must be told first")

    def _meet_baseline(self, record: BaselineInForce, closed: int) -> None:
        self.shelf.learn(self.log)
        if self._is_ours(record.model, record.version):
            self._book((record.model, record.version), closed)
            self._due = NO_TIME

    def _is_ours(self, model: str, version: str) -> bool:
        return shard_of(model, version, self.shards) == self.shard

    def _panes_of(self, record: Delta, payload: bytes) -> list[PaneDelta]:
        """What a counted delta says of this shard's models."""
        panes = [pane for pane in record.panes if self._is_ours(pane.model, pane.version)]
        needed = self.needs(record)
        if not needed:
            return panes
        if not payload:
            raise ProtocolError(
                f"the payload of a counted delta must be there, got none at {needed} of shard {self.shard}"
            )
        self._reached = max(self._reached, needed[-1] + 1)
        return panes + decode_panes(payload)

    def _merge(self, source: Source, panes: list[PaneDelta], closed: int) -> None:
        for pane in panes:
            if self._is_full((pane.model, pane.version)):
                self.overflow += pane.rows
                continue
            book = self._book((pane.model, pane.version), closed)
            if pane.pane + pane.pane_ms <= book.closed:
                where = f"{pane.pane} of {pane.model}/{pane.version}"
                raise ProtocolError(f"a counted delta must not touch a closed pane, got {where}")
            book.panes.add(source, pane, self.shelf)

    def _is_full(self, key: ModelKey) -> bool:
        """Whether a model without a baseline comes on top of too many; what it says is counted, and not kept."""
        return key not in self.books and len(self.books) >= MAX_MODELS and not self.log.line(*key).baselines

    def _book(self, key: ModelKey, closed: int) -> ModelBook:
        """The book of a model; a new one begins where time stood before the record that brings it (which may move time on)."""
        book = self.books.get(key)
        if book is None:
            book = self.books[key] = ModelBook(*key, self.settings_of(*key), closed=closed)
            self._due = NO_TIME
        return book

    def _close(self) -> Iterator[Emitted]:
        for key in sorted(self.books):
            yield from self.books[key].close(self.log, self.shelf)
        self.books = {key: book for key, book in self.books.items() if not self._is_over(key, book)}
        self._due = min((book.due for book in self.books.values()), default=NO_TIME)
        self.log.prune(self._horizon())
        self.shelf.learn(self.log)

    def _is_over(self, key: ModelKey, book: ModelBook) -> bool:
        """Whether nothing is left to say of a model: no baseline, no rows in open windows, its silence told."""
        line = self.log.line(*key)
        return not (line.baselines and line.baselines[-1].baseline) and book.is_silent

    def _horizon(self) -> int:
        """Start of the oldest window that can still be open."""
        longest = max((self.longest_ms, *(book.settings.longest_ms for book in self.books.values())))
        return self.log.closed - 2 * longest if self.log.closed > NO_TIME else NO_TIME

    # -- snapshots --------------------------------------------------------------------------------------------------

    def plan_snapshot(self, token: int) -> Plan:
        """Everything that a snapshot at the present offset needs to write, by the owner with this fencing token."""
        self._check_whole()
        parts: list[Part] = []
        for key, book in sorted(self.books.items()):
            parts += changed_panes(self.snapshots, key, book.panes, self.log.next_offset)
        log = log_to_state(self.log)
        parts += new_contents(self.snapshots, log)
        manifest = {
            "offset": self.log.next_offset,
            "overflow": self.overflow,
            "reached": self._reached,
            "log": log,
            "books": [[*key, book.to_state(), standing(book.panes)] for key, book in sorted(self.books.items())],
        }
        where = self.snapshots.key("manifest", token, self.snapshots.slot)
        keeps = content_keys(log, self.snapshots)
        for book in self.books.values():
            keeps.update(one.key for one in book.panes.written.values())
        return Plan(encoded(parts), (where, pack(manifest)), standing_of(manifest, self.shard, frozenset(keeps)))

    @classmethod
    def restore(
        cls, settings_of: SettingsOf, table: dict[bytes, bytes], shard: int = 1, shards: int = 1, longest_ms: int = 0
    ) -> Verdict:
        """The shard as the newest manifest of a snapshots table has it; an empty one where there is none.

        Raises:
            ProtocolError: the snapshot was written by another release.

        """
        verdict = cls(settings_of, shard, shards, longest_ms)
        found = manifests(table, shard)
        if not found:
            return verdict
        manifest = found[next(reversed(found))]
        verdict.log = restore_log(manifest, table, shard)
        verdict.shelf.learn(verdict.log)
        verdict.overflow = manifest["overflow"]
        verdict._reached = manifest["reached"]
        for model, version, state, panes in manifest["books"]:
            book = ModelBook.from_state(model, version, settings_of(model, version), state)
            verdict.books[model, version] = book
            for start, at in panes:
                key = verdict.snapshots.pane_key(model, version, start, at)
                book.panes.restore_pane(start, Written(at, key), table[key], verdict.shelf)
        verdict.snapshots.take_up(table, found)
        return verdict


def restore_log(manifest: dict[str, Any], table: dict[bytes, bytes], shard: int) -> LogState:
    """The fold of the log that a manifest holds, with the contents of its baselines."""
    book = SnapshotBook(shard)
    log = manifest["log"]
    for line in log["models"]:
        for entry in line[2]["baselines"]:
            entry[2] = unpack(table[book.content_key(entry[1], entry[3])])["content"] if entry[2] else b""
    return log_from_state(log)
