"""From typed structs to columns, a batch at a time: the hot path. 2 us a row of 20 numbers and 5 categories, decoded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np
from msgspec import UNSET, UnsetType
from numpy.typing import NDArray

from driftline.contracts.blocks import entity_hashes, take, unseen_cells
from driftline.contracts.capture import CaptureTopic, Decoded, Reject, RowBlock
from driftline.contracts.cells import is_scalar
from driftline.contracts.envelope import id_digest, status_class
from driftline.contracts.formats.reading import kafka_time
from driftline.contracts.schema import Schema
from driftline.contracts.shapes import Shape
from driftline.contracts.structs import RowStruct, map_keys, row_struct
from driftline.contracts.times import Faults, Longs, event_times
from driftline.errors import ContractError
from driftline.stats.columns import SERVER_ERROR, Columns

Column = Sequence[Any]


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

    @property
    def is_usable(self) -> bool:
        """Whether there is a struct."""
        return self._struct is not None

    @property
    def decode(self) -> Callable[[bytes], msgspec.Struct]:
        """Bytes to a struct for :meth:`block`."""
        if self._struct is None:
            raise AssertionError("a plan without a struct decodes nothing")
        return self._struct.decode

    def block(
        self, rows: Sequence[msgspec.Struct], offsets: Longs, timestamps: Sequence[int], out: Decoded
    ) -> RowBlock:
        """The block of decoded rows; rows whose time cannot be read become rejects in ``out``."""
        struct = self._struct
        if struct is None:
            raise AssertionError("a plan without a struct decodes nothing")
        fields = _transposed(rows, struct.fields)
        cells = fields if struct.cells is None else _transposed(fields["features"], struct.cells)
        times, faults = self._times(fields, timestamps)
        block = RowBlock(
            *self._named,
            self.schema.baseline,
            offsets,
            np.zeros(len(rows), dtype=np.int32),
            times,
            self._columns(struct, fields, cells, out),
            self._ids(fields),
            self._segments(struct, fields),
        )
        return self._without(block, faults, out) if faults else block

    def _times(self, fields: dict[str, Column], timestamps: Sequence[int]) -> tuple[Longs, Faults]:
        column = self._first(fields, "time", UNSET)
        if column is None or UnsetType in set(map(type, column)):
            column = column or [UNSET] * len(timestamps)
            return _times_or_stamps(column, timestamps)
        return event_times(column)

    def _without(self, block: RowBlock, faults: Faults, out: Decoded) -> RowBlock:
        for row, error in faults.items():
            out.rejects.append(Reject(int(block.offset[row]), None, error.reason, str(error)))
        return take(block, np.array([row for row in range(len(block)) if row not in faults], dtype=np.intp))

    def _columns(self, struct: RowStruct, fields: dict[str, Column], cells: dict[str, Column], out: Decoded) -> Columns:
        layout, count = self.schema.layout, len(next(iter(fields.values())))
        by_name = self._by_name(struct, fields, cells)
        nothing = (None,) * count
        numbers = [by_name.get(name, nothing) for name in layout.numeric]
        categories = [by_name.get(name, nothing) for name in layout.categorical]
        codes = np.empty((len(categories), count), dtype=np.int32)
        for place, (book, values) in enumerate(zip(self.schema.codebooks, categories, strict=True)):
            codes[place] = np.fromiter(map(book.__getitem__, values), np.int32, count)
        status = self._status(fields, count, out)
        return Columns(
            np.array(numbers, dtype=np.float64).reshape(len(numbers), count),
            np.empty((0, 2), dtype=np.int64),
            codes,
            unseen_cells(codes, categories, self._topic.limits, out),
            self._extras(struct, cells, count),
            np.array(self._part(fields, "latency", count), dtype=np.float64),
            _truth(self._part(fields, "error", count)) | (status == SERVER_ERROR),
            status,
            entity_hashes(self._first(fields, "entity", None) or nothing),
            np.ones(count, dtype=np.bool_),
        )

    def _by_name(self, struct: RowStruct, fields: dict[str, Column], cells: dict[str, Column]) -> dict[str, Column]:
        """Every watched column; a prediction under its own name wins over its place in ``prediction``."""
        by_name = {name: cells[field] for name, field in struct.columns.items()}
        for name, values in _spread(struct, fields.get("prediction0")).items():
            own = by_name.get(name)
            if own is None or own.count(None) == len(own):
                by_name[name] = values
            else:
                by_name[name] = [b if a is None else a for a, b in zip(own, values, strict=True)]
        return by_name

    def _extras(self, struct: RowStruct, cells: dict[str, Column], count: int) -> dict[str, NDArray[np.int64]]:
        flat = self.shape.name == "flat"
        extras = {}
        for name, field in sorted(struct.extras.items()):
            values = cells[field]
            rows = [row for row in range(count) if values[row] is not UNSET and (not flat or is_scalar(values[row]))]
            if rows:
                extras[name] = np.array(rows, dtype=np.int64)
        return extras

    def _status(self, fields: dict[str, Column], count: int, out: Decoded) -> NDArray[np.int8]:
        values = self._part(fields, "status", count)
        classes = {value: status_class(value, out.count) for value in set(values)}
        if len(classes) == 1:
            return np.full(count, classes[values[0]], dtype=np.int8)
        return np.fromiter(map(classes.__getitem__, values), np.int8, count)

    def _ids(self, fields: dict[str, Column]) -> list[str | None]:
        values = list(self._first(fields, "id", None) or ())
        if set(map(type, values)) <= {str, type(None)}:
            return values
        limit = self._topic.limits.id
        texts = [None if value is None else str(value) for value in values]
        return [text if text is None or len(text) <= limit else id_digest(text) for text in texts]

    def _segments(self, struct: RowStruct, fields: dict[str, Column]) -> list[dict[str, str] | None] | None:
        count = len(next(iter(fields.values())))
        found: list[dict[str, str] | None] = [value or None for value in self._part(fields, "segment", count)]
        stated = self._part(fields, "segment", count)
        for name, field in struct.segments.items():
            for row, value in enumerate(fields[field]):
                if value is not None and stated[row] is None:
                    found[row] = {**(found[row] or {}), name: value}
        return None if found.count(None) == count else found

    def _part(self, fields: dict[str, Column], part: str, count: int) -> Column:
        return fields.get(f"{part}0") or (None,) * count

    def _first(self, fields: dict[str, Column], part: str, absent: object) -> Column | None:
        """Per row the first candidate that is not ``absent``; None when the shape has no key for the part."""
        columns = [fields[f"{part}{place}"] for place in range(len(self.shape.parts[part]))]
        if not columns:
            return None
        chosen = columns[0]
        for other in columns[1:]:
            if any(value is absent for value in chosen):
                chosen = [b if a is absent else a for a, b in zip(chosen, other, strict=True)]
        return chosen


def _transposed(rows: Sequence[msgspec.Struct], fields: Sequence[str]) -> dict[str, Column]:
    if not fields:
        return {}
    return dict(zip(fields, zip(*map(msgspec.structs.astuple, rows), strict=True), strict=True))


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


def _spread(struct: RowStruct, values: Column | None) -> dict[str, Column]:
    """The columns of a field of predictions; none when no row has one."""
    if values is None or struct.prediction == "none" or values.count(None) == len(values):
        return {}
    if struct.prediction == "single":
        return {struct.predictions[0]: values}
    width = len(struct.predictions)
    if struct.prediction == "vector":
        rows = [(None,) * width if value is None else value for value in values]
        return dict(zip(struct.predictions, zip(*rows, strict=True), strict=True))
    names = tuple(map_keys(struct.predictions).values())
    rows = [(None,) * len(names) if value is None else msgspec.structs.astuple(value) for value in values]
    return dict(zip(names, zip(*rows, strict=True), strict=True))


def _truth(values: Column) -> NDArray[np.bool_]:
    return np.fromiter(map(bool, values), np.bool_, len(values))
