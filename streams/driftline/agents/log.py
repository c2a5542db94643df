"""Following the delta log: one fold for the whole worker, and everybody who wants to see its records pass."""

from __future__ import annotations

from collections.abc import Callable

from driftline.broker.log import LogReader
from driftline.contracts.log import BaselineInForce, LogRecord
from driftline.engine.baselines import BaselineShelf
from driftline.engine.ledger import LogState, Outcome
from driftline.engine.snapshot import newest_manifest
from driftline.engine.standing import ModelLine
from driftline.engine.verdict import restore_log
from driftline.errors import ProtocolError
from driftline.windows.watermark import NO_TIME

SILENT_TURNS = 150
"""Reads without a record after which the log is given up: half a minute, which outlasts an election of a leader."""

PRUNE_MS = 60_000
"""Event time between two looks for what no window can need any more: each looks at every model."""

Listener = Callable[[int, LogRecord, Outcome], None]

RECORDS_A_TURN = 500
"""Records folded before the loop gets on with other things. Chosen, because folding them takes a few milliseconds."""


class LogFollower:
    """The fold of the log up to now, kept up to date by :meth:`follow`."""

    def __init__(
        self,
        make_reader: Callable[[], LogReader],
        load_table: Callable[[], dict[bytes, bytes]],
        longest_ms: int,
    ) -> None:
        """Nothing is read before :meth:`start`; ``longest_ms`` is the longest window of any model."""
        self._longest_ms = longest_ms
        self._make_reader = make_reader
        self._load_table = load_table
        self._listeners: list[Listener] = []
        self.state = LogState()
        self.shelf = BaselineShelf()
        self.started_at = 0
        self.goal = 0
        self._prune_at = NO_TIME + 1

    def start(self) -> None:
        """Take up the fold of the newest snapshot and read the log from there. Blocks; raises ProtocolError on a hole."""
        self.reader = self._make_reader()
        low, self.goal = self.reader.bounds()
        table = self._load_table()
        newest = newest_manifest(table)
        self.state = LogState() if newest is None else restore_log(newest[1], table, newest[0])
        self.shelf.learn(self.state)
        check_hole(self.state.next_offset, low, self.goal)
        self.started_at = self.state.next_offset
        self.reader.start(self.state.next_offset)

    @property
    def caught_up(self) -> bool:
        """Whether everything that was in the log at the start has been folded."""
        return self.state.next_offset >= self.goal

    def line(self, model: str, version: str) -> ModelLine:
        """The baselines of a model, as the log has them now."""
        return self.state.line(model, version)

    def listen(self, listener: Listener) -> None:
        """Show every record that is folded from now on to ``listener``."""
        self._listeners.append(listener)

    def catch_up(self) -> None:
        """Fold everything that was there at the start. Blocks; raises ProtocolError when nothing comes any more."""
        silent = 0
        while not self.caught_up:
            silent = 0 if self.follow(0.2) else silent + 1
            if silent > SILENT_TURNS:
                raise ProtocolError(
                    f"the delta log must be readable to offset {self.goal}, stopped at {self.state.next_offset}"
                )

    def follow(self, timeout: float = 0.0) -> int:
        """Fold what has come; how many records that were. Raises LogCutError when the log was cut beneath us."""
        records = self.reader.poll(RECORDS_A_TURN, timeout)
        for offset, record in records:
            outcome = self.state.apply(offset, record)
            if isinstance(record, BaselineInForce) and outcome is Outcome.COUNTED:
                self.shelf.learn(self.state)
            for listener in self._listeners:
                listener(offset, record, outcome)
        if self.state.closed >= self._prune_at:
            self._prune_at = self.state.closed + PRUNE_MS
            self.state.prune(self.state.closed - 2 * self._longest_ms)
        return len(records)

    def close(self) -> None:
        """Stop reading."""
        self.reader.close()


def check_hole(needed: int, low: int, high: int) -> None:
    """Refuse to start where the log no longer holds what is needed; a silent jump would lose events.

    Raises:
        ProtocolError: the log begins after ``needed``, or ends before it.

    """
    if low > needed:
        raise ProtocolError(
            f"the delta log must be readable from offset {needed}, but begins at {low}: its old segments are gone and no "
            "snapshot reaches as far; positions and windows before that are lost",
        )
    if needed > high:
        raise ProtocolError(
            f"the delta log must reach offset {needed}, but ends at {high}: it was created anew beneath its snapshots; "
            "delete the snapshots topic too, to begin afresh",
        )
