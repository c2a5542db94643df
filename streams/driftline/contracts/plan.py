"""How the records of one model and version are decoded, a batch at a time: the hot path."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from msgspec import UNSET, UnsetType
from numpy.typing import NDArray

from driftline.contracts.blocks import take
from driftline.contracts.capture import CaptureTopic, Decoded, Reject, RowBlock
from driftline.contracts.envelope import id_digest, status_class
from driftline.contracts.formats.reading import kafka_time
from driftline.contracts.rowparts import entity_hashes
from driftline.contracts.scan.ready import Pause, TableReader, is_ready, scanner_of
from driftline.contracts.schema import Schema
from driftline.contracts.shapes import Shape
from driftline.contracts.structs import RowStruct, row_struct
from driftline.contracts.table import Column, Table
from driftline.contracts.times import Faults, Longs, event_times
from driftline.contracts.typed import typed_table
from driftline.errors import ContractError
from driftline.stats.columns import SERVER_ERROR, Columns

WORTH_SCANNING = 32
"""Records from which on the scanner is quicker than the typed decoder; measured."""
Positions = list[int]


class Plan:
    """How the records of one model and version are decoded; ``decode`` raises on any record that needs a closer look."""

    def __init__(
        self,
        topic: CaptureTopic,
        schema: Schema,
        shape: Shape,
        named: tuple[str, str],
        learned: tuple[str, ...] = (),
    ) -> None:
        """Compile the struct for a model and version; :attr:`is_usable` says whether that was possible."""
        self.schema = schema
        self.shape = shape
        self.learned = learned
        self._named = named
        self._topic = topic
        self._struct: RowStruct | None = row_struct(topic, schema, shape, named, learned)
        self._scanner: TableReader | None = None
        self._may_scan = True
        self._pause = Pause()

    @property
    def is_usable(self) -> bool:
        """Whether there is a struct."""
        return self._struct is not None

    @property
    def struct(self) -> RowStruct:
        """The struct of a plan that is usable."""
        if self._struct is None:
            raise AssertionError("a plan without a struct decodes nothing")
        return self._struct

    @property
    def decode(self) -> Callable[[bytes], msgspec.Struct]:
        """Bytes to a struct for :meth:`table`."""
        return self.struct.decode

    def table(self, rows: Sequence[msgspec.Struct], out: Decoded) -> Table:
        """The table of decoded rows; at least one."""
        return typed_table(rows, self.struct, self.schema, self._topic.limits, out)

    def scan(self, values: Sequence[bytes], out: Decoded) -> tuple[Table | None, Positions]:
        """The table of the values that the scanner takes, if it is there and worth it, and the places of the others."""
        scanner = self._reader() if len(values) >= WORTH_SCANNING else None
        if scanner is None or not self._pause.is_over():
            return None, list(range(len(values)))
        table, taken = scanner.read(values, out)
        left = np.flatnonzero(~taken).tolist()
        self._pause.note(len(left) * 2 <= len(values))
        return (table if len(table) else None), left

    def _reader(self) -> TableReader | None:
        """The scanner, from when one is there."""
        if self._scanner is None and self._may_scan and is_ready():
            self._scanner = scanner_of(self.struct, self.schema, self._topic.limits)
            self._may_scan = self._scanner is not None
        return self._scanner

    def block(self, table: Table, offsets: Longs, timestamps: Sequence[int], out: Decoded) -> RowBlock:
        """The block of a table; rows whose time cannot be read become rejects in ``out``."""
        times, faults = self._times(table, timestamps)
        block = RowBlock(
            *self._named,
            self.schema.baseline,
            offsets,
            np.zeros(len(table), dtype=np.int32),
            times,
            self._columns(table, out),
            self._ids(table),
            self._segments(table),
        )
        return self._without(block, faults, out) if faults else block

    def _times(self, table: Table, timestamps: Sequence[int]) -> tuple[Longs, Faults]:
        column = self._first(table, "time", UNSET)
        if column is None or UnsetType in set(map(type, column)):
            column = column or [UNSET] * len(timestamps)
            return _times_or_stamps(column, timestamps)
        return event_times(column)

    def _without(self, block: RowBlock, faults: Faults, out: Decoded) -> RowBlock:
        for row, error in faults.items():
            out.rejects.append(Reject(int(block.offset[row]), None, error.reason, str(error)))
        return take(block, np.array([row for row in range(len(block)) if row not in faults], dtype=np.intp))

    def _columns(self, table: Table, out: Decoded) -> Columns:
        status = self._status(table, out)
        return Columns(
            table.numeric,
            np.empty((0, 2), dtype=np.int64),
            table.codes,
            table.unseen,
            table.extras,
            table.latency,
            _truth(_part(table, "error")) | (status == SERVER_ERROR),
            status,
            entity_hashes(self._first(table, "entity", None) or (None,) * len(table)),
            np.ones(len(table), dtype=np.bool_),
        )

    def _status(self, table: Table, out: Decoded) -> NDArray[np.int8]:
        values = _part(table, "status")
        classes = {value: status_class(value, out.count) for value in set(values)}
        if len(classes) == 1:
            return np.full(len(values), classes[values[0]], dtype=np.int8)
        return np.fromiter(map(classes.__getitem__, values), np.int8, len(values))

    def _ids(self, table: Table) -> list[str | None]:
        values = list(self._first(table, "id", None) or (None,) * len(table))
        if set(map(type, values)) <= {str, type(None)}:
            return values
        limit = self._topic.limits.id
        texts = [None if value is None else str(value) for value in values]
        return [text if text is None or len(text) <= limit else id_digest(text) for text in texts]

    def _segments(self, table: Table) -> list[dict[str, str] | None] | None:
        stated = _part(table, "segment")
        found: list[dict[str, str] | None] = [value or None for value in stated]
        for name, field in self.struct.segments.items():
            for row, value in enumerate(table.parts[field]):
                if value is not None and stated[row] is None:
                    found[row] = {**(found[row] or {}), name: value}
        return None if found.count(None) == len(found) else found

    def _first(self, table: Table, part: str, absent: object) -> Column | None:
        """Per row the first candidate that is not ``absent``; None when the shape has no key for the part."""
        columns = [table.parts[f"{part}{place}"] for place in range(len(self.shape.parts[part]))]
        if not columns:
            return None
        chosen = columns[0]
        for other in columns[1:]:
            if any(value is absent for value in chosen):
                chosen = [b if a is absent else a for a, b in zip(chosen, other, strict=True)]
        return chosen


def _part(table: Table, part: str) -> Column:
    return table.parts.get(f"{part}0") or (None,) * len(table)


def _times_or_stamps(column: Column, timestamps: Sequence[int]) -> tuple[Longs, Faults]:
    """Event times, the record's timestamp where there is none."""
    stated = [row for row, value in enumerate(column) if value is not UNSET]
    found, bad = event_times([column[row] for row in stated])
    times = np.zeros(len(column), dtype=np.int64)
    times[stated] = found
    faults = {stated[row]: error for row, error in bad.items()}
    for row in set(range(len(column))) - set(stated):
        try:
            times[row] = kafka_time(timestamps[row])
        except ContractError as error:
            faults[row] = error
    return times, faults


def _truth(values: Column) -> NDArray[np.bool_]:
    return np.fromiter(map(bool, values), np.bool_, len(values))
