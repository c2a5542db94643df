"""Records of one model and version through the compiled scanner: a table of those that it takes, and which they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from driftline.contracts.capture import CaptureTopic, Decoded, Limits
from driftline.contracts.document import is_utf8
from driftline.contracts.rowparts import unseen_texts
from driftline.contracts.scan.kernel import scan
from driftline.contracts.scan.slots import ABSENT, NO_ROW, OTHER, STRING, WHOLE, Found, Longs, Text
from driftline.contracts.scan.tables import PartRule, Tables, tables_of
from driftline.contracts.schema import Schema
from driftline.contracts.shapes import native_shape
from driftline.contracts.spread import spread
from driftline.contracts.structs import RowStruct, row_struct
from driftline.contracts.table import Column, Table, Taken
from driftline.stats.columns import MISSING, UNSEEN
from driftline.stats.layout import Layout


def scanner(struct: RowStruct, schema: Schema, limits: Limits) -> Scanner | None:
    """A scanner for records of a struct; None if it cannot read them."""
    tight, spaced = (tables_of(struct, schema, limits, spaced=spaced) for spaced in (False, True))
    return Scanner(struct, schema, limits, tight, spaced) if tight and spaced else None


def warm_up() -> None:
    """Compile the kernel, or load it as it was compiled before, by reading a record."""
    topic, nothing = CaptureTopic(""), np.empty(0)
    layout = Layout((), (), nothing, nothing, np.empty(0, dtype=np.bool_), (), (), nothing, nothing)
    schema = Schema("m", "", "", layout, {}, {})
    struct = row_struct(topic, schema, native_shape(topic.keys), ("m", ""), ())
    found = scanner(struct, schema, topic.limits) if struct else None
    if found is None:
        raise AssertionError("a model without features can be scanned")
    found.read([b'{"model":"m","features":{}}'], Decoded())


@dataclass(frozen=True)
class _Source:
    """The bytes that were scanned; as text too if they are ASCII, because places are then the same in both."""

    data: bytes
    text: str | None

    def string(self, start: int, end: int) -> str:
        return self.data[start:end].decode() if self.text is None else self.text[start:end]

    def strings(self, spans: Longs) -> list[str]:
        pairs = spans.tolist()
        if self.text is None:
            return [
                self.data[start:end].decode("utf-8", "replace") for start, end in pairs
            ]  # bad rows are dropped later
        text = self.text
        return [text[start:end] for start, end in pairs]


class Scanner:
    """Scans the records of one struct. Not for several threads at once: it learns the order of keys."""

    def __init__(self, struct: RowStruct, schema: Schema, limits: Limits, tight: Tables, spaced: Tables) -> None:
        self._struct = struct
        self._schema = schema
        self._limits = limits
        self._tables = {False: tight, True: spaced}

    def read(self, values: Sequence[bytes], out: Decoded) -> tuple[Table, Taken]:
        """The table of the records that are taken, and which those are; at least one value. 1 us a record of 670 bytes."""
        tables = self._tables[b'": ' in values[0]]
        source, text = _joined(values, tables.room)
        found = self._blank(tables, len(values))
        tables.slots.seen.fill(NO_ROW)
        scan(text, tables.slots, found)
        if source.text is None:
            found.taken[:] &= np.fromiter(map(is_utf8, values), dtype=np.bool_, count=len(values))
        parts = {rule.name: _part(rule, place, found, source) for place, rule in enumerate(tables.parts)}
        taken = found.taken
        if not taken.all():
            kept = np.flatnonzero(taken).tolist()
            parts = {name: [held[row] for row in kept] for name, held in parts.items()}
            found = _kept(found)
        return self._table(tables, found, parts, source, out), taken

    def _blank(self, tables: Tables, rows: int) -> Found:
        layout = self._schema.layout
        numbers, texts, parts = len(layout.numeric) + 2, len(layout.categorical) + 1, len(tables.parts)
        return Found(
            np.zeros(rows, dtype=np.bool_),
            np.full((numbers, rows), np.nan),
            np.full((texts, rows), MISSING, dtype=np.int32),
            np.empty((texts, rows, 2), dtype=np.int64),
            np.zeros((parts, rows), dtype=np.uint8),
            np.empty((parts, rows), dtype=np.int64),
            np.empty((parts, rows, 2), dtype=np.int64),
            np.zeros((len(tables.extras), rows), dtype=np.bool_),
        )

    def _table(self, tables: Tables, found: Found, parts: dict[str, Column], source: _Source, out: Decoded) -> Table:
        count = len(self._schema.layout.numeric)
        self._predict(found, parts)
        codes = found.codes[:-1]
        places = np.argwhere(codes == UNSEEN)
        texts = source.strings(found.cells[places[:, 0], places[:, 1]])
        flags = sorted(zip(tables.extras, found.extras, strict=True), key=lambda pair: pair[0])
        return Table(
            parts,
            found.numbers[:count],
            codes,
            unseen_texts(places.tolist(), texts, self._limits, out),
            {name: np.flatnonzero(there) for name, there in flags if there.any()},
            found.numbers[count],
        )

    def _predict(self, found: Found, parts: dict[str, Column]) -> None:
        """Fill columns of predictions from the field of that name, where they have no value of their own."""
        schema, struct = self._schema, self._struct
        predicted: dict[str, Any] = {}
        if struct.prediction == "single":
            name = struct.predictions[0]
            if name in schema.category_at:
                _fill_codes(found, schema.category_at[name])
            predicted = {name: found.numbers[-1]}
        elif struct.prediction in {"vector", "map"}:
            predicted = spread(struct, parts["prediction0"])
        for name, values in predicted.items():
            if name in schema.numeric_at:
                own = found.numbers[schema.numeric_at[name]]
                np.copyto(own, np.array(values, dtype=np.float64), where=np.isnan(own))


def _fill_codes(found: Found, column: int) -> None:
    empty = found.codes[column] == MISSING
    found.codes[column, empty] = found.codes[-1, empty]
    found.cells[column, empty] = found.cells[-1, empty]


def _joined(values: Sequence[bytes], room: int) -> tuple[_Source, Text]:
    data = b"".join([*values, bytes(room)])
    starts = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, values), dtype=np.int64, count=len(values)), out=starts[1:])
    words = np.ndarray((len(data) - 7,), dtype="<u8", buffer=data, strides=(1,))
    source = _Source(data, data.decode("ascii") if data.isascii() else None)
    return source, Text(np.frombuffer(data, dtype=np.uint8), words, starts)


def _part(rule: PartRule, place: int, found: Found, source: _Source) -> Column:
    """The values of one part; rows in which it is not of its type are no longer taken."""
    tags, spans = found.tags[place], found.spans[place]
    present = np.bincount(tags, minlength=OTHER + 1)
    if present[ABSENT] == len(tags):
        return [rule.default] * len(tags)
    if rule.whole and present[WHOLE] == len(tags):
        values: list[int] = found.wholes[place].tolist()
        return values
    if present[STRING] == len(tags):
        sizes = spans[:, 1] - spans[:, 0]
        if rule.shortest <= sizes.min() and sizes.max() <= rule.longest:
            return source.strings(spans)
    return [_one(rule, place, row, found, source) for row in range(len(tags))]


def _one(rule: PartRule, place: int, row: int, found: Found, source: _Source) -> object:
    """One value of a part."""
    tag, (start, end) = found.tags[place, row], found.spans[place, row].tolist()
    if tag == ABSENT or not found.taken[row]:
        return rule.default
    if tag == WHOLE and rule.whole:
        return int(found.wholes[place, row])
    if tag == STRING:
        if rule.shortest <= end - start <= rule.longest:
            return source.string(start, end)
        start, end = start - 1, end + 1
    try:
        value: object = rule.decode(source.data[start:end])
    except (ValueError, RecursionError):
        found.taken[row] = False
        return rule.default
    return value


def _kept(found: Found) -> Found:
    rows = np.flatnonzero(found.taken)
    return Found(
        found.taken[rows],
        found.numbers[:, rows],
        found.codes[:, rows],
        found.cells[:, rows],
        found.tags[:, rows],
        found.wholes[:, rows],
        found.spans[:, rows],
        found.extras[:, rows],
    )
