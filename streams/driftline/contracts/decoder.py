"""Captures of one topic from bytes to columns: typed and by the batch where records are as expected, one by one elsewhere.

What a record becomes depends on its bytes, the topic's settings and the baseline; never on what came before it. What the
decoder learns (which key belongs to which model, which extra columns there are) only decides which path is tried first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
import numpy as np

from driftline.contracts.blocks import block_of, joined
from driftline.contracts.capture import CaptureTopic, Decoded, RawBatch, Reject, RowBlock
from driftline.contracts.document import is_utf8
from driftline.contracts.events import Event, Lookup, RecordContext
from driftline.contracts.plan import Plan
from driftline.contracts.plans import Named, PlanKey, Plans
from driftline.contracts.reasons import Reason
from driftline.contracts.requests import Requests
from driftline.contracts.slowpath import SlowPath
from driftline.contracts.table import Table
from driftline.stats.columns import Columns

Positions = list[int]

CHUNK_CELLS = 50_000
"""Cells of a model that are decoded at once. Chosen: of 500 columns, 100 records cost half as much each as 2,000 do."""
CHUNK_RECORDS = 50
"""Records decoded at once however many columns they have; with fewer, the calls that make a column cost more than its cells."""


class CaptureDecoder:
    """Decodes the batches of one topic. ``lookup`` gives the schema of a model and version, None without a baseline.

    A schema that changes from one batch to the next is noticed. Not for several threads at once.
    """

    def __init__(self, topic: CaptureTopic, lookup: Lookup) -> None:
        """Nothing is compiled before the first batch."""
        self._topic = topic
        self._lookup = lookup
        self._slow = SlowPath(topic)
        self._plans = Plans(topic, lookup)
        self._requests = Requests(topic, lookup)

    def decode(self, batch: RawBatch) -> Decoded:
        """Everything in a batch as rows, rejects or ignored. Raises nothing, whatever the bytes are."""
        return _Run(self._topic, self._lookup, self._slow, self._plans, self._requests, batch).decode()


class _Run:
    """The decoding of one batch."""

    def __init__(
        self, topic: CaptureTopic, lookup: Lookup, slow: SlowPath, plans: Plans, requests: Requests, batch: RawBatch
    ) -> None:
        self._topic = topic
        self._lookup = lookup
        self._slow = slow
        self._plans = plans
        self._requests = requests
        self._batch = batch
        self._out = Decoded()
        self._blocks: dict[Named, list[RowBlock]] = defaultdict(list)
        self._events: dict[Named, list[Event]] = defaultdict(list)

    def decode(self) -> Decoded:
        positions = self._sift()
        if self._topic.format == "sagemaker":
            self._read_requests(positions)
        else:
            self._read_typed(positions)
        self._add_events()
        self._out.blocks = [joined(blocks) for _, blocks in sorted(self._blocks.items())]
        self._out.rejects.sort(key=lambda reject: (reject.offset, -1 if reject.index is None else reject.index))
        return self._out

    def _sift(self) -> Positions:
        """Positions of the records that are worth reading."""
        values, most = self._batch.values, self._topic.max_record_bytes
        refused = self._batch.refused or {}
        if not refused and None not in values and max(map(len, values), default=0) <= most:  # type: ignore[arg-type] # None was ruled out
            return list(range(len(values)))
        kept: Positions = []
        for position, value in enumerate(values):
            offset = self._batch.offsets[position]
            if offset in refused:
                self._out.rejects.append(Reject(offset, None, Reason.PREPROCESS, refused[offset]))
            elif value is None:
                self._out.ignored.append(offset)
            elif len(value) > most:
                message = f"$: must have at most {most} bytes, got {len(value)}"
                self._out.rejects.append(Reject(offset, None, Reason.TOO_LARGE, message))
            else:
                kept.append(position)
        return kept

    def _read_typed(self, positions: Positions) -> None:
        """Try each record with the plan of its key, then with the plan of the model that it names, then by itself."""
        groups = self._by_key(positions)
        failed: dict[int, PlanKey] = {}
        unknown: Positions = []
        for hint, members in self._by_hint(groups).items():
            left = members if hint is None else self._apply(hint, members)
            unknown += left
            if hint is not None:
                failed |= dict.fromkeys(left, hint)
        slow: Positions = []
        seen: dict[int, PlanKey | None] = {}
        for found, members in self._peeked(sorted(unknown), seen).items():
            fresh = [position for position in members if failed.get(position) != found]
            slow += [position for position in members if failed.get(position) == found]
            slow += fresh if found is None else self._apply(found, fresh)
        self._learn_hints(groups, seen)
        self._read_requests(sorted(slow))

    def _by_key(self, positions: Positions) -> dict[bytes | None, Positions]:
        """Positions by Kafka key; all together where there are about as many keys as records."""
        keys = self._batch.keys
        distinct = len(set(keys))
        if distinct == 1 or distinct * 4 > len(keys):
            return {keys[0] if distinct == 1 else None: positions}
        groups: dict[bytes | None, Positions] = defaultdict(list)
        for position in positions:
            groups[keys[position]].append(position)
        return groups

    def _by_hint(self, groups: dict[bytes | None, Positions]) -> dict[PlanKey | None, Positions]:
        if len(groups) == 1:
            key, members = next(iter(groups.items()))
            return {self._plans.hint(key): members}
        hinted: dict[PlanKey | None, Positions] = defaultdict(list)
        for key, members in groups.items():
            hinted[self._plans.hint(key)] += members
        return {hint: sorted(members) for hint, members in hinted.items()}

    def _peeked(self, positions: Positions, seen: dict[int, PlanKey | None]) -> dict[PlanKey | None, Positions]:
        groups: dict[PlanKey | None, Positions] = defaultdict(list)
        for position in positions:
            found = self._plans.peek(self._batch.values[position] or b"")
            seen[position] = found
            groups[found].append(position)
        return groups

    def _learn_hints(self, groups: dict[bytes | None, Positions], seen: dict[int, PlanKey | None]) -> None:
        """A key keeps its plan unless its records turned out to be for others. Malformed records say nothing."""
        if not seen:
            return
        for key, members in groups.items():
            found = {seen[position] for position in members if position in seen} - {None}
            if found:
                hint = self._plans.hint(key)
                untouched = hint is not None and any(position not in seen for position in members)
                self._plans.learn_hint(key, found | {hint} if untouched else found)

    def _apply(self, key: PlanKey, positions: Positions) -> Positions:
        """Decode records with a plan, some at a time; the positions of those that do not fit it."""
        plan = self._plans.plan(key)
        if plan is None:
            return positions
        most = max(CHUNK_RECORDS, CHUNK_CELLS // (len(plan.schema.layout.names) + 1))
        if len(positions) <= most:
            return self._apply_some(plan, key, positions)
        parts = (positions[start : start + most] for start in range(0, len(positions), most))
        return [position for part in parts for position in self._apply_some(plan, key, part)]

    def _apply_some(self, plan: Plan, key: PlanKey, positions: Positions) -> Positions:
        values = self._batch.values
        chosen: list[Any] = values if len(positions) == len(values) else [values[position] for position in positions]
        table, left = plan.scan(chosen, self._out)
        if table is not None:
            self._add_block(plan, key, table, _without(positions, left))
            positions, chosen = [positions[place] for place in left], [chosen[place] for place in left]
        if not all(map(bytes.isascii, chosen)):
            chosen = [value if is_utf8(value) else b"" for value in chosen]
        rows, failed = _decoded(plan.decode, chosen)
        if rows:
            self._add_block(plan, key, plan.table(rows, self._out), _without(positions, failed))
        return [positions[place] for place in failed]

    def _add_block(self, plan: Plan, key: PlanKey, table: Table, positions: Positions) -> None:
        """A block of what a plan has decoded, at once: the structs of many records no longer fit the cache."""
        whole = len(positions) == len(self._batch)
        offsets = self._batch.offsets if whole else [self._batch.offsets[position] for position in positions]
        stamps = self._batch.timestamps if whole else [self._batch.timestamps[position] for position in positions]
        block = plan.block(table, np.array(offsets, dtype=np.int64), stamps, self._out)
        if len(block):
            self._blocks[key[1], key[2]].append(block)

    def _read_requests(self, positions: Positions) -> None:
        """Read SageMaker captures together where that is possible, and everything else one by one."""
        if self._topic.format in {"auto", "sagemaker"}:
            blocks, positions = self._requests.read(self._batch, positions, self._out)
            for block in blocks:
                self._blocks[block.model, block.version].append(block)
        self._read_slowly(positions)

    def _read_slowly(self, positions: Iterable[int]) -> None:
        for position in positions:
            context = self._context(position)
            for event in self._slow.read(self._batch.values[position] or b"", context, self._out):
                self._events[event.model, event.version].append(event)

    def _context(self, position: int) -> RecordContext:
        batch = self._batch
        headers = batch.headers[position] if batch.headers is not None else None
        return RecordContext(
            self._topic,
            self._lookup,
            self._out.count,
            batch.offsets[position],
            batch.timestamps[position],
            headers or (),
        )

    def _add_events(self) -> None:
        """Blocks of everything that was read by itself, and what may be learned from it."""
        for named, events in self._events.items():
            block = block_of(events, self._lookup(*named), self._topic.limits, self._out)
            self._blocks[named].append(block)
            if isinstance(block.columns, Columns):
                extras = {name: len(rows) for name, rows in block.columns.extras.items()}
                self._plans.learn_names(named, events, extras)


def _decoded(
    decode: Callable[[bytes], msgspec.Struct], values: Sequence[bytes]
) -> tuple[list[msgspec.Struct], Positions]:
    """The structs of the values that fit, in order, and the places of those that do not."""
    rows: list[msgspec.Struct] = []
    failed: Positions = []
    pending = iter(values)
    while True:
        try:
            rows.extend(map(decode, pending))  # what came before a value that fails stays in the list
        except (ValueError, RecursionError):
            failed.append(len(rows) + len(failed))
        else:
            return rows, failed


def _without(positions: Positions, places: Positions) -> Positions:
    """The positions but for those at some places."""
    if not places:
        return positions
    bad = set(places)
    return [position for place, position in enumerate(positions) if place not in bad]
